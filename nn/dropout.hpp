#pragma once

#include <nn/module.hpp>

namespace xtape::nn {

/// In training mode every element becomes 0 with probability `p`, and the others are scaled by 1 / (1 - p); in
/// evaluation mode the input passes unchanged. Draws from the library's own generator (manual_seed). Throws Error for
/// `p` outside [0, 1]. Example: `nn::Sequential net(fc1, nn::ReLU(), nn::Dropout(0.5), fc2);`
struct Dropout : Module {
  explicit Dropout(double p = 0.5);
  Tensor forward(const Tensor& x) override;

 private:
  double m_p;
};

}  // namespace xtape::nn
