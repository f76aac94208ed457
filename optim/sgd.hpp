#pragma once

#include <optim/optimizer.hpp>

namespace xtape::optim {

/// Stochastic gradient descent with momentum, as PyTorch's SGD. With g = gradient + weight_decay * p:
///   v <- momentum * v + (1 - dampening) * g   (the first time v <- g),
///   p <- p - lr * v, or with nesterov p <- p - lr * (g + momentum * v).
/// Books that write v <- momentum * v - lr * g, p <- p + v take the same steps while lr stays the same.
/// Throws Error for options outside their ranges. Example: `optim::SGD sgd(net.parameters(), {.lr = 0.1, .momentum =
/// 0.9});`
class SGD : public Optimizer {
 public:
  struct Options {
    double lr = 1e-3;           ///< step size, >= 0
    double momentum = 0.0;      ///< part of the velocity that is kept, >= 0; 0 keeps no velocity
    double dampening = 0.0;     ///< part of the gradient that does not enter the velocity
    double weight_decay = 0.0;  ///< factor of the L2 penalty's gradient, >= 0
    bool nesterov = false;      ///< look ahead (Sutskever et al. 2013); asks for momentum > 0 and dampening 0
  };

  explicit SGD(const Tensors& parameters);
  SGD(const Tensors& parameters, const Options& options);
  /// Adds parameters with options of their own.
  void add_group(const Tensors& parameters, const Options& options);

 private:
  bool keeps_state(std::size_t group) const override { return m_options[group].momentum != 0.0; }
  void update(const Slot& slot, const Tensor& gradient, double learning_rate) noexcept override;

  std::vector<Options> m_options;  // by group
};

}  // namespace xtape::optim
