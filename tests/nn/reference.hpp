#pragma once

#include <doctest/doctest.h>

#include <known_values.hpp>

/// For layers and losses whose values are known from PyTorch 1.13, computed in float64 from the same waves.
namespace known {

/// Turns a layer to float64 and sets its k-th parameter to cos((0.4 + 0.1 k) i + 0.3).
template <class Layer>
Layer with_waves(Layer layer) {
  layer.to(xtape::float64);
  const xtape::NoGrad guard;
  double step = 0.4;
  for (const xtape::Tensor& tensor : layer.parameters()) {
    tensor.assign(other_wave(tensor.shape(), step, 0.3));
    step += 0.1;
  }
  return layer;
}

/// Checks a loss and, where it is one number, its gradients by as many of the inputs as are given.
inline void check_loss(const xtape::TensorFunction& loss, const xtape::Tensors& values,
                       const std::vector<double>& expected, const std::vector<std::vector<double>>& gradients = {}) {
  xtape::Tensors inputs;
  for (const xtape::Tensor& value : values) inputs.push_back(value.detach().clone().requires_grad_());
  const xtape::Tensor y = loss(inputs);
  check_values(y, expected);
  if (gradients.empty()) return;
  y.backward();
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    INFO("gradient of input " << i);
    check_values(inputs[i].grad(), gradients[i]);
  }
}

/// Checks a loss to first and second order against differences.
inline bool differentiates(const xtape::TensorFunction& loss, const xtape::Tensors& values) {
  return xtape::gradcheck(loss, values).ok && xtape::gradgradcheck(loss, values).ok;
}

}  // namespace known
