#pragma once

#include <autograd/tensor.hpp>

/// What the weights of layers start from. Not part of the API.
namespace xtape::nn {

/// Uniform in [-1/sqrt(fan_in), 1/sqrt(fan_in)], float32, as PyTorch's linear and convolutional layers start: its
/// kaiming_uniform_ with a = sqrt(5). Zeros where `fan_in` is 0.
Tensor uniform_by_fan_in(const Shape& shape, std::size_t fan_in);

}  // namespace xtape::nn
