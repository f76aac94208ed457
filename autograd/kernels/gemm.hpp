#pragma once

#include <cstddef>

namespace xtape::kernels {

/// A matrix in memory: rows or columns lie `stride` elements apart, the other index is contiguous.
template <class T>
struct Matrix {
  const T* data;
  std::ptrdiff_t stride;
  bool transposed;  // columns are contiguous runs, not rows
};

/// `c = a b + (accumulate ? c : 0)` through BLAS; `c` is row-major, (m, n), with rows `c_stride` apart, `n` where it is
/// 0. May be called from several threads at once; a piece of shared work computes it alone.
template <class T>
void gemm(std::size_t m, std::size_t n, std::size_t k, Matrix<T> a, Matrix<T> b, T* c, bool accumulate = false,
          std::size_t c_stride = 0);

}  // namespace xtape::kernels
