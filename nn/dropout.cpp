#include <nn/dropout.hpp>

#include <autograd/factories.hpp>
#include <autograd/ops/dropout.hpp>
#include <autograd/ops/elementwise.hpp>

namespace xtape::nn {

namespace {

double checked_probability(const char* layer, double p) {
  if (p >= 0.0 && p <= 1.0) return p;
  throw Error(std::string(layer) + ": the probability " + std::to_string(p) + " is outside [0, 1]");
}

}  // namespace

Dropout::Dropout(double p) : m_p(checked_probability("Dropout", p)) {}
Tensor Dropout::forward(const Tensor& x) { return dropout(x, m_p, is_training()); }

Dropout2d::Dropout2d(double p) : m_p(checked_probability("Dropout2d", p)) {}
Tensor Dropout2d::forward(const Tensor& x) { return dropout2d(x, m_p, is_training()); }

AlphaDropout::AlphaDropout(double p) : m_p(checked_probability("AlphaDropout", p)) {}
Tensor AlphaDropout::forward(const Tensor& x) { return alpha_dropout(x, m_p, is_training()); }

GaussianNoise::GaussianNoise(double deviation) : m_deviation(deviation) {
  if (!(deviation >= 0.0)) throw Error("GaussianNoise: the deviation " + std::to_string(deviation) + " is negative");
}
Tensor GaussianNoise::forward(const Tensor& x) {
  if (!is_training() || m_deviation == 0.0) return x;
  return x + randn(x.shape(), {.dtype = as_floating(x.dtype())}) * m_deviation;
}

}  // namespace xtape::nn
