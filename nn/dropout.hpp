#pragma once

#include <nn/module.hpp>

/// Layers that are random in training mode and let their input pass in evaluation mode. They draw from the library's
/// own generator (manual_seed); dropout() and its like say how. A probability outside [0, 1] throws Error.
namespace xtape::nn {

/// Every element becomes 0 with probability `p`, and the others are scaled by 1 / (1 - p).
/// Example: `nn::Sequential net(fc1, nn::ReLU(), nn::Dropout(0.5), fc2);`
struct Dropout : Module {
  explicit Dropout(double p = 0.5);
  Tensor forward(const Tensor& x) override;

 private:
  double m_p;
};

/// The same for whole channels of (N, C, ...). Throws ShapeError for fewer than two axes.
struct Dropout2d : Module {
  explicit Dropout2d(double p = 0.5);
  Tensor forward(const Tensor& x) override;

 private:
  double m_p;
};

/// Dropout that keeps mean 0 and variance 1 behind SELU.
struct AlphaDropout : Module {
  explicit AlphaDropout(double p = 0.5);
  Tensor forward(const Tensor& x) override;

 private:
  double m_p;
};

/// Adds normal noise of standard deviation `deviation`, which gets no gradient. Throws Error for a negative deviation.
/// Example: `nn::GaussianNoise(0.05)` between the data and the first layer.
struct GaussianNoise : Module {
  explicit GaussianNoise(double deviation = 0.1);
  Tensor forward(const Tensor& x) override;

 private:
  double m_deviation;
};

}  // namespace xtape::nn
