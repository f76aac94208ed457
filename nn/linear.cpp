#include <nn/linear.hpp>

#include <autograd/ops/matmul.hpp>
#include <nn/init.hpp>

#include <cmath>

namespace xtape::nn {

Linear::Linear(std::size_t in_features, std::size_t out_features) : Linear(in_features, out_features, Options()) {}

Linear::Linear(std::size_t in_features, std::size_t out_features, const Options& options)
    : weight(parameter("weight", Tensor::uninitialized({out_features, in_features}, float32))) {
  const double bound = in_features > 0 ? 1.0 / std::sqrt(static_cast<double>(in_features)) : 0.0;
  init::uniform_(weight, -bound, bound);
  if (!options.bias) return;
  bias = parameter("bias", Tensor::uninitialized({out_features}, float32));
  init::uniform_(bias, -bound, bound);
}

Tensor Linear::forward(const Tensor& x) { return linear(x, weight, bias); }

}  // namespace xtape::nn
