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

/// `c = a b + (accumulate ? c : 0)` through BLAS, or through oneDNN where that is faster; `c` is row-major, (m, n),
/// with rows `c_stride` apart, `n` where it is 0. May be called from several threads at once; a piece of shared work
/// computes it alone.
template <class T>
void gemm(std::size_t m, std::size_t n, std::size_t k, Matrix<T> a, Matrix<T> b, T* c, bool accumulate = false,
          std::size_t c_stride = 0);

/// `c = a b + bias`, where `bias` is a row of n elements that is added to every row; the rows of `c` are contiguous.
template <class T>
void gemm_with_bias(std::size_t m, std::size_t n, std::size_t k, Matrix<T> a, Matrix<T> b, const T* bias, T* c);

}  // namespace xtape::kernels
