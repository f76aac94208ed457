#pragma once

#include <nn/module.hpp>

namespace xtape::nn {

/// Options of Bilinear.
struct BilinearOptions {
  bool bias = true;  ///< whether one is added
};

/// A product of two inputs: y_o = x1^T W_o x2 + b_o for x1 (..., in1) and x2 (..., in2) -> (..., out). Weight and bias
/// start uniform in [-1/sqrt(in1), 1/sqrt(in1)]. Throws ShapeError for inputs of other sizes, or whose leading axes do
/// not broadcast. Example: `nn::Bilinear score(64, 32, 1); Tensor y = score(query, key);`
struct Bilinear : Module {
  using Options = BilinearOptions;

  Bilinear(std::size_t in1_features, std::size_t in2_features, std::size_t out_features, const Options& options = {});
  using Module::forward;
  Tensor forward(const Tensor& x1, const Tensor& x2);
  Tensor operator()(const Tensor& x1, const Tensor& x2) { return forward(x1, x2); }
  std::size_t multiply_adds(const Tensor& x1, const Tensor& y) const override;

  Tensor weight;  ///< (out, in1, in2)
  Tensor bias;    ///< (out); undefined without bias
};

}  // namespace xtape::nn
