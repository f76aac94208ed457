#pragma once

#include <optim/optimizer.hpp>

namespace xtape::optim {

/// What learning-rate schedules have in common. A schedule refers to an optimizer, which must outlive it, and changes
/// the learning rate of each of its groups; step() is called once an epoch, after the optimizer's own steps.
class Schedule {
 public:
  explicit Schedule(Optimizer& optimizer) : m_optimizer(&optimizer) {}
  virtual ~Schedule() = default;

  /// Counts one more epoch and sets the learning rates for the next.
  void step();
  /// How often step() was called.
  std::uint64_t epoch() const noexcept { return m_epoch; }

 private:
  /// The rate that follows `rate` after `epoch` epochs.
  virtual double next_rate(double rate, std::uint64_t epoch) const = 0;

  Optimizer* m_optimizer;
  std::uint64_t m_epoch = 0;
};

/// Multiplies the learning rate by gamma after every step_size epochs; PyTorch's StepLR. Throws Error for a step_size
/// of 0 or a gamma that is negative or not finite. Example: `optim::StepLR schedule(adam, {.step_size = 5, .gamma =
/// 0.5});`
class StepLR : public Schedule {
 public:
  struct Options {
    std::uint64_t step_size = 1;  ///< epochs between two changes
    double gamma = 0.1;           ///< factor of each change
  };

  StepLR(Optimizer& optimizer, const Options& options);

 private:
  double next_rate(double rate, std::uint64_t epoch) const override;

  Options m_options;
};

}  // namespace xtape::optim
