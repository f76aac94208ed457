#pragma once

#include <autograd/ops/elementwise.hpp>

namespace xtape {

/// Given to a reduction, it keeps the reduced axes with size 1, as xtensor's does. Example: `sum(x, {-1}, keep_dims)`.
struct KeepDims {
  bool keep = false;
};
inline constexpr KeepDims keep_dims{true};
inline constexpr KeepDims drop_dims{false};

/// Sum over `axes` (every axis if none are given). Integers and booleans sum as int64.
/// Throws IndexError for an axis out of range. Example: `sum(x, {0, 2}, keep_dims)`.
Tensor sum(const Tensor& x, const Axes& axes = {}, KeepDims keep = drop_dims);

/// Arithmetic mean; integers give a floating result. The mean of no elements is nan.
Tensor mean(const Tensor& x, const Axes& axes = {}, KeepDims keep = drop_dims);

/// Product over `axes`.
Tensor prod(const Tensor& x, const Axes& axes = {}, KeepDims keep = drop_dims);

/// Largest and smallest element over `axes`; a nan wins. Equal extremes share the gradient equally.
/// Throws ShapeError where there is no element.
Tensor amax(const Tensor& x, const Axes& axes = {}, KeepDims keep = drop_dims);
Tensor amin(const Tensor& x, const Axes& axes = {}, KeepDims keep = drop_dims);

/// Position of the first largest (smallest) element along an axis, int64; over the flattened array without an axis.
/// Throws ShapeError where there is no element.
Tensor argmax(const Tensor& x);
Tensor argmax(const Tensor& x, std::ptrdiff_t axis, KeepDims keep = drop_dims);
Tensor argmin(const Tensor& x);
Tensor argmin(const Tensor& x, std::ptrdiff_t axis, KeepDims keep = drop_dims);

/// Whether all (any) elements are non-zero, boolean.
Tensor all(const Tensor& x, const Axes& axes = {}, KeepDims keep = drop_dims);
Tensor any(const Tensor& x, const Axes& axes = {}, KeepDims keep = drop_dims);

/// Options of variance and stddev.
struct Deviation {
  std::size_t ddof = 0;  ///< divisor N - ddof; 1 gives the unbiased estimate
};
/// Mean of the squared distance from the mean: sum((x - mean)^2) / (N - ddof).
Tensor variance(const Tensor& x, const Axes& axes = {}, Deviation deviation = {}, KeepDims keep = drop_dims);
/// Its square root.
Tensor stddev(const Tensor& x, const Axes& axes = {}, Deviation deviation = {}, KeepDims keep = drop_dims);

/// log(sum(exp(x))) without overflow.
Tensor logsumexp(const Tensor& x, const Axes& axes = {}, KeepDims keep = drop_dims);

/// Sums `x` over the axes along which `shape` was broadcast to it; undoes a broadcast in a gradient.
Tensor sum_to_shape(const Tensor& x, const Shape& shape);

}  // namespace xtape
