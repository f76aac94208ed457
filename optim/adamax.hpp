#pragma once

#include <optim/update_rule.hpp>

namespace xtape::optim {

/// Options of Adamax.
struct AdamaxOptions {
  double lr = 2e-3;           ///< step size, >= 0
  double beta1 = 0.9;         ///< part of the running mean that is kept, in [0, 1)
  double beta2 = 0.999;       ///< part of the running norm that is kept, in [0, 1)
  double eps = 1e-8;          ///< keeps the quotient finite, >= 0
  double weight_decay = 0.0;  ///< factor of the L2 penalty's gradient, >= 0
  bool maximize = false;      ///< go up the gradient instead of down
};

/// Adamax, Adam with the infinity norm (Kingma and Ba 2015), as PyTorch's. With g = gradient + weight_decay * p, and t
/// counting from 1:
///   m <- beta1 * m + (1 - beta1) * g,   u <- max(beta2 * u, |g| + eps),   p <- p - lr / (1 - beta1^t) * m / u.
/// Throws Error for options outside their ranges. Example: `optim::Adamax adamax(net.parameters(), {.lr = 1e-2});`
class Adamax : public RuleWith<AdamaxOptions> {
 public:
  explicit Adamax(const Tensors& parameters, const Options& options = {});

 private:
  void check(const Options& options) const override;
  void update(const Slot& slot, const UpdateArrays& arrays, const UpdateLoops& loops) const noexcept override;
};

}  // namespace xtape::optim
