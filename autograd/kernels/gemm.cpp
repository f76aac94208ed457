#include <autograd/kernels/gemm.hpp>
#include <autograd/kernels/parallel.hpp>

#include <cblas.h>

#include <algorithm>

namespace xtape::kernels {

namespace {

// One thread's product.
template <class T>
void multiply(std::size_t m, std::size_t n, std::size_t k, Matrix<T> a, Matrix<T> b, T* c, bool accumulate,
              std::size_t c_stride) {
  const auto transposition = [](const Matrix<T>& matrix) { return matrix.transposed ? CblasTrans : CblasNoTrans; };
  const auto size = [](auto value) { return static_cast<int>(value); };
  const T beta = accumulate ? T(1) : T(0);
  const Alone alone;
  if constexpr (sizeof(T) == sizeof(float)) {
    cblas_sgemm(CblasRowMajor, transposition(a), transposition(b), size(m), size(n), size(k), T(1), a.data,
                size(a.stride), b.data, size(b.stride), beta, c, size(c_stride));
  } else {
    cblas_dgemm(CblasRowMajor, transposition(a), transposition(b), size(m), size(n), size(k), T(1), a.data,
                size(a.stride), b.data, size(b.stride), beta, c, size(c_stride));
  }
}

// From row `first` on.
template <class T>
Matrix<T> rows_from(Matrix<T> matrix, std::size_t first) {
  const auto row = static_cast<std::ptrdiff_t>(first);
  return {matrix.data + (matrix.transposed ? row : row * matrix.stride), matrix.stride, matrix.transposed};
}
template <class T>
Matrix<T> columns_from(Matrix<T> matrix, std::size_t first) {
  const auto column = static_cast<std::ptrdiff_t>(first);
  return {matrix.data + (matrix.transposed ? column * matrix.stride : column), matrix.stride, matrix.transposed};
}

}  // namespace

template <class T>
void gemm(std::size_t m, std::size_t n, std::size_t k, Matrix<T> a, Matrix<T> b, T* c, bool accumulate,
          std::size_t c_stride) {
  if (m == 0 || n == 0) return;
  if (c_stride == 0) c_stride = n;
  if (k == 0) {
    for (std::size_t row = 0; row < m && !accumulate; ++row) std::fill_n(c + row * c_stride, n, T(0));
    return;
  }
  // Every thread computes a block of rows or of columns, whichever are more; each reads all of the other matrix. The
  // threads are ours and not those of BLAS, whose start costs 50 us where they sleep.
  constexpr std::size_t tile = 16, multiplications = 8;  // that take as long as an element of cheap work
  const bool by_rows = m >= n;
  const std::size_t tiles = ((by_rows ? m : n) + tile - 1) / tile;
  parallel_rows(tiles, std::min(m, n) * k * tile / multiplications, [&](std::size_t begin, std::size_t end) {
    const std::size_t from = begin * tile;
    if (by_rows) {
      multiply(std::min(m, end * tile) - from, n, k, rows_from(a, from), b, c + from * c_stride, accumulate, c_stride);
    } else {
      multiply(m, std::min(n, end * tile) - from, k, a, columns_from(b, from), c + from, accumulate, c_stride);
    }
  });
}

template void gemm(std::size_t, std::size_t, std::size_t, Matrix<float>, Matrix<float>, float*, bool, std::size_t);
template void gemm(std::size_t, std::size_t, std::size_t, Matrix<double>, Matrix<double>, double*, bool, std::size_t);

}  // namespace xtape::kernels
