#pragma once

#include <optional>

#include <nn/attention.hpp>
#include <nn/dropout.hpp>
#include <nn/module_list.hpp>
#include <nn/norm.hpp>

/// The transformer (Vaswani et al. 2017) with PyTorch's names, shapes and defaults. Sequences are (time, batch,
/// d_model), or (batch, time, d_model) with batch_first, or without a batch; masks are those of MultiheadAttention.
namespace xtape::nn {

/// Options of the transformer's layers, and of a whole one.
struct TransformerSettings {
  std::size_t dim_feedforward = 2048;
  double dropout = 0.1;                                  ///< of attention weights, and of what each part adds
  std::function<Tensor(const Tensor&)> activation = {};  ///< relu where it is empty; such as `gelu`
  double layer_norm_eps = 1e-5;
  bool batch_first = false;
  bool norm_first = false;  ///< normalise what enters each part rather than its sum
};

/// Masks of TransformerEncoderLayer and TransformerEncoder.
struct EncoderMasks {
  Tensor src_mask = {};              ///< (time, time) or (batch heads, time, time)
  Tensor src_key_padding_mask = {};  ///< (batch, time)
  bool is_causal = false;            ///< place i looks at places 0 to i only; in addition to the masks
};

/// Masks of TransformerDecoderLayer and TransformerDecoder.
struct DecoderMasks {
  Tensor tgt_mask = {};                 ///< (time, time) or (batch heads, time, time)
  Tensor memory_mask = {};              ///< (time, time of the memory), or for each head
  Tensor tgt_key_padding_mask = {};     ///< (batch, time)
  Tensor memory_key_padding_mask = {};  ///< (batch, time of the memory)
  bool tgt_is_causal = false;           ///< place i looks at places 0 to i of `tgt` only; in addition to the masks
};

/// Self-attention, then two linear layers for each place: x = norm1(x + dropout1(self_attn(x, x, x))), y = norm2(x +
/// dropout2(linear2(dropout(activation(linear1(x)))))). With norm_first, each part takes the normalised x and adds to x
/// itself. Example: `nn::TransformerEncoderLayer layer(64, 4, {.dim_feedforward = 256}); Tensor y = layer(x);`
struct TransformerEncoderLayer : Module {
  using Options = TransformerSettings;

  TransformerEncoderLayer(std::size_t d_model, std::size_t nhead, const Options& options = {});
  Tensor operator()(const Tensor& src, const EncoderMasks& masks = {});
  Tensor forward(const Tensor& src) override;

  MultiheadAttention self_attn;
  Linear linear1;
  Dropout dropout;
  Linear linear2;
  LayerNorm norm1, norm2;
  Dropout dropout1, dropout2;

 private:
  Tensor run(const Tensor& src, const EncoderMasks& masks);

  Options m_options;
};

/// Self-attention, attention to an encoder's result, then two linear layers for each place.
/// Example: `nn::TransformerDecoderLayer layer(64, 4); Tensor y = layer(tgt, memory, {.tgt_is_causal = true});`
struct TransformerDecoderLayer : Module {
  using Options = TransformerSettings;

  TransformerDecoderLayer(std::size_t d_model, std::size_t nhead, const Options& options = {});
  Tensor operator()(const Tensor& tgt, const Tensor& memory, const DecoderMasks& masks = {});

  MultiheadAttention self_attn, multihead_attn;
  Linear linear1;
  Dropout dropout;
  Linear linear2;
  LayerNorm norm1, norm2, norm3;
  Dropout dropout1, dropout2, dropout3;

 private:
  Tensor run(const Tensor& tgt, const Tensor& memory, const DecoderMasks& masks);

  Options m_options;
};

/// Encoder layers one after the other: clones of `layer`, which all start with its values, and a normalisation at the
/// end if one is given. Example: `nn::TransformerEncoder encoder(nn::TransformerEncoderLayer(64, 4), 6);`
struct TransformerEncoder : Module {
  TransformerEncoder(const TransformerEncoderLayer& layer, std::size_t num_layers,
                     std::optional<LayerNorm> final_norm = {});
  Tensor operator()(const Tensor& src, const EncoderMasks& masks = {});
  Tensor forward(const Tensor& src) override;

  ModuleList layers;
  std::optional<LayerNorm> norm;

 private:
  Tensor run(const Tensor& src, const EncoderMasks& masks);
};

/// The same of decoder layers. Example: `Tensor y = decoder(tgt, memory, {.tgt_mask = nn::causal_mask(9)});`
struct TransformerDecoder : Module {
  TransformerDecoder(const TransformerDecoderLayer& layer, std::size_t num_layers,
                     std::optional<LayerNorm> final_norm = {});
  Tensor operator()(const Tensor& tgt, const Tensor& memory, const DecoderMasks& masks = {});

  ModuleList layers;
  std::optional<LayerNorm> norm;
};

/// Masks of a whole Transformer.
struct TransformerMasks {
  EncoderMasks encoder = {};
  DecoderMasks decoder = {};
};

/// An encoder and a decoder, each with a normalisation at the end; weights start as xavier_uniform_. Example:
/// `nn::Transformer model(64, 4); Tensor y = model(src, tgt, {.decoder = {.tgt_is_causal = true}});`
struct Transformer : Module {
  struct Options {
    std::size_t num_encoder_layers = 6;
    std::size_t num_decoder_layers = 6;
    TransformerSettings layer = {};
  };

  explicit Transformer(std::size_t d_model = 512, std::size_t nhead = 8);
  Transformer(std::size_t d_model, std::size_t nhead, const Options& options);
  Tensor operator()(const Tensor& src, const Tensor& tgt, const TransformerMasks& masks = {});

  TransformerEncoder encoder;
  TransformerDecoder decoder;
};

}  // namespace xtape::nn
