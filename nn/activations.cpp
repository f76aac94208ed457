#include <nn/activations.hpp>

#include <autograd/factories.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/ops/slice.hpp>
#include <autograd/ops/softmax.hpp>

namespace xtape::nn {

Tensor Identity::forward(const Tensor& x) { return x; }
Tensor ReLU::forward(const Tensor& x) { return relu(x); }
Tensor ReLU6::forward(const Tensor& x) { return relu6(x); }
Tensor LeakyReLU::forward(const Tensor& x) { return leaky_relu(x, m_negative_slope); }
Tensor ELU::forward(const Tensor& x) { return elu(x, m_alpha); }
Tensor SELU::forward(const Tensor& x) { return selu(x); }
Tensor CELU::forward(const Tensor& x) { return celu(x, m_alpha); }
Tensor GELU::forward(const Tensor& x) { return m_approximate == Approximate::tanh ? gelu_tanh(x) : gelu(x); }
Tensor SiLU::forward(const Tensor& x) { return silu(x); }
Tensor Mish::forward(const Tensor& x) { return mish(x); }
Tensor Sigmoid::forward(const Tensor& x) { return sigmoid(x); }
Tensor LogSigmoid::forward(const Tensor& x) { return logsigmoid(x); }
Tensor Tanh::forward(const Tensor& x) { return tanh(x); }
Tensor Softplus::forward(const Tensor& x) { return softplus(x, m_beta); }
Tensor Softsign::forward(const Tensor& x) { return softsign(x); }
Tensor Hardtanh::forward(const Tensor& x) { return hardtanh(x, m_low, m_high); }
Tensor Hardsigmoid::forward(const Tensor& x) { return hardsigmoid(x); }
Tensor Hardswish::forward(const Tensor& x) { return hardswish(x); }
Tensor Tanhshrink::forward(const Tensor& x) { return tanhshrink(x); }
Tensor Softshrink::forward(const Tensor& x) { return softshrink(x, m_lambda); }
Tensor Hardshrink::forward(const Tensor& x) { return hardshrink(x, m_lambda); }
Tensor Threshold::forward(const Tensor& x) { return threshold(x, m_threshold, m_value); }
Tensor Softmax::forward(const Tensor& x) { return softmax(x, m_axis); }
Tensor Softmin::forward(const Tensor& x) { return softmin(x, m_axis); }
Tensor LogSoftmax::forward(const Tensor& x) { return log_softmax(x, m_axis); }

Hardtanh::Hardtanh(double low, double high) : m_low(low), m_high(high) {
  if (!(low < high)) {
    throw Error("Hardtanh: the lower limit " + std::to_string(low) + " is not below the upper one, " +
                std::to_string(high));
  }
}

Softshrink::Softshrink(double lambda) : m_lambda(lambda) {
  if (!(lambda >= 0.0)) throw Error("Softshrink: lambda " + std::to_string(lambda) + " is negative");
}

PReLU::PReLU(std::size_t num_parameters, double init) : weight(parameter("weight", full({num_parameters}, init))) {}

Tensor PReLU::forward(const Tensor& x) {
  const std::size_t slopes = weight.size();
  Shape shape(x.dimension(), 1);
  if (slopes != 1) {
    if (x.dimension() < 2 || x.shape(1) != slopes) {
      throw ShapeError("PReLU: an input of shape " + to_string(x.shape()) + " for " + std::to_string(slopes) +
                       " slopes; it must be (N, " + std::to_string(slopes) + ", ...)");
    }
    shape[1] = slopes;
  }
  return leaky_relu(x, reshape(weight, shape));
}
std::size_t PReLU::multiply_adds(const Tensor& x, const Tensor&) const { return x.size(); }

RReLU::RReLU(double lower, double upper) : m_lower(lower), m_upper(upper) {
  if (!(lower <= upper)) {
    throw Error("RReLU: the lower slope " + std::to_string(lower) + " is above the upper one, " +
                std::to_string(upper));
  }
}

Tensor RReLU::forward(const Tensor& x) {
  if (!is_training()) return leaky_relu(x, 0.5 * (m_lower + m_upper));
  return leaky_relu(x, rand(x.shape(), {.dtype = as_floating(x.dtype())}) * (m_upper - m_lower) + m_lower);
}

Tensor GLU::forward(const Tensor& x) {
  const auto axis = static_cast<std::ptrdiff_t>(normalize_axis(m_axis, x.dimension(), "GLU"));
  if (x.shape(axis) % 2 != 0) {
    throw ShapeError("GLU: axis " + std::to_string(axis) + " of an input of shape " + to_string(x.shape()) +
                     " has no two halves");
  }
  const Tensors halves = split(x, 2, axis);
  return halves[0] * sigmoid(halves[1]);
}

Tensor Softmax2d::forward(const Tensor& x) {
  if (x.dimension() != 3 && x.dimension() != 4) {
    throw ShapeError("Softmax2d: an input of shape " + to_string(x.shape()) + "; it must be (N, C, H, W) or (C, H, W)");
  }
  return softmax(x, -3);
}

}  // namespace xtape::nn
