#include <nn/activations.hpp>

#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/ops/softmax.hpp>

namespace xtape::nn {

Tensor Identity::forward(const Tensor& x) { return x; }
Tensor ReLU::forward(const Tensor& x) { return relu(x); }
Tensor ReLU6::forward(const Tensor& x) { return relu6(x); }
Tensor LeakyReLU::forward(const Tensor& x) { return leaky_relu(x, m_negative_slope); }
Tensor ELU::forward(const Tensor& x) { return elu(x, m_alpha); }
Tensor SELU::forward(const Tensor& x) { return selu(x); }
Tensor GELU::forward(const Tensor& x) { return gelu(x); }
Tensor SiLU::forward(const Tensor& x) { return silu(x); }
Tensor Mish::forward(const Tensor& x) { return mish(x); }
Tensor Sigmoid::forward(const Tensor& x) { return sigmoid(x); }
Tensor LogSigmoid::forward(const Tensor& x) { return logsigmoid(x); }
Tensor Tanh::forward(const Tensor& x) { return tanh(x); }
Tensor Softplus::forward(const Tensor& x) { return softplus(x); }
Tensor Softsign::forward(const Tensor& x) { return softsign(x); }
Tensor Hardtanh::forward(const Tensor& x) { return hardtanh(x); }
Tensor Hardsigmoid::forward(const Tensor& x) { return hardsigmoid(x); }
Tensor Hardswish::forward(const Tensor& x) { return hardswish(x); }
Tensor Softmax::forward(const Tensor& x) { return softmax(x, m_axis); }
Tensor LogSoftmax::forward(const Tensor& x) { return log_softmax(x, m_axis); }
Tensor Flatten::forward(const Tensor& x) { return flatten(x, m_first, m_last); }

}  // namespace xtape::nn
