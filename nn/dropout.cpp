#include <nn/dropout.hpp>

#include <autograd/ops/dropout.hpp>

namespace xtape::nn {

Dropout::Dropout(double p) : m_p(p) {
  if (!(p >= 0.0 && p <= 1.0)) throw Error("Dropout: the probability " + std::to_string(p) + " is outside [0, 1]");
}

Tensor Dropout::forward(const Tensor& x) { return dropout(x, m_p, is_training()); }

}  // namespace xtape::nn
