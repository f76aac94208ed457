#include <nn/regression_loss.hpp>

#include <autograd/ops/shape.hpp>
#include <nn/reduced.hpp>

#include <cmath>

namespace xtape::nn {

namespace {

constexpr double two_pi = 6.283185307179586477;

Tensor difference(const char* loss, const Tensor& prediction, const Tensor& target) {
  require_same_shape(loss, prediction, target);
  return prediction - as_target(target, prediction);
}

}  // namespace

Tensor mse_loss(const Tensor& prediction, const Tensor& target, Reduce reduction) {
  return reduced(square(difference("mse_loss", prediction, target)), reduction);
}

Tensor half_squared_error(const Tensor& prediction, const Tensor& target, Reduce reduction) {
  const Tensor squares = square(difference("half_squared_error", prediction, target));
  if (reduction == Reduce::none) return 0.5 * squares;
  const std::size_t examples = reduction == Reduce::mean && squares.dimension() > 0 ? squares.shape(0) : 1;
  return sum(squares) * (0.5 / static_cast<double>(examples));
}

Tensor l1_loss(const Tensor& prediction, const Tensor& target, Reduce reduction) {
  return reduced(abs(difference("l1_loss", prediction, target)), reduction);
}

Tensor huber_loss(const Tensor& prediction, const Tensor& target, const HuberOptions& options) {
  const double delta = options.delta;
  if (!(delta > 0.0)) throw Error("huber_loss: delta " + std::to_string(delta) + " is not positive");
  const Tensor d = abs(difference("huber_loss", prediction, target));
  return reduced(where(d < delta, 0.5 * square(d), delta * (d - 0.5 * delta)), options.reduction);
}

Tensor smooth_l1_loss(const Tensor& prediction, const Tensor& target, const SmoothL1Options& options) {
  const double beta = options.beta;
  if (!(beta >= 0.0)) throw Error("smooth_l1_loss: beta " + std::to_string(beta) + " is negative");
  const Tensor d = abs(difference("smooth_l1_loss", prediction, target));
  if (beta == 0.0) return reduced(d, options.reduction);
  return reduced(where(d < beta, (0.5 / beta) * square(d), d - 0.5 * beta), options.reduction);
}

Tensor poisson_nll_loss(const Tensor& prediction, const Tensor& target, const PoissonOptions& options) {
  require_same_shape("poisson_nll_loss", prediction, target);
  const Tensor counts = as_target(target, prediction);
  Tensor losses =
      options.log_input ? exp(prediction) - counts * prediction : prediction - counts * log(prediction + options.eps);
  if (options.full) {
    const Tensor many = where(counts > 1.0, counts, 1.0);  // where it is used, log() is of what is above 1
    losses += where(counts > 1.0, many * log(many) - many + 0.5 * log(two_pi * many), 0.0);
  }
  return reduced(losses, options.reduction);
}

Tensor gaussian_nll_loss(const Tensor& prediction, const Tensor& target, const Tensor& variance,
                         const GaussianOptions& options) {
  const Tensor error = difference("gaussian_nll_loss", prediction, target);
  Shape without_last = prediction.shape(), last_of_1 = prediction.shape();
  if (!without_last.empty()) {
    without_last.pop_back();
    last_of_1.back() = 1;
  }
  if (variance.shape() != prediction.shape() && variance.shape() != without_last && variance.shape() != last_of_1) {
    throw ShapeError("gaussian_nll_loss: a variance of shape " + to_string(variance.shape()) +
                     " for a prediction of shape " + to_string(prediction.shape()) +
                     "; it must have that shape, or that without the last axis");
  }
  if (any(variance < 0.0).item<bool>()) {
    throw Error("gaussian_nll_loss: a variance is negative: " + std::to_string(amin(variance).item()));
  }
  const Tensor given = variance.dimension() == prediction.dimension() ? variance : expand_dims(variance, -1);
  const Tensor v = given + maximum(options.eps - given.detach(), 0.0);
  Tensor losses = 0.5 * (log(v) + square(error) / v);
  if (options.full) losses += 0.5 * std::log(two_pi);
  return reduced(losses, options.reduction);
}

}  // namespace xtape::nn
