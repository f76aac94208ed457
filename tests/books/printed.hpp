#pragma once

#include <doctest/doctest.h>

#include <xtape.hpp>

#include <cmath>
#include <vector>

/// For tests of numbers that the books print, or that their programs do (NumPy 1.24 in float64 where nothing else is
/// said). D1, D2 and D3 are the three volumes of "Deep Learning from Scratch" (Saito), the third of which builds
/// DeZero.
namespace books {

/// Checks the elements, in row-major order, against numbers printed with so many decimals: half a unit of the last one.
inline void check_printed(const xtape::Tensor& x, const std::vector<double>& printed, int decimals) {
  REQUIRE(x.size() == printed.size());
  const double tolerance = 0.501 * std::pow(10.0, -decimals);
  for (std::size_t i = 0; i < printed.size(); ++i) {
    INFO("element " << i);
    CHECK(std::abs(x.item(static_cast<std::ptrdiff_t>(i)) - printed[i]) <= tolerance);
  }
}

/// Checks a number of which every digit is printed, to a relative error: some units in the last place, for another
/// order of summation and another exp, unless a test says why it needs more.
inline void check_number(double value, double printed, double tolerance = 1e-14) {
  INFO("relative error " << std::abs(value - printed) / std::abs(printed));
  CHECK(std::abs(value - printed) <= tolerance * std::abs(printed));
}

/// The values as a tensor of that shape, float64.
inline xtape::Tensor tensor_of(const std::vector<double>& values, const xtape::Shape& shape) {
  return xtape::reshape(xtape::Tensor(xt::adapt(values)), shape);
}
/// np.random.rand(*shape) and np.random.randn(*shape).
inline xtape::Tensor rand(xtape::random::Numpy& numpy, const xtape::Shape& shape) {
  return tensor_of(numpy.rand(xtape::element_count(shape)), shape);
}
inline xtape::Tensor randn(xtape::random::Numpy& numpy, const xtape::Shape& shape) {
  return tensor_of(numpy.randn(xtape::element_count(shape)), shape);
}

/// A layer with the weights of a program that multiplies from the right, x W + b: `weight` is (in, out).
inline xtape::nn::Linear affine(const xtape::Tensor& weight, const xtape::Tensor& bias) {
  xtape::nn::Linear layer(weight.shape(0), weight.shape(1));
  layer.to(weight.dtype());
  const xtape::NoGrad guard;
  layer.weight.assign(xtape::transpose(weight));
  layer.bias.assign(bias);
  return layer;
}

}  // namespace books
