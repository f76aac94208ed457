#pragma once

#include <autograd/kernels/window.hpp>

/// Convolution and its two gradients, over contiguous arrays: the image x (batch, groups * in_channels, input...), the
/// weight w (groups * out_channels, in_channels, kernel...) and the result y (batch, groups * out_channels, output...).
/// Each is linear in both of its arguments, and the derivatives of each are the other two.
namespace xtape::kernels {

struct Convolution {
  std::size_t batch = 1;
  std::size_t groups = 1;
  std::size_t in_channels = 1;   // of one group
  std::size_t out_channels = 1;  // of one group
  Windows windows;

  bool operator==(const Convolution&) const = default;
};

/// y[n, o, p] = bias[o] + sum over c, k of w[o, c, k] x[n, c, p * stride + k * dilation - padding]; `bias` may be null.
template <class T>
void convolution(const Convolution& c, const T* x, const T* w, const T* bias, T* y);

/// The gradient of x from that of y, which is also the transposed convolution of y, with `bias` of the channels of x:
/// x[n, c, i] = bias[c] + sum of w[o, c, k] y[n, o, p] over o, p, k with p * stride + k * dilation - padding = i.
template <class T>
void convolution_input_gradient(const Convolution& c, const T* y, const T* w, const T* bias, T* x);

/// The gradient of w from that of y:
/// w[o, c, k] = sum over n, p of y[n, o, p] x[n, c, p * stride + k * dilation - padding].
template <class T>
void convolution_weight_gradient(const Convolution& c, const T* x, const T* y, T* w);

}  // namespace xtape::kernels
