#pragma once

#include <autograd/ops/softmax.hpp>

/// Losses of predicted numbers. Prediction and target have one shape: another one throws ShapeError, since (N, 1)
/// against (N) would silently compare all pairs. By default the result is the mean over all elements; with Reduce::sum
/// it is their sum, with Reduce::none one value each.
namespace xtape::nn {

/// Squared error, (prediction - target)^2. Example: `nn::mse_loss(net(x), y).backward();`
Tensor mse_loss(const Tensor& prediction, const Tensor& target, Reduce reduction = Reduce::mean);

/// Half the squared error: 0.5 * sum((prediction - target)^2) / N, where N is the number of examples, the size of the
/// first axis, not that of the elements. Its gradient is (prediction - target) / N.
Tensor half_squared_error(const Tensor& prediction, const Tensor& target, Reduce reduction = Reduce::mean);

/// Absolute error, |prediction - target|; its derivative at 0 is 0.
Tensor l1_loss(const Tensor& prediction, const Tensor& target, Reduce reduction = Reduce::mean);

/// Options of huber_loss.
struct HuberOptions {
  double delta = 1.0;  ///< errors up to this are squared
  Reduce reduction = Reduce::mean;
};
/// With d = |prediction - target|: d^2 / 2 where d < delta, else delta * (d - delta / 2) (Huber 1964). Throws Error
/// unless delta is positive. Example: `nn::huber_loss(q, target, {.delta = 2.0})`.
Tensor huber_loss(const Tensor& prediction, const Tensor& target, const HuberOptions& options = {});

/// Options of smooth_l1_loss.
struct SmoothL1Options {
  double beta = 1.0;  ///< errors up to this are squared; at 0 it is l1_loss()
  Reduce reduction = Reduce::mean;
};
/// With d = |prediction - target|: d^2 / (2 beta) where d < beta, else d - beta / 2. Throws Error for a negative beta.
Tensor smooth_l1_loss(const Tensor& prediction, const Tensor& target, const SmoothL1Options& options = {});

/// Options of poisson_nll_loss.
struct PoissonOptions {
  bool log_input = true;  ///< the prediction is the logarithm of the rate
  bool full = false;      ///< add Stirling's approximation of log(target!), where target > 1
  double eps = 1e-8;      ///< in log(rate + eps), without log_input
  Reduce reduction = Reduce::mean;
};
/// Negative log-likelihood of counts under a Poisson distribution, without the constant log(target!):
/// exp(x) - target * x for a prediction x = log(rate), or rate - target * log(rate + eps).
Tensor poisson_nll_loss(const Tensor& prediction, const Tensor& target, const PoissonOptions& options = {});

/// Options of gaussian_nll_loss.
struct GaussianOptions {
  bool full = false;  ///< add the constant log(2 pi) / 2
  double eps = 1e-6;  ///< the smallest variance that is reckoned with
  Reduce reduction = Reduce::mean;
};
/// Negative log-likelihood under a normal distribution of predicted mean and variance, without the constant:
/// (log(v) + (prediction - target)^2 / v) / 2, where v is the variance, at least eps. Where it was raised to eps its
/// gradient is that at eps (PyTorch's choice). The variance has the shape of the prediction, or that without the last
/// axis, or with the last axis of size 1 (ShapeError). Throws Error for a negative variance.
Tensor gaussian_nll_loss(const Tensor& prediction, const Tensor& target, const Tensor& variance,
                         const GaussianOptions& options = {});

}  // namespace xtape::nn
