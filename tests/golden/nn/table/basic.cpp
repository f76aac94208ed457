#include <golden/nn/layer_table.hpp>

namespace golden {

namespace {

// Scores of words from the table of their own vectors.
struct TiedWords : nn::Module {
  TiedWords(std::size_t count, std::size_t width)
      : words(add("words", nn::Embedding(count, width))), scores(add("scores", TiedLinear(words.weight))) {}
  Tensor forward(const Tensor& x) override { return scores(tanh(words(x))); }

  struct TiedLinear : nn::Module {
    explicit TiedLinear(const Tensor& given)
        : weight(parameter("weight", given)), bias(parameter("bias", zeros({given.shape(0)}))) {}
    Tensor forward(const Tensor& x) override { return linear(x, weight, bias); }
    Tensor weight, bias;
  };
  nn::Embedding words;
  TiedLinear scores;
};

Layer embedding_layer(const Options& o) {
  const std::size_t rows = count(o, "num_embeddings"), width = count(o, "embedding_dim");
  if (o.get("tied", false)) return layer(TiedWords(rows, width));
  return layer(nn::Embedding(rows, width, options_of<nn::Embedding::Options>(o)));
}

template <class Positions>
Layer positions(const Options& o) {
  return layer(Positions(count(o, "d_model"), options_of<typename Positions::Options>(o)));
}

template <class Container>
Container filled() {
  return Container(nn::Linear(3, 4), nn::BatchNorm1d(4),
                   nn::Sequential(nn::ReLU(), nn::Linear(4, 2, nn::Linear::Options{.bias = false})));
}

}  // namespace

LayerTable basic_layers() {
  return {
      {"Linear",
       [](const Options& o) {
         return layer(
             nn::Linear(count(o, "in_features"), count(o, "out_features"), options_of<nn::Linear::Options>(o)));
       }},
      {"Bilinear",
       [](const Options& o) {
         return layer(nn::Bilinear(count(o, "in1_features"), count(o, "in2_features"), count(o, "out_features"),
                                   options_of<nn::Bilinear::Options>(o)),
                      [](nn::Bilinear& m, const Inputs& x) { return m(x[0], x[1]); });
       }},
      {"Embedding", embedding_layer},
      {"Dropout", [](const Options& o) { return layer(nn::Dropout(o.get<double>("p"))); }},
      {"Dropout2d", [](const Options& o) { return layer(nn::Dropout2d(o.get<double>("p"))); }},
      {"AlphaDropout", [](const Options& o) { return layer(nn::AlphaDropout(o.get<double>("p"))); }},
      {"GaussianNoise", [](const Options& o) { return layer(nn::GaussianNoise(o.get<double>("deviation"))); }},
      {"Flatten",
       [](const Options& o) {
         if (!o.has("start_dim") && !o.has("end_dim")) return layer(nn::Flatten());
         return layer(nn::Flatten(o.number("start_dim"), o.get<std::ptrdiff_t>("end_dim", -1)));
       }},
      {"Unflatten", [](const Options& o) { return layer(nn::Unflatten(o.number("dim"), o.list("unflattened_size"))); }},
      {"PixelShuffle", [](const Options& o) { return layer(nn::PixelShuffle(count(o, "upscale_factor"))); }},
      {"Upsample", [](const Options& o) { return layer(nn::Upsample(options_of<nn::Upsample::Options>(o))); }},
      {"PositionalEncoding", positions<nn::PositionalEncoding>},
      {"LearnedPositionalEncoding", positions<nn::LearnedPositionalEncoding>},
      {"Sequential", [](const Options&) { return layer(filled<nn::Sequential>()); }},
      {"ModuleList",
       [](const Options&) {
         return layer(filled<nn::ModuleList>(),
                      [](nn::ModuleList& m, const Inputs& x) { return m[2](m[1](m[0](x[0]))); });
       }},
      {"ModuleDict",
       [](const Options&) {
         const nn::Sequential layers = filled<nn::Sequential>();
         nn::ModuleDict parts;
         parts.insert("in", layers.get<nn::Linear>(0));
         parts.insert("norm", layers.get<nn::BatchNorm1d>(1)).insert("out", layers.get<nn::Sequential>(2));
         return layer(parts, [](nn::ModuleDict& m, const Inputs& x) { return m["out"](m["norm"](m["in"](x[0]))); });
       }},
      {"Function", [](const Options&) { return layer(nn::Function([](const Tensor& x) { return square(x); })); }},
  };
}

}  // namespace golden
