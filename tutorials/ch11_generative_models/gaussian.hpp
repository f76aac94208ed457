#pragma once

#include <xtape.hpp>

#include <cmath>
#include <numbers>

/// A normal distribution of vectors, by its mean (D) and the lower triangular L (D, D) with covariance = L L^T.
struct Gaussian {
  xtape::Tensor mean, factor;

  /// The one under which the rows of x (N, D) are most likely: their mean, and their covariance divided by N.
  static Gaussian fit(const xtape::Tensor& x) {
    const xtape::Tensor mean = xtape::mean(x, {0}), centred = x - mean;
    const auto count = static_cast<double>(x.shape(0));
    return {mean, xtape::cholesky(xtape::matmul(xtape::transpose(centred), centred) / count)};
  }

  xtape::Tensor covariance() const { return xtape::matmul(factor, xtape::transpose(factor)); }

  /// log p(x) of each row: -|z|^2 / 2 - log det L - D/2 log(2 pi), where L z = x - mean.
  xtape::Tensor log_density(const xtape::Tensor& x) const {
    const xtape::Tensor z = xtape::solve_triangular(factor, xtape::transpose(x - mean));  // (D, N)
    const xtape::Tensor log_volume = xtape::sum(xtape::log(xtape::diag(factor)));
    const double constant = 0.5 * static_cast<double>(mean.size()) * std::log(2.0 * std::numbers::pi);
    return -0.5 * xtape::sum(xtape::square(z), {0}) - log_volume - constant;
  }

  /// New vectors (count, D): mean + L z with standard normal z.
  xtape::Tensor sample(std::size_t count) const {
    const xtape::Tensor z = xtape::randn({count, mean.size()}, {.dtype = mean.dtype()});
    return mean + xtape::matmul(z, xtape::transpose(factor));
  }
};
