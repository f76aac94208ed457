#pragma once

#include <optim/schedule.hpp>

/// Cosine annealing, as in SGDR (Loshchilov and Hutter 2017).
namespace xtape::optim {

/// Lets the learning rate fall from where it started to eta_min within T_max epochs, along half a cosine, and rise
/// again in the next T_max; PyTorch's CosineAnnealingLR. On its own the rate is eta_min + (start - eta_min) * (1 +
/// cos(pi * epoch / T_max)) / 2; like PyTorch's it goes from the present rate, so that it can be chained. Throws Error
/// for a T_max of 0 or an eta_min that is negative or not finite. Example: `optim::CosineAnnealingLR schedule(sgd,
/// {.T_max = 100});`
class CosineAnnealingLR : public RateSchedule {
 public:
  struct Options {
    std::uint64_t T_max = 0;  ///< epochs from the largest rate to the smallest; must be given
    double eta_min = 0.0;     ///< the smallest rate
  };

  CosineAnnealingLR(Optimizer& optimizer, const Options& options);

 private:
  double next_rate(std::size_t group, double rate, std::uint64_t epoch) const override;

  Options m_options;
};

/// Lets the learning rate fall along half a cosine from where it started to eta_min, and starts anew: after T_0 epochs,
/// then after T_0 * T_mult, then T_0 * T_mult^2 ...; PyTorch's CosineAnnealingWarmRestarts. Throws Error for a T_0 or
/// T_mult of 0 or an eta_min that is negative or not finite.
/// Example: `optim::CosineAnnealingWarmRestarts schedule(sgd, {.T_0 = 10, .T_mult = 2});`
class CosineAnnealingWarmRestarts : public RateSchedule {
 public:
  struct Options {
    std::uint64_t T_0 = 0;     ///< epochs before the first restart; must be given
    std::uint64_t T_mult = 1;  ///< how many times longer every period is than the one before
    double eta_min = 0.0;      ///< the smallest rate
  };

  CosineAnnealingWarmRestarts(Optimizer& optimizer, const Options& options);

  void step() override;
  /// Sets the rates for a moment, in epochs and their fractions; to be called after every batch instead of step().
  /// Throws Error for one that is negative or not finite. Example: `schedule.step(epoch + batch / batches)`.
  void step(double moment);

 private:
  void start() override;
  double next_rate(std::size_t group, double rate, std::uint64_t epoch) const override;
  void write(StateDict& state, const std::string& prefix) const override;
  std::function<void()> read(StateReader& reader, const std::string& prefix) override;

  Options m_options;
  double m_since = 0.0;   // epochs since the last restart
  double m_period = 0.0;  // epochs from that restart to the next
};

}  // namespace xtape::optim
