#include <nn/transformer.hpp>

#include <autograd/ops/elementwise.hpp>
#include <nn/init.hpp>

namespace xtape::nn {

namespace {

LayerNorm norm_of(std::size_t width, const TransformerSettings& options) {
  return LayerNorm(width, {.eps = options.layer_norm_eps});
}

MultiheadAttention attention_of(std::size_t width, std::size_t heads, const TransformerSettings& options) {
  return MultiheadAttention(width, heads, {.dropout = options.dropout, .batch_first = options.batch_first});
}

// x with what `part` makes of it, normalised before or after.
template <class Part>
Tensor add_part(const Tensor& x, LayerNorm& norm, bool norm_first, const Part& part) {
  return norm_first ? x + part(norm(x)) : norm(x + part(x));
}

// The two linear layers of an encoder's or a decoder's layer.
template <class Layer>
Tensor feed_forward(Layer& layer, const TransformerSettings& options, const Tensor& x) {
  const Tensor hidden = layer.linear1(x);
  return layer.linear2(layer.dropout(options.activation ? options.activation(hidden) : relu(hidden)));
}

template <class Layer>
ModuleList clones(const Layer& layer, std::size_t count) {
  ModuleList list;
  for (std::size_t i = 0; i < count; ++i) list.append(clone(layer));
  return list;
}

}  // namespace

// --- layers

TransformerEncoderLayer::TransformerEncoderLayer(std::size_t d_model, std::size_t nhead, const Options& options)
    : self_attn(add("self_attn", attention_of(d_model, nhead, options))),
      linear1(add("linear1", Linear(d_model, options.dim_feedforward))),
      dropout(add("dropout", Dropout(options.dropout))),
      linear2(add("linear2", Linear(options.dim_feedforward, d_model))),
      norm1(add("norm1", norm_of(d_model, options))),
      norm2(add("norm2", norm_of(d_model, options))),
      dropout1(add("dropout1", Dropout(options.dropout))),
      dropout2(add("dropout2", Dropout(options.dropout))),
      m_options(options) {}

Tensor TransformerEncoderLayer::operator()(const Tensor& src, const EncoderMasks& masks) {
  return call(src, [&](const Tensor& x) { return run(x, masks); });
}
Tensor TransformerEncoderLayer::forward(const Tensor& src) { return run(src, {}); }

Tensor TransformerEncoderLayer::run(const Tensor& src, const EncoderMasks& masks) {
  const MultiheadAttention::CallOptions looks{.key_padding_mask = masks.src_key_padding_mask,
                                              .need_weights = false,
                                              .attn_mask = masks.src_mask,
                                              .is_causal = masks.is_causal};
  const Tensor x = add_part(src, norm1, m_options.norm_first,
                            [&](const Tensor& in) { return dropout1(self_attn(in, in, in, looks).y); });
  return add_part(x, norm2, m_options.norm_first,
                  [&](const Tensor& in) { return dropout2(feed_forward(*this, m_options, in)); });
}

TransformerDecoderLayer::TransformerDecoderLayer(std::size_t d_model, std::size_t nhead, const Options& options)
    : self_attn(add("self_attn", attention_of(d_model, nhead, options))),
      multihead_attn(add("multihead_attn", attention_of(d_model, nhead, options))),
      linear1(add("linear1", Linear(d_model, options.dim_feedforward))),
      dropout(add("dropout", Dropout(options.dropout))),
      linear2(add("linear2", Linear(options.dim_feedforward, d_model))),
      norm1(add("norm1", norm_of(d_model, options))),
      norm2(add("norm2", norm_of(d_model, options))),
      norm3(add("norm3", norm_of(d_model, options))),
      dropout1(add("dropout1", Dropout(options.dropout))),
      dropout2(add("dropout2", Dropout(options.dropout))),
      dropout3(add("dropout3", Dropout(options.dropout))),
      m_options(options) {}

Tensor TransformerDecoderLayer::operator()(const Tensor& tgt, const Tensor& memory, const DecoderMasks& masks) {
  return call(tgt, [&](const Tensor& x) { return run(x, memory, masks); });
}

Tensor TransformerDecoderLayer::run(const Tensor& tgt, const Tensor& memory, const DecoderMasks& masks) {
  const MultiheadAttention::CallOptions own{.key_padding_mask = masks.tgt_key_padding_mask,
                                            .need_weights = false,
                                            .attn_mask = masks.tgt_mask,
                                            .is_causal = masks.tgt_is_causal};
  const MultiheadAttention::CallOptions across{
      .key_padding_mask = masks.memory_key_padding_mask, .need_weights = false, .attn_mask = masks.memory_mask};
  Tensor x = add_part(tgt, norm1, m_options.norm_first,
                      [&](const Tensor& in) { return dropout1(self_attn(in, in, in, own).y); });
  x = add_part(x, norm2, m_options.norm_first,
               [&](const Tensor& in) { return dropout2(multihead_attn(in, memory, memory, across).y); });
  return add_part(x, norm3, m_options.norm_first,
                  [&](const Tensor& in) { return dropout3(feed_forward(*this, m_options, in)); });
}

// --- stacks

TransformerEncoder::TransformerEncoder(const TransformerEncoderLayer& layer, std::size_t num_layers,
                                       std::optional<LayerNorm> final_norm)
    : layers(add("layers", clones(layer, num_layers))), norm(std::move(final_norm)) {
  if (norm) add("norm", *norm);
}

Tensor TransformerEncoder::operator()(const Tensor& src, const EncoderMasks& masks) {
  return call(src, [&](const Tensor& x) { return run(x, masks); });
}
Tensor TransformerEncoder::forward(const Tensor& src) { return run(src, {}); }

Tensor TransformerEncoder::run(const Tensor& src, const EncoderMasks& masks) {
  Tensor x = src;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    x = layers.get<TransformerEncoderLayer>(static_cast<std::ptrdiff_t>(i))(x, masks);
  }
  return norm ? (*norm)(x) : x;
}

TransformerDecoder::TransformerDecoder(const TransformerDecoderLayer& layer, std::size_t num_layers,
                                       std::optional<LayerNorm> final_norm)
    : layers(add("layers", clones(layer, num_layers))), norm(std::move(final_norm)) {
  if (norm) add("norm", *norm);
}

Tensor TransformerDecoder::operator()(const Tensor& tgt, const Tensor& memory, const DecoderMasks& masks) {
  return call(tgt, [&](const Tensor& input) {
    Tensor x = input;
    for (std::size_t i = 0; i < layers.size(); ++i) {
      x = layers.get<TransformerDecoderLayer>(static_cast<std::ptrdiff_t>(i))(x, memory, masks);
    }
    return norm ? (*norm)(x) : x;
  });
}

Transformer::Transformer(std::size_t d_model, std::size_t nhead) : Transformer(d_model, nhead, Options()) {}

Transformer::Transformer(std::size_t d_model, std::size_t nhead, const Options& options)
    : encoder(add("encoder", TransformerEncoder(TransformerEncoderLayer(d_model, nhead, options.layer),
                                                options.num_encoder_layers, norm_of(d_model, options.layer)))),
      decoder(add("decoder", TransformerDecoder(TransformerDecoderLayer(d_model, nhead, options.layer),
                                                options.num_decoder_layers, norm_of(d_model, options.layer)))) {
  for (const Tensor& weight : parameters()) {
    if (weight.dimension() > 1) init::xavier_uniform_(weight);
  }
}

Tensor Transformer::operator()(const Tensor& src, const Tensor& tgt, const TransformerMasks& masks) {
  return call(src, [&](const Tensor& x) { return decoder(tgt, encoder(x, masks.encoder), masks.decoder); });
}

}  // namespace xtape::nn
