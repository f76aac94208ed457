#pragma once

#include <optim/update_rule.hpp>

namespace xtape::optim {

/// Options of Adagrad.
struct AdagradOptions {
  double lr = 1e-2;                        ///< step size, >= 0
  double lr_decay = 0.0;                   ///< the step size is lr / (1 + (t - 1) * lr_decay), >= 0
  double weight_decay = 0.0;               ///< factor of the L2 penalty's gradient, >= 0
  double initial_accumulator_value = 0.0;  ///< what the sum of squares starts from, >= 0
  double eps = 1e-10;                      ///< keeps the quotient finite, >= 0
  bool maximize = false;                   ///< go up the gradient instead of down
};

/// Adagrad (Duchi, Hazan and Singer 2011), as PyTorch's. With g = gradient + weight_decay * p, and t counting from 1:
///   s <- s + g^2,   p <- p - lr / (1 + (t - 1) * lr_decay) * g / (sqrt(s) + eps).
/// Throws Error for options outside their ranges.
/// Example: `optim::Adagrad adagrad(net.parameters(), {.lr = 0.1});`
class Adagrad : public RuleWith<AdagradOptions> {
 public:
  explicit Adagrad(const Tensors& parameters, const Options& options = {});

 private:
  void check(const Options& options) const override;
  double initial_state(std::size_t group, std::size_t) const override {
    return options(group).initial_accumulator_value;
  }
  void update(const Slot& slot, const UpdateArrays& arrays, const UpdateLoops& loops) const noexcept override;
};

}  // namespace xtape::optim
