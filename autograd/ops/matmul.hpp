#pragma once

#include <autograd/tensor.hpp>

namespace xtape {

/// Matrix product: (..., m, k) x (..., k, n) -> (..., m, n). Leading axes are batches and broadcast; a vector counts as
/// a row on the left and as a column on the right, and that axis is dropped from the result. Dtypes are promoted to a
/// floating one. Throws ShapeError where the inner sizes differ. Example: `matmul(x, transpose(w))`.
Tensor matmul(const Tensor& a, const Tensor& b);

/// `x W^T + b` for `x` (..., in), `weight` (out, in) and `bias` (out) -> (..., out); the bias may be left out.
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {});

/// `x^T W_o y + b_o` for every output o: `x` (..., p), `y` (..., q), `weight` (out, p, q) and `bias` (out) ->
/// (..., out); the bias may be left out. Leading axes broadcast. Throws ShapeError.
Tensor bilinear(const Tensor& x, const Tensor& y, const Tensor& weight, const Tensor& bias = {});

/// NumPy's dot: sum over the last axis of `a` and the last but one of `b` (the only one of a vector). Vectors give
/// their inner product, matrices their product, (i, j, k) and (l, k, m) give (i, j, l, m), and a scalar multiplies.
/// Dtypes as matmul's. Throws ShapeError where the sizes differ. Example: `dot(u, v)`.
Tensor dot(const Tensor& a, const Tensor& b);

/// Inner product of all elements in order, whatever the shapes: a scalar. Throws ShapeError where the counts differ.
Tensor vdot(const Tensor& a, const Tensor& b);

/// Product of every element of `a` with every element of `b`, both read as vectors: (a.size(), b.size()). Dtypes are
/// promoted as in a multiplication.
Tensor outer(const Tensor& a, const Tensor& b);

/// Sum over the last `count` axes of `a` and the first `count` of `b`, in order: the result has the other axes of `a`,
/// then those of `b`. 0 gives the outer product of all axes. Dtypes as matmul's. Throws ShapeError where a size
/// differs (size 1 does not broadcast, as in NumPy). Example: `tensordot(a, b, 1)` is dot() of matrices.
Tensor tensordot(const Tensor& a, const Tensor& b, std::size_t count = 2);
/// The same over named axes: `a_axes[i]` of `a` meets `b_axes[i]` of `b`. Throws ShapeError, and IndexError for an axis
/// out of range. Example: `tensordot(a, b, {1, 0}, {0, 1})`.
Tensor tensordot(const Tensor& a, const Tensor& b, const Axes& a_axes, const Axes& b_axes);

/// Options of addmm and baddbmm.
struct ProductScale {
  double beta = 1.0;   ///< factor of what is added; at 0 it is not read, so that a nan in it does not count
  double alpha = 1.0;  ///< factor of the product
};
/// beta input + alpha a b for matrices `a` (m, k) and `b` (k, n); `input` broadcasts to (m, n). Throws ShapeError.
Tensor addmm(const Tensor& input, const Tensor& a, const Tensor& b, ProductScale scale = {});
/// The same for every matrix of a batch: `a` (count, m, k) and `b` (count, k, n).
/// Example: `baddbmm(mask, q, k, {.alpha = 0.125})`.
Tensor baddbmm(const Tensor& input, const Tensor& a, const Tensor& b, ProductScale scale = {});

}  // namespace xtape
