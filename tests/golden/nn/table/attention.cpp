#include <golden/nn/layer_table.hpp>

namespace golden {

namespace {

Layer attention(const Options& o) {
  const nn::MultiheadAttention module(count(o, "embed_dim"), count(o, "num_heads"),
                                      options_of<nn::MultiheadAttention::Options>(o));
  const auto called = options_of<nn::MultiheadAttention::CallOptions>(o);
  return layer(module, [called](nn::MultiheadAttention& m, const Inputs& x) {
    auto options = called;
    options.key_padding_mask = x.named("key_padding_mask");
    options.attn_mask = x.named("attn_mask");
    const auto result = m(x[0], x[1], x[2], options);
    return options.need_weights ? Tensors{result.y, result.weights} : Tensors{result.y};
  });
}

nn::EncoderMasks encoder_masks(const Inputs& x, const char* mask, bool causal = false) {
  return {.src_mask = x.named(mask), .src_key_padding_mask = x.named("src_key_padding_mask"), .is_causal = causal};
}
nn::DecoderMasks decoder_masks(const Inputs& x, bool causal = false) {
  return {.tgt_mask = x.named("tgt_mask"),
          .memory_mask = x.named("memory_mask"),
          .tgt_key_padding_mask = x.named("tgt_key_padding_mask"),
          .memory_key_padding_mask = x.named("memory_key_padding_mask"),
          .tgt_is_causal = causal};
}

template <class M>
M transformer_layer(const Options& o) {
  return M(count(o, "d_model"), count(o, "nhead"), options_of<nn::TransformerSettings>(o));
}

Layer encoder_layer(const Options& o) {
  using M = nn::TransformerEncoderLayer;
  const bool causal = o.get("is_causal", false);
  return layer(transformer_layer<M>(o),
               [=](M& m, const Inputs& x) { return m(x[0], encoder_masks(x, "src_mask", causal)); });
}
Layer decoder_layer(const Options& o) {
  using M = nn::TransformerDecoderLayer;
  const bool causal = o.get("tgt_is_causal", false);
  return layer(transformer_layer<M>(o), [=](M& m, const Inputs& x) { return m(x[0], x[1], decoder_masks(x, causal)); });
}

template <class Stack, class M>
Stack stack_of(const Options& o) {
  std::optional<nn::LayerNorm> norm;
  if (o.get("norm", false)) norm = nn::LayerNorm(count(o, "d_model"));
  return Stack(transformer_layer<M>(o), count(o, "num_layers"), norm);
}

Layer transformer(const Options& o) {
  using M = nn::Transformer;
  auto options = options_of<M::Options>(o);
  options.layer = options_of<nn::TransformerSettings>(o);
  return layer(M(count(o, "d_model"), count(o, "nhead"), options), [](M& m, const Inputs& x) {
    return m(x[0], x[1], {.encoder = encoder_masks(x, "src_mask"), .decoder = decoder_masks(x)});
  });
}

}  // namespace

LayerTable attention_layers() {
  return {
      {"MultiheadAttention", attention},
      {"TransformerEncoderLayer", encoder_layer},
      {"TransformerDecoderLayer", decoder_layer},
      {"TransformerEncoder",
       [](const Options& o) {
         using M = nn::TransformerEncoder;
         return layer(stack_of<M, nn::TransformerEncoderLayer>(o),
                      [](M& m, const Inputs& x) { return m(x[0], encoder_masks(x, "mask")); });
       }},
      {"TransformerDecoder",
       [](const Options& o) {
         using M = nn::TransformerDecoder;
         return layer(stack_of<M, nn::TransformerDecoderLayer>(o),
                      [](M& m, const Inputs& x) { return m(x[0], x[1], decoder_masks(x)); });
       }},
      {"Transformer", transformer},
  };
}

}  // namespace golden
