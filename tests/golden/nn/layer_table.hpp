#pragma once

#include <golden/table.hpp>

/// How the golden test of layers makes each layer: its name in the files, and a lambda that reads the case's options.
namespace golden {

/// The layer of a case, and how it is called. One that is a mere function has an empty module.
struct Layer {
  std::shared_ptr<nn::Module> module;
  std::function<Outputs(const Inputs& x)> call;
};
using LayerTable = std::map<std::string, std::function<Layer(const Options& o)>>;

/// A layer that is called as `call(module, x)`.
template <class M, class F>
Layer layer(M module, F call) {
  auto shared = std::make_shared<M>(module);
  return {shared, [shared, call](const Inputs& x) -> Outputs { return call(*shared, x); }};
}
/// A layer of one input.
template <class M>
Layer layer(M module) {
  return layer(std::move(module), [](M& m, const Inputs& x) { return m(x[0]); });
}
/// A loss that is a function only.
template <class F>
Layer function(F call) {
  return layer(nn::Identity(), [call](nn::Identity&, const Inputs& x) { return call(x); });
}

/// Reads one option into the field of a layer's options.
template <class T>
void read_option(const Options& o, const char* name, T& field) {
  field = o.get<T>(name);
}
template <class T>
void read_option(const Options& o, const char* name, std::optional<T>& field) {
  field = o.json(name).is_null() ? std::optional<T>() : std::optional<T>(o.get<T>(name));
}
void read_option(const Options& o, const char* name, PerAxis& field);
void read_option(const Options& o, const char* name, Padding& field);
void read_option(const Options& o, const char* name, PadMode& field);
void read_option(const Options& o, const char* name, Reduce& field);
void read_option(const Options& o, const char* name, Interpolation& field);
void read_option(const Options& o, const char* name, ScaleFactors& field);
void read_option(const Options& o, const char* name, Shape& field);
void read_option(const Options& o, const char* name, std::function<Tensor(const Tensor&)>& field);
/// Of a weight the file has the shape here, and the values in the state dict.
void read_option(const Options& o, const char* name, Tensor& field);

/// A layer's options by the names of their fields, which are PyTorch's; those that a case does not have keep their
/// defaults.
template <class LayerOptions>
LayerOptions options_of(const Options& o) {
  LayerOptions options{};
#define XTAPE_READ(field)                                     \
  if constexpr (requires { options.field; }) {                \
    if (o.has(#field)) read_option(o, #field, options.field); \
  }
  XTAPE_READ(affine);
  XTAPE_READ(align_corners);
  XTAPE_READ(activation);
  XTAPE_READ(alpha);
  XTAPE_READ(average_attn_weights);
  XTAPE_READ(batch_first);
  XTAPE_READ(beta);
  XTAPE_READ(bias);
  XTAPE_READ(bidirectional);
  XTAPE_READ(blank);
  XTAPE_READ(ceil_mode);
  XTAPE_READ(count_include_pad);
  XTAPE_READ(delta);
  XTAPE_READ(dilation);
  XTAPE_READ(dim_feedforward);
  XTAPE_READ(dropout);
  XTAPE_READ(elementwise_affine);
  XTAPE_READ(eps);
  XTAPE_READ(full);
  XTAPE_READ(groups);
  XTAPE_READ(ignore_index);
  XTAPE_READ(is_causal);
  XTAPE_READ(k);
  XTAPE_READ(kdim);
  XTAPE_READ(label_smoothing);
  XTAPE_READ(layer_norm_eps);
  XTAPE_READ(log_input);
  XTAPE_READ(log_target);
  XTAPE_READ(margin);
  XTAPE_READ(max_len);
  XTAPE_READ(mode);
  XTAPE_READ(momentum);
  XTAPE_READ(need_weights);
  XTAPE_READ(nonlinearity);
  XTAPE_READ(norm_first);
  XTAPE_READ(num_decoder_layers);
  XTAPE_READ(num_encoder_layers);
  XTAPE_READ(num_layers);
  XTAPE_READ(output_padding);
  XTAPE_READ(p);
  XTAPE_READ(padding);
  XTAPE_READ(padding_idx);
  XTAPE_READ(padding_mode);
  XTAPE_READ(pos_weight);
  XTAPE_READ(proj_size);
  XTAPE_READ(reduction);
  XTAPE_READ(scale_factor);
  XTAPE_READ(size);
  XTAPE_READ(stride);
  XTAPE_READ(swap);
  XTAPE_READ(tgt_is_causal);
  XTAPE_READ(track_running_stats);
  XTAPE_READ(vdim);
  XTAPE_READ(weight);
  XTAPE_READ(zero_infinity);
#undef XTAPE_READ
  if constexpr (requires { options.batchmean; }) options.batchmean = o.is("reduction", "batchmean");
  return options;
}

/// A number of the case that a layer cannot do without.
inline std::size_t count(const Options& o, const char* name) { return o.get<std::size_t>(name); }

LayerTable basic_layers();
LayerTable activation_layers();
LayerTable convolution_layers();
LayerTable normalization_layers();
LayerTable recurrent_layers();
LayerTable attention_layers();
LayerTable class_losses();
LayerTable other_losses();

}  // namespace golden
