#pragma once

#include <nn/module.hpp>

/// Activation functions as layers, for containers. All but GLU give a tensor of their input's shape; the formulas and
/// their derivatives stand in autograd/ops/elementwise/activations.hpp. Example: `nn::Sequential net(fc1, nn::ReLU(),
/// fc2);`
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
/// x where x > 0, else alpha * (e^(x / alpha) - 1); its derivative is continuous for every alpha (Barron 2017).
struct CELU : Module {
  explicit CELU(double alpha = 1.0) : m_alpha(alpha) {}
  Tensor forward(const Tensor& x) override;

 private:
  double m_alpha;
};
/// x times the normal distribution function of x (Hendrycks and Gimpel 2016): by erf, or close to it by tanh.
/// Example: `nn::GELU(nn::GELU::Approximate::tanh)`.
struct GELU : Module {
  enum class Approximate { none, tanh };
  explicit GELU(Approximate approximate = Approximate::none) : m_approximate(approximate) {}
  Tensor forward(const Tensor& x) override;

 private:
  Approximate m_approximate;
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
/// log(1 + e^(beta x)) / beta, without overflow; PyTorch's threshold, beyond which it gives x, is not needed.
struct Softplus : Module {
  explicit Softplus(double beta = 1.0) : m_beta(beta) {}
  Tensor forward(const Tensor& x) override;

 private:
  double m_beta;
};
/// x / (1 + |x|).
struct Softsign : Module {
  Tensor forward(const Tensor& x) override;
};
/// x limited to [low, high]. Throws Error unless low < high.
struct Hardtanh : Module {
  explicit Hardtanh(double low = -1.0, double high = 1.0);
  Tensor forward(const Tensor& x) override;

 private:
  double m_low, m_high;
};
/// x / 6 + 1/2 limited to [0, 1].
struct Hardsigmoid : Module {
  Tensor forward(const Tensor& x) override;
};
/// x * hardsigmoid(x).
struct Hardswish : Module {
  Tensor forward(const Tensor& x) override;
};
/// x - tanh(x).
struct Tanhshrink : Module {
  Tensor forward(const Tensor& x) override;
};
/// x moved towards 0 by lambda, and 0 within [-lambda, lambda]. Throws Error for a negative lambda.
struct Softshrink : Module {
  explicit Softshrink(double lambda = 0.5);
  Tensor forward(const Tensor& x) override;

 private:
  double m_lambda;
};
/// x, but 0 within [-lambda, lambda].
struct Hardshrink : Module {
  explicit Hardshrink(double lambda = 0.5) : m_lambda(lambda) {}
  Tensor forward(const Tensor& x) override;

 private:
  double m_lambda;
};
/// x where x > threshold, else value.
struct Threshold : Module {
  Threshold(double threshold, double value) : m_threshold(threshold), m_value(value) {}
  Tensor forward(const Tensor& x) override;

 private:
  double m_threshold, m_value;
};

/// x where x > 0, else a learned slope times x: one slope for all, or one for each channel, on axis 1 (He et al. 2015).
/// The slopes start at `init`. Throws ShapeError where there are not as many channels. Example: `nn::PReLU(64)`.
struct PReLU : Module {
  explicit PReLU(std::size_t num_parameters = 1, double init = 0.25);
  Tensor forward(const Tensor& x) override;
  std::size_t multiply_adds(const Tensor& x, const Tensor& y) const override;

  Tensor weight;  ///< (num_parameters)
};
/// x where x > 0, else a slope times x: in training mode one for each element, drawn uniformly from [lower, upper), in
/// evaluation mode their mean (Xu et al. 2015). Throws Error where lower > upper.
struct RReLU : Module {
  explicit RReLU(double lower = 1.0 / 8.0, double upper = 1.0 / 3.0);
  Tensor forward(const Tensor& x) override;

 private:
  double m_lower, m_upper;
};

/// The first half along `axis` times the sigmoid of the second (Dauphin et al. 2016): half as many elements as the
/// input. Throws ShapeError for an odd number, IndexError for an axis that the input does not have.
struct GLU : Module {
  explicit GLU(std::ptrdiff_t axis = -1) : m_axis(axis) {}
  Tensor forward(const Tensor& x) override;

 private:
  std::ptrdiff_t m_axis;
};

/// exp(x) / sum(exp(x)) along `axis`. An axis that the input does not have throws IndexError.
struct Softmax : Module {
  explicit Softmax(std::ptrdiff_t axis = -1) : m_axis(axis) {}
  Tensor forward(const Tensor& x) override;

 private:
  std::ptrdiff_t m_axis;
};
/// softmax(-x) along `axis`: the smallest element weighs most.
struct Softmin : Module {
  explicit Softmin(std::ptrdiff_t axis = -1) : m_axis(axis) {}
  Tensor forward(const Tensor& x) override;

 private:
  std::ptrdiff_t m_axis;
};
/// softmax over the channels of each place, for (N, C, H, W) or (C, H, W). Throws ShapeError for another shape.
struct Softmax2d : Module {
  Tensor forward(const Tensor& x) override;
};
/// log(softmax(x)) along `axis`.
struct LogSoftmax : Module {
  explicit LogSoftmax(std::ptrdiff_t axis = -1) : m_axis(axis) {}
  Tensor forward(const Tensor& x) override;

 private:
  std::ptrdiff_t m_axis;
};

}  // namespace xtape::nn
