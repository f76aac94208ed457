#pragma once

#include <autograd/tensor.hpp>

/// Decompositions of matrices, tensors of shape (..., m, n), in NumPy's and PyTorch's names. Vectors are determined up
/// to their sign, so that only functions that do not depend on it have a meaningful gradient. Every one throws
/// ShapeError for what is no matrix, and LinalgError where the iteration does not converge (as with a nan).
namespace xtape {

struct EighResult {
  Tensor eigenvalues;   ///< (..., n), ascending
  Tensor eigenvectors;  ///< (..., n, n), the columns
};
/// a = v diag(w) v^T for symmetric `a` (..., n, n), of which the lower triangle is read. The gradient is symmetric;
/// that of the eigenvectors, and second derivatives, exist where no eigenvalues are equal (they have inf or nan there).
/// Example: `auto [w, v] = eigh(a);`
EighResult eigh(const Tensor& a);

struct QrResult {
  Tensor q;  ///< (..., m, k) with k = min(m, n): orthonormal columns
  Tensor r;  ///< (..., k, n): upper triangular
};
/// a = q r. The gradient exists where the first k columns are linearly independent; backward throws LinalgError
/// elsewhere.
QrResult qr(const Tensor& a);

struct SvdResult {
  Tensor u;   ///< (..., m, k) with k = min(m, n): orthonormal columns
  Tensor s;   ///< (..., k), descending
  Tensor vh;  ///< (..., k, n): orthonormal rows
};
/// a = u diag(s) vh, the singular value decomposition without superfluous columns. Gradients of u and vh, and second
/// derivatives, exist where the singular values are positive and distinct (they have inf or nan elsewhere).
SvdResult svd(const Tensor& a);

}  // namespace xtape
