#include <nn/bilinear.hpp>

#include <autograd/ops/matmul.hpp>
#include <nn/initial.hpp>

namespace xtape::nn {

Bilinear::Bilinear(std::size_t in1_features, std::size_t in2_features, std::size_t out_features, const Options& options)
    : weight(parameter("weight", uniform_by_fan_in({out_features, in1_features, in2_features}, in1_features))) {
  if (options.bias) bias = parameter("bias", uniform_by_fan_in({out_features}, in1_features));
}

Tensor Bilinear::forward(const Tensor& x1, const Tensor& x2) { return bilinear(x1, x2, weight, bias); }

// For every output a matrix times a vector, and a vector times a vector.
std::size_t Bilinear::multiply_adds(const Tensor&, const Tensor& y) const {
  return y.size() * (weight.shape(1) + 1) * weight.shape(2);
}

}  // namespace xtape::nn
