#include <nn/linear.hpp>

#include <autograd/ops/matmul.hpp>
#include <nn/initial.hpp>

namespace xtape::nn {

Linear::Linear(std::size_t in_features, std::size_t out_features) : Linear(in_features, out_features, Options()) {}

Linear::Linear(std::size_t in_features, std::size_t out_features, const Options& options)
    : weight(parameter("weight", uniform_by_fan_in({out_features, in_features}, in_features))) {
  if (options.bias) bias = parameter("bias", uniform_by_fan_in({out_features}, in_features));
}

Tensor Linear::forward(const Tensor& x) { return linear(x, weight, bias); }

std::size_t Linear::multiply_adds(const Tensor& x, const Tensor&) const { return x.size() * weight.shape(0); }

}  // namespace xtape::nn
