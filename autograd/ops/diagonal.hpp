#pragma once

#include <autograd/tensor.hpp>

/// Diagonals and triangles. The `offset` of a diagonal counts from the main one: positive above it, negative below.
namespace xtape {

/// The elements x[i, i + offset] of the matrices that two axes span: these axes go, and the diagonal becomes the last
/// one. Shares memory. An offset outside the matrix gives an empty diagonal. Throws ShapeError where the axes are one.
/// Example: `diagonal(batch, 0, -2, -1)`.
Tensor diagonal(const Tensor& x, std::ptrdiff_t offset = 0, std::ptrdiff_t axis1 = 0, std::ptrdiff_t axis2 = 1);

/// Of a vector the square matrix with it on a diagonal and zeros elsewhere; of a matrix its diagonal, which shares
/// memory. Throws ShapeError for any other number of axes. Example: `diag(variances)`.
Tensor diag(const Tensor& x, std::ptrdiff_t offset = 0);

/// The sum along a diagonal; integers and booleans sum as int64. Example: `trace(matrix)`.
Tensor trace(const Tensor& x, std::ptrdiff_t offset = 0, std::ptrdiff_t axis1 = 0, std::ptrdiff_t axis2 = 1);

/// `x` with zeros above the diagonal of its last two axes. Throws ShapeError where there are fewer than two axes.
/// Example: `tril(scores, -1)` keeps what lies below the main diagonal.
Tensor tril(const Tensor& x, std::ptrdiff_t offset = 0);
/// `x` with zeros below the diagonal of its last two axes, likewise.
Tensor triu(const Tensor& x, std::ptrdiff_t offset = 0);

}  // namespace xtape
