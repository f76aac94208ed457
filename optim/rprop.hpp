#pragma once

#include <optim/update_rule.hpp>

namespace xtape::optim {

/// Options of Rprop.
struct RpropOptions {
  double lr = 1e-2;             ///< first step size of every element, >= 0
  double etaminus = 0.5;        ///< factor of the step size where the gradient changed its sign, in (0, 1)
  double etaplus = 1.2;         ///< factor where it did not, > 1
  double step_size_min = 1e-6;  ///< smallest step size, >= 0
  double step_size_max = 50.0;  ///< largest step size, not below step_size_min
  bool maximize = false;        ///< go up the gradient instead of down
};

/// Resilient backpropagation (Riedmiller and Braun 1993), as PyTorch's Rprop, for full batches. Every element has a
/// step size s, at first lr. With g = gradient and h the one before, at first 0:
///   s <- s * etaplus where g * h > 0, s * etaminus where g * h < 0, within [step_size_min, step_size_max],
///   g <- 0 where g * h < 0,   p <- p - sign(g) * s,   h <- g.
/// A learning rate that changes later has no effect. Throws Error for options outside their ranges.
/// Example: `optim::Rprop rprop(net.parameters(), {.lr = 0.01});`
class Rprop : public RuleWith<RpropOptions> {
 public:
  explicit Rprop(const Tensors& parameters, const Options& options = {});

 private:
  void check(const Options& options) const override;
  double initial_state(std::size_t group, std::size_t state) const override;
  void update(const Slot& slot, const UpdateArrays& arrays, const UpdateLoops& loops) const noexcept override;
};

}  // namespace xtape::optim
