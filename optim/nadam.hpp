#pragma once

#include <optim/update_rule.hpp>

namespace xtape::optim {

/// Options of NAdam.
struct NAdamOptions {
  double lr = 2e-3;              ///< step size, >= 0
  double beta1 = 0.9;            ///< part of the running mean that is kept, in [0, 1)
  double beta2 = 0.999;          ///< part of the running mean square that is kept, in [0, 1)
  double eps = 1e-8;             ///< keeps the quotient finite, >= 0
  double weight_decay = 0.0;     ///< factor of the L2 penalty's gradient, >= 0
  double momentum_decay = 4e-3;  ///< how fast the momentum rises from beta1 / 2 to beta1, >= 0
  bool maximize = false;         ///< go up the gradient instead of down
};

/// Adam with Nesterov's momentum (Dozat 2016), as PyTorch's NAdam. With g = gradient + weight_decay * p, t counting
/// from 1, mu_t = beta1 * (1 - 0.5 * 0.96^(t * momentum_decay)) and P_t = mu_1 * ... * mu_t:
///   m <- beta1 * m + (1 - beta1) * g,   v <- beta2 * v + (1 - beta2) * g^2,
///   p <- p - lr * (mu_{t+1} * m / (1 - P_{t+1}) + (1 - mu_t) * g / (1 - P_t)) / (sqrt(v / (1 - beta2^t)) + eps).
/// PyTorch up to 1.13 has another factor mu_t in P_{t+1}, unless foreach is on. Throws Error for options outside their
/// ranges. Example: `optim::NAdam nadam(net.parameters(), {.lr = 1e-2});`
class NAdam : public RuleWith<NAdamOptions> {
 public:
  explicit NAdam(const Tensors& parameters, const Options& options = {});

 private:
  void check(const Options& options) const override;
  double mu(const Slot& slot, double t) const noexcept;
  void advance(Slot& slot) const noexcept override;
  void update(const Slot& slot, const UpdateArrays& arrays, const UpdateLoops& loops) const noexcept override;
};

}  // namespace xtape::optim
