#pragma once

#include <utility>

#include <autograd/ops/per_axis.hpp>
#include <autograd/tensor.hpp>

/// Pooling: one number for each window of an image, with PyTorch's options and defaults. The input is (N, C,
/// spatial...) or (C, spatial...), the result has the same axes with (size + 2 padding - dilation (kernel - 1) - 1) /
/// stride + 1 windows along each spatial one. Throws ShapeError where the window does not fit.
namespace xtape {

/// Options of max pooling; one number for all spatial axes or one for each.
struct MaxPoolOptions {
  PerAxis stride = {};     ///< the kernel's size where it is not given
  PerAxis padding = 0;     ///< on both sides, never the largest; at most half of the kernel
  PerAxis dilation = 1;    ///< distance between the elements of a window
  bool ceil_mode = false;  ///< windows that reach beyond the end count, too, if they start inside
};

/// Largest element of each window, of any dtype. Of equal ones the first gets the gradient; a nan wins.
/// Example: `max_pool2d(image, 3, {.stride = 2})`.
Tensor max_pool1d(const Tensor& x, const PerAxis& kernel, const MaxPoolOptions& options = {});
Tensor max_pool2d(const Tensor& x, const PerAxis& kernel, const MaxPoolOptions& options = {});

/// The same, and the places of these elements, int64, numbered row-major within each plane.
/// Example: `auto [values, places] = max_pool2d_with_indices(image, 2);`
std::pair<Tensor, Tensor> max_pool1d_with_indices(const Tensor& x, const PerAxis& kernel,
                                                  const MaxPoolOptions& options = {});
std::pair<Tensor, Tensor> max_pool2d_with_indices(const Tensor& x, const PerAxis& kernel,
                                                  const MaxPoolOptions& options = {});

/// Options of average pooling.
struct AvgPoolOptions {
  PerAxis stride = {};            ///< the kernel's size where it is not given
  PerAxis padding = 0;            ///< zeros on both sides; at most half of the kernel
  bool ceil_mode = false;         ///< windows that reach beyond the end count, too, if they start inside
  bool count_include_pad = true;  ///< whether the padding counts in the divisor
};

/// Mean of each window; integers give a floating result. Example: `avg_pool2d(image, 3)`.
Tensor avg_pool1d(const Tensor& x, const PerAxis& kernel, const AvgPoolOptions& options = {});
Tensor avg_pool2d(const Tensor& x, const PerAxis& kernel, const AvgPoolOptions& options = {});

/// Mean and largest element of windows that share each axis out evenly among `size` results: result i of an axis of n
/// elements reads from floor(i n / size) to ceil((i + 1) n / size). Example: `adaptive_avg_pool2d(image, 1)`.
Tensor adaptive_avg_pool1d(const Tensor& x, const PerAxis& size);
Tensor adaptive_avg_pool2d(const Tensor& x, const PerAxis& size);
Tensor adaptive_max_pool1d(const Tensor& x, const PerAxis& size);
Tensor adaptive_max_pool2d(const Tensor& x, const PerAxis& size);

}  // namespace xtape
