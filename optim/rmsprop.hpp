#pragma once

#include <optim/update_rule.hpp>

namespace xtape::optim {

/// Options of RMSprop.
struct RMSpropOptions {
  double lr = 1e-2;           ///< step size, >= 0
  double alpha = 0.99;        ///< part of the running means that is kept, >= 0
  double eps = 1e-8;          ///< keeps the quotient finite, >= 0
  double weight_decay = 0.0;  ///< factor of the L2 penalty's gradient, >= 0
  double momentum = 0.0;      ///< part of the velocity that is kept, >= 0; 0 keeps no velocity
  bool centered = false;      ///< divide by an estimate of the deviation instead of the root mean square (Graves 2013)
  bool maximize = false;      ///< go up the gradient instead of down
};

/// RMSprop (Hinton's lecture 6e of 2012), as PyTorch's. With g = gradient + weight_decay * p:
///   v <- alpha * v + (1 - alpha) * g^2,   d = g / (sqrt(v) + eps),
///   with centered a <- alpha * a + (1 - alpha) * g and v - a^2 in place of v in d,
///   p <- p - lr * d, or with momentum b <- momentum * b + d, p <- p - lr * b.
/// eps stands outside of the root, unlike TensorFlow's. Throws Error for options outside their ranges.
/// Example: `optim::RMSprop rule(net.parameters(), {.lr = 1e-2, .alpha = 0.99, .centered = true});`
class RMSprop : public RuleWith<RMSpropOptions> {
 public:
  explicit RMSprop(const Tensors& parameters, const Options& options = {});

 private:
  void check(const Options& options) const override;
  bool keeps(std::size_t group, std::size_t state) const override;
  void update(const Slot& slot, const UpdateArrays& arrays, const UpdateLoops& loops) const noexcept override;
};

}  // namespace xtape::optim
