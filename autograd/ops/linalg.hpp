#pragma once

#include <autograd/tensor.hpp>

/// Functions of matrices: tensors of shape (..., n, n), where leading axes are batches. Integers and booleans become
/// floating, as in matmul(). Derivatives exist to any order.
namespace xtape {

/// The inverse of every matrix. Throws ShapeError where they are not square, LinalgError naming the matrix and the
/// pivot where one is singular. To solve equations use solve(), which is faster and more accurate. Example:
/// `inverse(eye(3))`.
Tensor inverse(const Tensor& a);

/// The x with a x = b: `a` (..., n, n), and `b` a matrix (..., n, k), or a vector (n), with x of the same kind. Leading
/// axes broadcast. (A batch of vectors is `squeeze(solve(a, expand_dims(b, -1)), {-1})`: as in NumPy 2, only a tensor
/// with one axis counts as a vector.) Throws ShapeError, and LinalgError as inverse() does.
Tensor solve(const Tensor& a, const Tensor& b);

/// Options of solve_triangular.
struct Triangular {
  bool upper = false;          ///< the upper triangle is the matrix, not the lower one
  bool unitriangular = false;  ///< its diagonal is taken to be ones, and not read
};
/// The x with a x = b for triangular `a` (..., n, n), whose other triangle is not read, and `b` as in solve(). Throws
/// ShapeError, and LinalgError naming the matrix and the place where a diagonal element is zero.
/// Example: `solve_triangular(r, b, {.upper = true})`.
Tensor solve_triangular(const Tensor& a, const Tensor& b, Triangular triangular = {});

/// The lower triangular L with L L^T = a, for symmetric positive definite `a` (..., n, n). Only the lower triangle is
/// read; the gradient is symmetric (Murray 2016, arXiv:1602.07527). Throws ShapeError, and LinalgError naming the
/// matrix and the leading minor that is not positive.
Tensor cholesky(const Tensor& a);

/// `a` times itself, `exponent` factors: by repeated squaring, of the inverse where the exponent is negative; the
/// identity at 0. Throws as inverse() does. Example: `matrix_power(a, 3)`.
Tensor matrix_power(const Tensor& a, std::int64_t exponent);

}  // namespace xtape
