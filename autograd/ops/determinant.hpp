#pragma once

#include <autograd/tensor.hpp>

namespace xtape {

/// The determinant of every matrix: (..., n, n) -> (...). It is exactly 0 where the factorization meets a pivot that
/// is. The gradient is the matrix of cofactors, at singular matrices too; second derivatives at exactly singular ones
/// come from a recursion of n products, which loses digits where n is large. Throws ShapeError. Example: `det(eye(3))`.
Tensor det(const Tensor& a);

/// What slogdet() gives: det(a) = sign exp(logabsdet).
struct SlogdetResult {
  Tensor sign;  ///< -1, 0 or 1; it has no gradient
  Tensor logabsdet;
};
/// Sign of the determinant and logarithm of its absolute value, which neither overflow nor underflow. A singular matrix
/// gives 0 and -inf, and no gradient: backward throws LinalgError. Throws ShapeError.
/// Example: `auto [sign, logarithm] = slogdet(a);`
SlogdetResult slogdet(const Tensor& a);

}  // namespace xtape
