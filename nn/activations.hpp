#pragma once

#include <nn/module.hpp>

/// Activation functions as layers, for containers. Each gives a tensor of its input's shape; the formulas and their
/// derivatives stand in autograd/ops/elementwise/activations.hpp. Example: `nn::Sequential net(fc1, nn::ReLU(), fc2);`
namespace xtape::nn {

/// x itself.
struct Identity : Module {
  Tensor forward(const Tensor& x) override;
};
/// max(x, 0).
struct ReLU : Module {
  Tensor forward(const Tensor& x) override;
};
/// min(max(x, 0), 6).
struct ReLU6 : Module {
  Tensor forward(const Tensor& x) override;
};
/// x where x > 0, else negative_slope * x.
struct LeakyReLU : Module {
  explicit LeakyReLU(double negative_slope = 0.01) : m_negative_slope(negative_slope) {}
  Tensor forward(const Tensor& x) override;

 private:
  double m_negative_slope;
};
/// x where x > 0, else alpha * (e^x - 1).
struct ELU : Module {
  explicit ELU(double alpha = 1.0) : m_alpha(alpha) {}
  Tensor forward(const Tensor& x) override;

 private:
  double m_alpha;
};
/// The self-normalising ELU (Klambauer et al. 2017).
struct SELU : Module {
  Tensor forward(const Tensor& x) override;
};
/// x times the normal distribution function of x (Hendrycks and Gimpel 2016), by erf.
struct GELU : Module {
  Tensor forward(const Tensor& x) override;
};
/// x * sigmoid(x), also called swish.
struct SiLU : Module {
  Tensor forward(const Tensor& x) override;
};
/// x * tanh(softplus(x)).
struct Mish : Module {
  Tensor forward(const Tensor& x) override;
};
/// 1 / (1 + e^-x).
struct Sigmoid : Module {
  Tensor forward(const Tensor& x) override;
};
/// log(sigmoid(x)), without overflow.
struct LogSigmoid : Module {
  Tensor forward(const Tensor& x) override;
};
/// The hyperbolic tangent.
struct Tanh : Module {
  Tensor forward(const Tensor& x) override;
};
/// log(1 + e^x), without overflow.
struct Softplus : Module {
  Tensor forward(const Tensor& x) override;
};
/// x / (1 + |x|).
struct Softsign : Module {
  Tensor forward(const Tensor& x) override;
};
/// x limited to [-1, 1].
struct Hardtanh : Module {
  Tensor forward(const Tensor& x) override;
};
/// x / 6 + 1/2 limited to [0, 1].
struct Hardsigmoid : Module {
  Tensor forward(const Tensor& x) override;
};
/// x * hardsigmoid(x).
struct Hardswish : Module {
  Tensor forward(const Tensor& x) override;
};

/// exp(x) / sum(exp(x)) along `axis`. An axis that the input does not have throws IndexError.
struct Softmax : Module {
  explicit Softmax(std::ptrdiff_t axis = -1) : m_axis(axis) {}
  Tensor forward(const Tensor& x) override;

 private:
  std::ptrdiff_t m_axis;
};
/// log(softmax(x)) along `axis`.
struct LogSoftmax : Module {
  explicit LogSoftmax(std::ptrdiff_t axis = -1) : m_axis(axis) {}
  Tensor forward(const Tensor& x) override;

 private:
  std::ptrdiff_t m_axis;
};

/// The axes from `first` to `last` merged into one: (N, C, H, W) -> (N, C H W) unless told otherwise. An axis that the
/// input does not have throws IndexError.
struct Flatten : Module {
  explicit Flatten(std::ptrdiff_t first = 1, std::ptrdiff_t last = -1) : m_first(first), m_last(last) {}
  Tensor forward(const Tensor& x) override;

 private:
  std::ptrdiff_t m_first, m_last;
};

}  // namespace xtape::nn
