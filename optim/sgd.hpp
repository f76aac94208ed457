#pragma once

#include <optim/update_rule.hpp>

namespace xtape::optim {

/// Options of SGD.
struct SGDOptions {
  double lr = 1e-3;           ///< step size, >= 0
  double momentum = 0.0;      ///< part of the velocity that is kept, >= 0; 0 keeps no velocity
  double dampening = 0.0;     ///< part of the gradient that does not enter the velocity
  double weight_decay = 0.0;  ///< factor of the L2 penalty's gradient, >= 0
  bool nesterov = false;      ///< look ahead (Sutskever et al. 2013); asks for momentum > 0 and dampening 0
  bool maximize = false;      ///< go up the gradient instead of down
};

/// Stochastic gradient descent with momentum, as PyTorch's SGD. With g = gradient + weight_decay * p:
///   v <- momentum * v + (1 - dampening) * g   (the first time v <- g),
///   p <- p - lr * v, or with nesterov p <- p - lr * (g + momentum * v).
/// Books that write v <- momentum * v - lr * g, p <- p + v take the same steps while lr stays the same.
/// Throws Error for options outside their ranges. Example: `optim::SGD sgd(net.parameters(), {.lr = 0.1, .momentum =
/// 0.9});`
class SGD : public RuleWith<SGDOptions> {
 public:
  explicit SGD(const Tensors& parameters, const Options& options = {});

 private:
  void check(const Options& options) const override;
  bool keeps(std::size_t group, std::size_t) const override { return *groups()[group].momentum != 0.0; }
  void update(const Slot& slot, const UpdateArrays& arrays, const UpdateLoops& loops) const noexcept override;
};

}  // namespace xtape::optim
