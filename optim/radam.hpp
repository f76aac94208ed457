#pragma once

#include <optim/update_rule.hpp>

namespace xtape::optim {

/// Options of RAdam.
struct RAdamOptions {
  double lr = 1e-3;           ///< step size, >= 0
  double beta1 = 0.9;         ///< part of the running mean that is kept, in [0, 1)
  double beta2 = 0.999;       ///< part of the running mean square that is kept, in [0, 1)
  double eps = 1e-8;          ///< keeps the quotient finite, >= 0
  double weight_decay = 0.0;  ///< factor of the L2 penalty's gradient, >= 0
  bool maximize = false;      ///< go up the gradient instead of down
};

/// Adam that waits for its mean square to settle: rectified Adam (Liu et al. 2020), as PyTorch's RAdam. With g =
/// gradient + weight_decay * p, t counting from 1, r = 2 / (1 - beta2) - 1, r_t = r - 2 * t * beta2^t / (1 - beta2^t):
///   m <- beta1 * m + (1 - beta1) * g,   v <- beta2 * v + (1 - beta2) * g^2,   n = m / (1 - beta1^t),
///   p <- p - lr * n while r_t <= 5, then p <- p - lr * n * R_t * sqrt(1 - beta2^t) / (sqrt(v) + eps),
///   R_t = sqrt((r_t - 4) * (r_t - 2) * r / ((r - 4) * (r - 2) * r_t)).
/// Throws Error for options outside their ranges. Example: `optim::RAdam radam(net.parameters(), {.lr = 1e-2});`
class RAdam : public RuleWith<RAdamOptions> {
 public:
  explicit RAdam(const Tensors& parameters, const Options& options = {});

 private:
  void check(const Options& options) const override;
  void update(const Slot& slot, const UpdateArrays& arrays, const UpdateLoops& loops) const noexcept override;
};

}  // namespace xtape::optim
