#pragma once

#include <doctest/doctest.h>

#include <xtape.hpp>

#include <algorithm>
#include <vector>

/// Inputs and comparisons for ops whose values are known from elsewhere.
namespace known {

/// 2 sin(1.3 i + 0.5) for element number i: easily made in another language.
inline xtape::Tensor wave(const xtape::Shape& shape) {
  const auto count = static_cast<double>(xtape::element_count(shape));
  const xtape::Tensor number = xtape::arange(count, {.dtype = xtape::float64});
  return xtape::reshape(2.0 * xtape::sin(1.3 * number + 0.5), shape);
}
/// cos(step i + start).
inline xtape::Tensor other_wave(const xtape::Shape& shape, double step, double start = 0.0) {
  const auto count = static_cast<double>(xtape::element_count(shape));
  return xtape::reshape(xtape::cos(step * xtape::arange(count, {.dtype = xtape::float64}) + start), shape);
}

/// Largest difference between elements, against the largest of `b` where that is above 1.
inline double distance(const xtape::Tensor& a, const xtape::Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  if (a.size() == 0) return 0.0;
  const double size = std::max(1.0, xtape::amax(xtape::abs(b.detach())).item());
  return xtape::amax(xtape::abs(a.detach() - b.detach())).item() / size;
}

/// Checks the elements in row-major order. The values have 12 digits.
inline void check_values(const xtape::Tensor& x, const std::vector<double>& values) {
  REQUIRE(x.size() == values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    INFO("element " << i);
    CHECK(x.item(static_cast<std::ptrdiff_t>(i)) == doctest::Approx(values[i]).epsilon(1e-10));
  }
}

/// The gradients that a rule's kernels give are those of its tensor expressions, which create_graph asks for.
inline void check_kernels(const xtape::TensorFunction& function, const xtape::Tensors& values) {
  xtape::Tensors inputs;
  for (const xtape::Tensor& value : values) inputs.push_back(value.detach().clone().requires_grad_());
  const xtape::Tensor y = function(inputs);
  const xtape::Tensor g = xtape::randn(y.shape(), {.dtype = y.dtype()});
  const xtape::Tensors fast = xtape::grad(y, inputs, {.retain_graph = true, .gradient = g});
  const xtape::Tensors slow = xtape::grad(y, inputs, {.create_graph = true, .gradient = g});
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    INFO("input " << i);
    CHECK(distance(fast[i], slow[i]) < 1e-12);
  }
}

}  // namespace known
