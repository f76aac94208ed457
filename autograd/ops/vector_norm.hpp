#pragma once

#include <autograd/ops/reduce.hpp>

/// Norms of vectors: the elements along the given axes are one vector, whatever their number. Integers give a floating
/// result. Axes are those of every reduction. Where a gradient has no value, it is 0: that of every norm at 0, of the
/// p-norm below p = 1 where an element is 0.
namespace xtape {

/// The norm of order p: (sum |x|^p)^(1/p), by default the Euclidean one. Order infinity (-infinity) is the largest
/// (smallest) magnitude, ShapeError where there is no element, its gradient shared equally among equal ones; order 0
/// counts the elements that are not 0. Example: `norm(x, 1, {0, 1}, keep_dims)`.
Tensor norm(const Tensor& x, double order = 2.0, const Axes& axes = {}, KeepDims keep = drop_dims);
/// The Euclidean norm: a braced list after the tensor is one of axes, here too. Example: `norm(x, {1})`.
inline Tensor norm(const Tensor& x, std::initializer_list<std::ptrdiff_t> axes, KeepDims keep = drop_dims) {
  return norm(x, 2.0, axes, keep);
}

/// xtensor's names: how many elements are not 0 (int64), sum |x|, sqrt(sum x^2), max |x|, (sum |x|^p)^(1/p), and sum
/// x^2.
Tensor norm_l0(const Tensor& x, const Axes& axes = {}, KeepDims keep = drop_dims);
Tensor norm_l1(const Tensor& x, const Axes& axes = {}, KeepDims keep = drop_dims);
Tensor norm_l2(const Tensor& x, const Axes& axes = {}, KeepDims keep = drop_dims);
Tensor norm_linf(const Tensor& x, const Axes& axes = {}, KeepDims keep = drop_dims);
Tensor norm_lp(const Tensor& x, double p, const Axes& axes = {}, KeepDims keep = drop_dims);
Tensor norm_sq(const Tensor& x, const Axes& axes = {}, KeepDims keep = drop_dims);

}  // namespace xtape
