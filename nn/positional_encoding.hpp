#pragma once

#include <nn/dropout.hpp>

namespace xtape::nn {

/// Where a place in a sequence is, as waves of many lengths (Vaswani et al. 2017): (length, width), with
/// sin(p / 10000^(2 i / width)) in column 2 i of row p and the cosine of the same in column 2 i + 1.
Tensor sinusoidal_positions(std::size_t length, std::size_t width);

/// Adds sinusoidal_positions() to a sequence (time, batch, d_model), or (batch, time, d_model) with batch_first, or
/// (time, d_model), and then drops out. The encoding is the buffer "pe", (max_len, 1, d_model). Throws ShapeError for
/// another width, and for a sequence longer than max_len. Example: `nn::PositionalEncoding(64, {.batch_first = true})`
struct PositionalEncoding : Module {
  struct Options {
    double dropout = 0.1;
    std::size_t max_len = 5000;
    bool batch_first = false;
  };

  explicit PositionalEncoding(std::size_t d_model);
  PositionalEncoding(std::size_t d_model, const Options& options);
  Tensor forward(const Tensor& x) override;

  Tensor pe;  ///< (max_len, 1, d_model)
  Dropout dropout;

 private:
  bool m_batch_first;
};

/// The same with an encoding that is learned: the parameter "weight", (max_len, d_model), which starts normal with
/// deviation 0.02 (Radford et al. 2018). Example: `nn::LearnedPositionalEncoding(64, {.max_len = 256})`
struct LearnedPositionalEncoding : Module {
  using Options = PositionalEncoding::Options;

  explicit LearnedPositionalEncoding(std::size_t d_model);
  LearnedPositionalEncoding(std::size_t d_model, const Options& options);
  Tensor forward(const Tensor& x) override;

  Tensor weight;  ///< (max_len, d_model)
  Dropout dropout;

 private:
  bool m_batch_first;
};

}  // namespace xtape::nn
