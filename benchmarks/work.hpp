#pragma once

#include <cstddef>

/// Floating-point operations that networks cannot do without: a multiplication and an addition count as two.
namespace benchmarks {

/// A layer without a gradient of its input takes two products of its forward's size in training, others three.
enum class Pass { forward, first_layer, training };

inline double products(Pass pass) { return pass == Pass::forward ? 1 : pass == Pass::first_layer ? 2 : 3; }

inline double linear(double rows, double in, double out, Pass pass = Pass::training) {
  return 2 * rows * in * out * products(pass);
}

/// `side` is the result's height and width.
inline double convolution(double batch, double in, double out, double kernel, double side, Pass pass = Pass::training) {
  return linear(batch * side * side, in * kernel * kernel, out, pass);
}

}  // namespace benchmarks
