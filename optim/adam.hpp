#pragma once

#include <optim/optimizer.hpp>

namespace xtape::optim {

/// Adam (Kingma and Ba 2015), as PyTorch's. With g = gradient + weight_decay * p, and t counting from 1:
///   m <- beta1 * m + (1 - beta1) * g,   v <- beta2 * v + (1 - beta2) * g^2,
///   p <- p - lr / (1 - beta1^t) * m / (sqrt(v / (1 - beta2^t)) + eps).
/// Books that write lr * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + eps) differ in what eps is added to.
/// Throws Error for options outside their ranges. Example: `optim::Adam adam(net.parameters(), {.lr = 1e-2});`
class Adam : public Optimizer {
 public:
  struct Options {
    double lr = 1e-3;           ///< step size, >= 0
    double beta1 = 0.9;         ///< part of the running mean that is kept, in [0, 1)
    double beta2 = 0.999;       ///< part of the running mean square that is kept, in [0, 1)
    double eps = 1e-8;          ///< keeps the quotient finite, >= 0
    double weight_decay = 0.0;  ///< factor of the L2 penalty's gradient, >= 0
  };

  explicit Adam(const Tensors& parameters);
  Adam(const Tensors& parameters, const Options& options);
  /// Adds parameters with options of their own.
  void add_group(const Tensors& parameters, const Options& options);

 private:
  void update(const Slot& slot, const Tensor& gradient, double learning_rate) noexcept override;

  std::vector<Options> m_options;  // by group
};

}  // namespace xtape::optim
