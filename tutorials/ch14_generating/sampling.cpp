// The pieces of a variational autoencoder, each checked by itself: drawing from a normal distribution so that its
// parameters get gradients, and the divergence of two normal distributions in closed form.
#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cmath>
#include <cstdio>
#include <numbers>

using namespace xtape;

namespace {

constexpr double mean_value = 0.7, log_variance = -2.0;

// A draw from the normal distribution of this mean and this logarithm of the variance: the noise is drawn outside, so
// that the result is a differentiable function of both.
Tensor sample(const Tensor& mu, const Tensor& log_var) {
  const Tensor noise = randn(mu.shape(), {.dtype = mu.dtype()});
  return mu + exp(0.5 * log_var) * noise;
}

// What one often sees, and what is wrong: exp(log_var) is the variance.
Tensor sample_wrongly(const Tensor& mu, const Tensor& log_var) {
  return mu + exp(log_var) * randn(mu.shape(), {.dtype = mu.dtype()});
}

// The divergence of the normal distribution from the standard one, for each number.
Tensor divergence(const Tensor& mu, const Tensor& log_var) { return 0.5 * (exp(log_var) + square(mu) - 1.0 - log_var); }

void check_deviation() {
  const Tensor mu = full({100000}, mean_value, {.dtype = float64});
  const Tensor log_var = full({100000}, log_variance, {.dtype = float64});
  std::printf("standard deviation wanted  %.3f\n", std::exp(0.5 * log_variance));
  std::printf("exp(log_var / 2) * noise   %.3f\n", stddev(sample(mu, log_var)).item());
  std::printf("exp(log_var) * noise       %.3f\n", stddev(sample_wrongly(mu, log_var)).item());
}

// E z^2 = mu^2 + exp(log_var), so its derivatives are 2 mu and exp(log_var).
void check_gradients() {
  const Tensor mu = full({}, mean_value, {.dtype = float64, .requires_grad = true});
  const Tensor log_var = full({}, log_variance, {.dtype = float64, .requires_grad = true});
  const Shape many{100000};
  mean(square(sample(broadcast_to(mu, many), broadcast_to(log_var, many)))).backward();
  std::printf("derivatives of E z^2   by mu  by log_var\n");
  std::printf("from the formula       %.3f  %.3f\n", 2.0 * mean_value, std::exp(log_variance));
  std::printf("through the samples    %.3f  %.3f\n", mu.grad().item(), log_var.grad().item());
}

// The integral of q(z) log(q(z) / p(z)) by small steps.
void check_divergence() {
  const double deviation = std::exp(0.5 * log_variance), step = 1e-3;
  double integral = 0.0;
  for (double z = -8.0; z < 8.0; z += step) {
    const double u = (z - mean_value) / deviation;
    const double log_q = -0.5 * u * u - std::log(deviation), log_p = -0.5 * z * z;  // but for the same constant
    integral += std::exp(log_q) / std::sqrt(2.0 * std::numbers::pi) * (log_q - log_p) * step;
  }
  std::printf("divergence: formula %.6f, integral %.6f\n", divergence(mean_value, log_variance).item(), integral);
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  manual_seed(0);
  check_deviation();
  check_gradients();
  check_divergence();
}
