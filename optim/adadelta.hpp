#pragma once

#include <optim/update_rule.hpp>

namespace xtape::optim {

/// Options of Adadelta.
struct AdadeltaOptions {
  double lr = 1.0;            ///< factor of the step, >= 0
  double rho = 0.9;           ///< part of the running mean squares that is kept, in [0, 1]
  double eps = 1e-6;          ///< keeps the quotient finite, and the first step from being 0, >= 0
  double weight_decay = 0.0;  ///< factor of the L2 penalty's gradient, >= 0
  bool maximize = false;      ///< go up the gradient instead of down
};

/// Adadelta (Zeiler 2012), as PyTorch's. With g = gradient + weight_decay * p:
///   v <- rho * v + (1 - rho) * g^2,   d = sqrt(u + eps) / sqrt(v + eps) * g,
///   u <- rho * u + (1 - rho) * d^2,   p <- p - lr * d.
/// Throws Error for options outside their ranges.
/// Example: `optim::Adadelta adadelta(net.parameters(), {.rho = 0.95});`
class Adadelta : public RuleWith<AdadeltaOptions> {
 public:
  explicit Adadelta(const Tensors& parameters, const Options& options = {});

 private:
  void check(const Options& options) const override;
  void update(const Slot& slot, const UpdateArrays& arrays, const UpdateLoops& loops) const noexcept override;
};

}  // namespace xtape::optim
