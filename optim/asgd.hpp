#pragma once

#include <optim/update_rule.hpp>

namespace xtape::optim {

/// Options of ASGD.
struct ASGDOptions {
  double lr = 1e-2;           ///< first step size, >= 0
  double lambd = 1e-4;        ///< decay of the parameters, and of the step size
  double alpha = 0.75;        ///< power of the step size's decay
  double t0 = 1e6;            ///< number of updates after which averaging starts
  double weight_decay = 0.0;  ///< factor of the L2 penalty's gradient, >= 0
  bool maximize = false;      ///< go up the gradient instead of down
};

/// Averaged stochastic gradient descent (Polyak and Juditsky 1992), as PyTorch's ASGD. With g = gradient +
/// weight_decay * p, and t counting from 1:
///   p <- (1 - lambd * eta) * p - eta * g,   ax <- ax + mu * (p - ax),
///   then eta <- lr / (1 + lambd * lr * t)^alpha,   mu <- 1 / max(1, t - t0);
/// eta starts as lr, mu as 1. The average ax is part of state_dict(), "0.ax"; the parameters themselves are not
/// averaged. Throws Error for options outside their ranges.
/// Example: `optim::ASGD asgd(net.parameters(), {.lr = 0.1, .t0 = 1000});`
class ASGD : public RuleWith<ASGDOptions> {
 public:
  explicit ASGD(const Tensors& parameters, const Options& options = {});

 private:
  void check(const Options& options) const override;
  double initial_number(std::size_t group, std::size_t number) const override;
  void advance(Slot& slot) const noexcept override;
  void update(const Slot& slot, const UpdateArrays& arrays, const UpdateLoops& loops) const noexcept override;
};

}  // namespace xtape::optim
