#pragma once

#include <autograd/ops/elementwise.hpp>

namespace xtape {

/// Given to a reduction, it keeps the reduced axes with size 1, as xtensor's does. Example: `sum(x, {-1}, keep_dims)`.
struct KeepDims {
  bool keep = false;
};
inline constexpr KeepDims keep_dims{true};
inline constexpr KeepDims drop_dims{false};

// Every reduction takes a list of axes, `{0, -1}`: negative ones count from the back, one out of range is an
// IndexError, one named twice a ShapeError. Without a list, and for `{}`, every axis is reduced.

/// Sum over `axes`. Integers and booleans sum as int64; of no elements it is 0. Example: `sum(x, {0, 2}, keep_dims)`.
Tensor sum(const Tensor& x, const Axes& axes = {}, KeepDims keep = drop_dims);

/// Arithmetic mean; integers give a floating result. The mean of no elements is nan.
Tensor mean(const Tensor& x, const Axes& axes = {}, KeepDims keep = drop_dims);

/// Product over `axes`; integers and booleans multiply as int64, of no elements it is 1. Gradients of every order are
/// exact where elements are zero.
Tensor prod(const Tensor& x, const Axes& axes = {}, KeepDims keep = drop_dims);

/// Sum, product and mean of the elements that are not nan; the mean is nan where there are none.
Tensor nansum(const Tensor& x, const Axes& axes = {}, KeepDims keep = drop_dims);
Tensor nanprod(const Tensor& x, const Axes& axes = {}, KeepDims keep = drop_dims);
Tensor nanmean(const Tensor& x, const Axes& axes = {}, KeepDims keep = drop_dims);

/// Weighted mean, sum(x * weights) / sum(weights). The weights have the shape of `x`, or one axis that lies along the
/// single one of `axes` (ShapeError). Example: `average(x, weights, {1})`.
Tensor average(const Tensor& x, const Tensor& weights, const Axes& axes = {}, KeepDims keep = drop_dims);

/// Largest and smallest element over `axes`, in the dtype of `x`; a nan wins. Equal extremes share the gradient
/// equally. Throws ShapeError where there is no element.
Tensor amax(const Tensor& x, const Axes& axes = {}, KeepDims keep = drop_dims);
Tensor amin(const Tensor& x, const Axes& axes = {}, KeepDims keep = drop_dims);

/// Position of the first largest (smallest) element along an axis, int64; over the flattened array without an axis.
/// A nan counts as largest and as smallest. Throws ShapeError where there is no element.
Tensor argmax(const Tensor& x);
Tensor argmax(const Tensor& x, std::ptrdiff_t axis, KeepDims keep = drop_dims);
Tensor argmin(const Tensor& x);
Tensor argmin(const Tensor& x, std::ptrdiff_t axis, KeepDims keep = drop_dims);

/// Whether all (any) elements are non-zero, boolean; a nan is. Of no elements: true (false).
Tensor all(const Tensor& x, const Axes& axes = {}, KeepDims keep = drop_dims);
Tensor any(const Tensor& x, const Axes& axes = {}, KeepDims keep = drop_dims);
/// How many elements are non-zero, int64; a nan is.
Tensor count_nonzero(const Tensor& x, const Axes& axes = {}, KeepDims keep = drop_dims);
/// How many elements are not nan, int64.
Tensor count_nonnan(const Tensor& x, const Axes& axes = {}, KeepDims keep = drop_dims);

/// Options of variance and stddev.
struct Deviation {
  std::size_t ddof = 0;  ///< divisor N - ddof; 1 gives the unbiased estimate
};
/// Mean of the squared distance from the mean: sum((x - mean)^2) / (N - ddof), floating. Where N is ddof or less, it is
/// nan or inf, as a division by 0.
Tensor variance(const Tensor& x, const Axes& axes = {}, Deviation deviation = {}, KeepDims keep = drop_dims);
/// Its square root. Where the deviation is 0, the gradient is 0 (PyTorch's choice).
Tensor stddev(const Tensor& x, const Axes& axes = {}, Deviation deviation = {}, KeepDims keep = drop_dims);

/// log(sum(exp(x))) without overflow, floating. Where every element is -inf, the result is -inf and its gradient 0.
Tensor logsumexp(const Tensor& x, const Axes& axes = {}, KeepDims keep = drop_dims);

/// Sums `x` over the axes along which `shape` was broadcast to it; undoes a broadcast in a gradient.
Tensor sum_to_shape(const Tensor& x, const Shape& shape);

}  // namespace xtape
