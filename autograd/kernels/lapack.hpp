#pragma once

#include <cstddef>

/// LAPACK on one contiguous row-major matrix of float or double. LAPACK reads memory by columns, so that it sees the
/// transpose; the routines behind these functions are chosen so that nothing has to be copied for it.
namespace xtape::kernels {

/// Factors the square matrix `a` (n, n) in place for the functions below; `pivots` has n elements. Returns 0, or i + 1
/// where pivot i is the first that is exactly zero: the matrix is singular, row i depends on those before it. The
/// pivots stand on the diagonal; `pivots[i] != i + 1` marks an exchange of rows.
template <class T>
std::size_t lu_factor(std::size_t n, T* a, int* pivots);

/// Solves a x = b, or a^T x = b, for `count` vectors b of n elements that lie one behind the other; in place.
template <class T>
void lu_solve(bool transposed, std::size_t n, std::size_t count, const T* factors, const int* pivots, T* vectors);

/// Puts the inverse in the place of the factors.
template <class T>
void lu_invert(std::size_t n, T* factors, const int* pivots);

/// The lower triangular L with L L^T = `a`, in place; only the lower triangle of `a` is read. Returns 0, or the order
/// of the first leading minor that is not positive.
template <class T>
std::size_t cholesky(std::size_t n, T* a);

/// Solves a x = b for the (n, count) matrix b, in place; the other triangle of `a` is not read, nor is the diagonal
/// where it is said to be ones.
template <class T>
void solve_triangular(bool upper, bool unit_diagonal, std::size_t n, std::size_t count, const T* a, T* b);

/// Smallest x with the smallest |a x - b|, for the (n, m) transpose of `a` and `count` vectors b, each the first m of
/// max(m, n) elements; x overwrites the first n. Singular values below `rcond` times the largest count as zero. Returns
/// the rank, or -1 where the iteration did not converge. Overwrites the matrix.
template <class T>
std::ptrdiff_t least_squares(std::size_t m, std::size_t n, std::size_t count, T* a_transposed, T* vectors,
                             double rcond);

/// Eigenvalues, ascending, of the symmetric `a` (n, n), of which only the lower triangle is read; its eigenvectors
/// overwrite its rows. Returns whether it converged.
template <class T>
bool symmetric_eigen(std::size_t n, T* a, T* values);

/// a = u diag(s) vh with k = min(m, n) singular values, descending: u (m, k), vh (k, n). Overwrites `a`. Returns
/// whether it converged.
template <class T>
bool singular_values(std::size_t m, std::size_t n, T* a, T* u, T* s, T* vh);

/// Overwrites `a` (m, n), m >= n, with the orthonormal Q of a = Q R.
template <class T>
void orthonormal_columns(std::size_t m, std::size_t n, T* a);

}  // namespace xtape::kernels
