#pragma once

#include <nn/module.hpp>

namespace xtape::nn {

/// A fully connected layer: y = x W^T + b for x (..., in) -> (..., out).
/// Weight and bias start uniform in [-1/sqrt(in), 1/sqrt(in)], as PyTorch's do. Throws ShapeError for an input whose
/// last size is not `in`. Example: `nn::Linear fc(784, 50); Tensor y = fc(x);`
struct Linear : Module {
  struct Options {
    bool bias = true;  ///< whether b is added
  };

  Linear(std::size_t in_features, std::size_t out_features);
  Linear(std::size_t in_features, std::size_t out_features, const Options& options);
  Tensor forward(const Tensor& x) override;
  std::size_t multiply_adds(const Tensor& x, const Tensor& y) const override;

  Tensor weight;  ///< (out, in)
  Tensor bias;    ///< (out); undefined without bias
};

}  // namespace xtape::nn
