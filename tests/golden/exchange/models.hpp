#pragma once

#include <xtape.hpp>

/// The models of weights.py.
namespace exchange {

using namespace xtape;

struct ConvNet : nn::Module {
  nn::Sequential features =
      add("features", nn::Sequential(nn::Conv2d(1, 4, 3, {.padding = 1}), nn::BatchNorm2d(4), nn::ReLU(),
                                     nn::MaxPool2d(2), nn::Conv2d(4, 6, 3, {.bias = false}), nn::BatchNorm2d(6),
                                     nn::ReLU(), nn::AdaptiveAvgPool2d(2), nn::Flatten()));
  nn::Linear head = add("head", nn::Linear(24, 5));

  Tensor forward(const Tensor& x) override { return head(features(x)); }
};

struct LanguageModel : nn::Module {
  nn::Embedding embedding = add("embedding", nn::Embedding(24, 10, {.padding_idx = 0}));
  nn::LSTM lstm = add("lstm", nn::LSTM(10, 16, {.num_layers = 2, .batch_first = true}));
  nn::Linear scores = add("scores", nn::Linear(16, 24));

  Tensor forward(const Tensor& x) override { return scores(lstm(embedding(x)).y); }
};

struct Encoder : nn::Module {
  nn::Linear widen = add("widen", nn::Linear(3, 8));
  nn::TransformerEncoder encoder = add(
      "encoder",
      nn::TransformerEncoder(
          nn::TransformerEncoderLayer(
              8, 2, {.dim_feedforward = 12, .activation = [](const Tensor& x) { return gelu(x); }, .norm_first = true}),
          2, nn::LayerNorm(8)));
  nn::Linear head = add("head", nn::Linear(8, 2));

  Encoder() { to(float64); }
  Tensor forward(const Tensor& x) override { return head(encoder(widen(x))); }
};

}  // namespace exchange
