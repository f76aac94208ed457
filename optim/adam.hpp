#pragma once

#include <optim/update_rule.hpp>

namespace xtape::optim {

/// Options of Adam.
struct AdamOptions {
  double lr = 1e-3;           ///< step size, >= 0
  double beta1 = 0.9;         ///< part of the running mean that is kept, in [0, 1)
  double beta2 = 0.999;       ///< part of the running mean square that is kept, in [0, 1)
  double eps = 1e-8;          ///< keeps the quotient finite, >= 0
  double weight_decay = 0.0;  ///< factor of the L2 penalty's gradient, >= 0
  bool amsgrad = false;       ///< divide by the largest mean square so far (Reddi, Kale and Kumar 2018)
  bool maximize = false;      ///< go up the gradient instead of down
};

/// Adam (Kingma and Ba 2015), as PyTorch's. With g = gradient + weight_decay * p, and t counting from 1:
///   m <- beta1 * m + (1 - beta1) * g,   v <- beta2 * v + (1 - beta2) * g^2,
///   p <- p - lr / (1 - beta1^t) * m / (sqrt(v / (1 - beta2^t)) + eps).
/// Books that write lr * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + eps) differ in what eps is added to.
/// Throws Error for options outside their ranges. Example: `optim::Adam adam(net.parameters(), {.lr = 1e-2});`
class Adam : public RuleWith<AdamOptions> {
 public:
  explicit Adam(const Tensors& parameters, const Options& options = {});

 private:
  void check(const Options& options) const override;
  bool keeps(std::size_t group, std::size_t state) const override { return state < 2 || options(group).amsgrad; }
  void update(const Slot& slot, const UpdateArrays& arrays, const UpdateLoops& loops) const noexcept override;
};

/// Options of AdamW.
struct AdamWOptions {
  double lr = 1e-3;            ///< step size, >= 0
  double beta1 = 0.9;          ///< part of the running mean that is kept, in [0, 1)
  double beta2 = 0.999;        ///< part of the running mean square that is kept, in [0, 1)
  double eps = 1e-8;           ///< keeps the quotient finite, >= 0
  double weight_decay = 1e-2;  ///< part of the parameter that a step of size 1 takes away, >= 0
  bool amsgrad = false;        ///< divide by the largest mean square so far (Reddi, Kale and Kumar 2018)
  bool maximize = false;       ///< go up the gradient instead of down
};

/// Adam with decoupled weight decay (Loshchilov and Hutter 2019), as PyTorch's AdamW: p <- p - lr * weight_decay * p,
/// then Adam's step with g = gradient. Throws Error for options outside their ranges.
/// Example: `optim::AdamW adamw(net.parameters(), {.lr = 1e-3, .weight_decay = 0.1});`
class AdamW : public RuleWith<AdamWOptions> {
 public:
  explicit AdamW(const Tensors& parameters, const Options& options = {});

 private:
  void check(const Options& options) const override;
  bool keeps(std::size_t group, std::size_t state) const override { return state < 2 || options(group).amsgrad; }
  void update(const Slot& slot, const UpdateArrays& arrays, const UpdateLoops& loops) const noexcept override;
};

}  // namespace xtape::optim
