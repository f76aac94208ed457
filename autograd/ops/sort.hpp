#pragma once

#include <utility>

#include <autograd/ops/reduce.hpp>

/// Order along an axis, the last one by default as in xtensor. A nan counts as the largest value: it comes last in
/// ascending order. Equal elements keep their order. A gradient goes to the element that the value came from. Throws
/// IndexError for an axis out of range, as every axis of a scalar is.
namespace xtape {

/// Options of sort and argsort.
struct SortOptions {
  bool descending = false;  ///< from the largest to the smallest
};
/// The elements in ascending order. Example: `sort(x, 0, {.descending = true})`.
Tensor sort(const Tensor& x, std::ptrdiff_t axis = -1, SortOptions options = {});
/// Their places in `x`, int64: `take_along_axis(x, argsort(x), -1)` is `sort(x)`.
Tensor argsort(const Tensor& x, std::ptrdiff_t axis = -1, SortOptions options = {});

/// Options of topk.
struct TopkOptions {
  bool largest = true;  ///< the k largest elements, else the k smallest
  bool sorted = true;   ///< in order, the extreme one first; else in any order
};
/// The `k` largest elements along an axis and their places, int64. Throws IndexError where there are fewer than k.
/// Example: `auto [values, places] = topk(x, 2, 1);`
std::pair<Tensor, Tensor> topk(const Tensor& x, std::size_t k, std::ptrdiff_t axis = -1, TopkOptions options = {});

/// The middle element of the sorted ones, the mean of the two in the middle where their number is even; of the
/// flattened array without an axis. Integers give a floating result. A nan wins. Throws ShapeError where there is no
/// element. Example: `median(x, 1, keep_dims)`.
Tensor median(const Tensor& x);
Tensor median(const Tensor& x, std::ptrdiff_t axis, KeepDims keep = drop_dims);

/// The value that a share `q` of the elements lies below: the sorted elements at place q (N - 1), interpolated linearly
/// between neighbours; median() is the one for 0.5. Throws Error where q is outside [0, 1], ShapeError where there is
/// no element. Example: `quantile(x, 0.9, 0)`.
Tensor quantile(const Tensor& x, double q);
Tensor quantile(const Tensor& x, double q, std::ptrdiff_t axis, KeepDims keep = drop_dims);

/// The different values of the flattened array in ascending order, without history; all nans count as one.
Tensor unique(const Tensor& x);

}  // namespace xtape
