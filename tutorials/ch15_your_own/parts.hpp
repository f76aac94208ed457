#pragma once

// A layer, an update rule, a schedule, a data set and a transform of one's own. The programs of this chapter use them
// beside the library's.

#include <xtape.hpp>

#include <cmath>
#include <memory>
#include <numbers>

// --- a layer with a parameter, a buffer, and two ways to behave

/// y = gain * x / rms for images (B, C, H, W): in training with the root mean square of each channel in the batch, in
/// evaluation with the running one.
class RmsScale : public xtape::nn::Module {
 public:
  explicit RmsScale(std::size_t channels, double momentum = 0.1)
      : gain(parameter("gain", xtape::ones({channels, 1, 1}))),
        running_square(buffer("running_square", xtape::ones({channels, 1, 1}))),
        m_momentum(momentum) {}

  xtape::Tensor forward(const xtape::Tensor& x) override {
    if (!is_training()) return gain * x / sqrt(running_square + eps);
    const xtape::Tensor mean_square = mean(square(x), {0, 2, 3}, xtape::keep_dims);  // (1, C, 1, 1)
    {
      const xtape::NoGrad guard;
      running_square.assign(running_square + m_momentum * (squeeze(mean_square, {0}) - running_square));
    }
    return gain * x / sqrt(mean_square + eps);
  }

  xtape::Tensor gain, running_square;

 private:
  static constexpr double eps = 1e-5;
  double m_momentum;
};

// --- an update rule

struct LionOptions {
  double lr = 1e-4;
  double beta1 = 0.9;   ///< of the average whose sign is the direction
  double beta2 = 0.99;  ///< of the average that is remembered
  double weight_decay = 0.0;
};

/// Lion (Chen et al. 2023): m is an average of gradients g, and every element moves by the same amount.
///   p <- p - lr (sign(beta1 m + (1 - beta1) g) + weight_decay p),   m <- beta2 m + (1 - beta2) g
class Lion : public xtape::optim::RuleWith<LionOptions> {
 public:
  explicit Lion(const xtape::Tensors& parameters, const Options& options = {}) : RuleWith("Lion", {"exp_avg"}) {
    add_group(parameters, options);
  }

 private:
  void check(const Options& o) const override {
    require(o.beta1 >= 0.0 && o.beta1 < 1.0, "beta1", "in [0, 1)", o.beta1);
    require(o.beta2 >= 0.0 && o.beta2 < 1.0, "beta2", "in [0, 1)", o.beta2);
    require(o.weight_decay >= 0.0, "weight_decay", ">= 0", o.weight_decay);
  }

  void update(const Slot& slot, const xtape::optim::UpdateArrays& arrays,
              const xtape::optim::UpdateLoops&) const noexcept override {
    if (slot.parameter.dtype() == xtape::float32) {
      move<float>(slot, arrays);
    } else {
      move<double>(slot, arrays);
    }
  }

  template <class T>
  void move(const Slot& slot, const xtape::optim::UpdateArrays& arrays) const noexcept {
    const Options& o = options(slot.group);
    const T rate = static_cast<T>(rate_of(slot)), beta1 = static_cast<T>(momentum_of(slot));
    const T beta2 = static_cast<T>(o.beta2), decay = static_cast<T>(o.weight_decay);
    T* p = static_cast<T*>(arrays.parameter);
    T* m = static_cast<T*>(arrays.state[0]);
    const T* g = static_cast<const T*>(arrays.gradient);
    for (std::size_t i = arrays.begin; i < arrays.end; ++i) {
      const T direction = beta1 * m[i] + (1 - beta1) * g[i];
      const T sign = static_cast<T>(direction > 0) - static_cast<T>(direction < 0);
      p[i] -= rate * (sign + decay * p[i]);
      m[i] = beta2 * m[i] + (1 - beta2) * g[i];
    }
  }
};

// --- a schedule

/// The rate rises in equal steps for `warm` epochs and then falls along half a cosine, to 0 after `epochs`.
class WarmupCosine : public xtape::optim::RateSchedule {
 public:
  WarmupCosine(xtape::optim::Optimizer& optimizer, double warm, double epochs)
      : RateSchedule("WarmupCosine", optimizer), m_warm(warm), m_epochs(epochs) {
    require(warm >= 0.0 && warm < epochs, "warm", "in [0, epochs)", warm);
    start();
  }

 private:
  double next_rate(std::size_t group, double, std::uint64_t epoch) const override {
    const double now = static_cast<double>(epoch);
    if (now < m_warm) return base_rate(group) * (now + 1.0) / (m_warm + 1.0);
    const double way = std::min(1.0, (now - m_warm) / (m_epochs - m_warm));
    return base_rate(group) * 0.5 * (1.0 + std::cos(std::numbers::pi * way));
  }

  double m_warm, m_epochs;
};

// --- a data set whose samples are computed when they are asked for

/// Drawings of 16x16 pixels, float64: 0 a disk, 1 a ring, 2 a square, 3 a cross; place and size depend on the seed and
/// the index alone.
class Shapes : public xtape::data::Source {
 public:
  static constexpr std::size_t side = 16, kinds = 4;

  Shapes(std::size_t count, std::uint64_t seed) : m_count(count), m_seed(seed) {}

  std::size_t size() const override { return m_count; }

  xtape::data::Sample sample(std::size_t index) const override {
    xtape::data::Draws draws(xtape::data::sample_key(m_seed, 0, index));
    const std::size_t kind = index % kinds;
    const double radius = draws.uniform(3.0, 6.0);
    const double x = draws.uniform(radius, side - radius), y = draws.uniform(radius, side - radius);
    xt::xarray<double> pixels = xt::zeros<double>({std::size_t{1}, side, side});
    for (std::size_t row = 0; row < side; ++row) {
      for (std::size_t column = 0; column < side; ++column) {
        const double across = std::abs(static_cast<double>(column) + 0.5 - x);
        const double down = std::abs(static_cast<double>(row) + 0.5 - y);
        pixels(0, row, column) = covers(kind, across / radius, down / radius);
      }
    }
    return {xtape::Tensor(pixels), xtape::Tensor(static_cast<std::int64_t>(kind))};
  }

 private:
  // Whether the shape of radius 1 covers the point.
  static bool covers(std::size_t kind, double across, double down) {
    const double far = std::hypot(across, down);
    if (kind == 0) return far < 1.0;
    if (kind == 1) return far < 1.0 && far > 0.6;
    if (kind == 2) return std::max(across, down) < 0.85;
    return std::min(across, down) < 0.25 && std::max(across, down) < 1.0;
  }

  std::size_t m_count;
  std::uint64_t m_seed;
};

// --- a transform of whole batches

/// Turns each pixel with this probability into its opposite, 1 - x; for float64 pixels.
class FlipPixels : public xtape::data::Transform {
 public:
  explicit FlipPixels(double probability)
      : Transform([probability](xtape::Tensor batch, std::span<xtape::data::Draws> draws) {
          xtape::Tensor result = xtape::data::writable(std::move(batch));
          auto* pixel = static_cast<double*>(result.mutable_data());
          const std::size_t pixels = result.size() / draws.size();
          for (xtape::data::Draws& of_sample : draws) {
            for (std::size_t i = 0; i < pixels; ++i, ++pixel) {
              if (of_sample.chance(probability)) *pixel = 1.0 - *pixel;
            }
          }
          return result;
        }) {}
};
