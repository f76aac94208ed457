#include <autograd/kernels/gemm.hpp>
#include <autograd/kernels/parallel.hpp>
#include <autograd/kernels/simd_level.hpp>

#include <cblas.h>
#ifdef XTAPE_ONEDNN
#include <dnnl.h>
#endif

#include <algorithm>

namespace xtape::kernels {

namespace {

using Size = std::size_t;

int blas_int(auto value) { return static_cast<int>(value); }
template <class T>
CBLAS_TRANSPOSE blas_order(const Matrix<T>& matrix) {
  return matrix.transposed ? CblasTrans : CblasNoTrans;
}

#ifdef XTAPE_ONEDNN
// From a million multiplications on, oneDNN's loops for float32 and AVX-512 are 1.10 times as fast as OpenBLAS 0.3.21's
// (the median of 67 shapes, from 0.94 to 1.23; docs/performance.md); slower where contiguous columns of `b` are few.
// Those for AVX2 are slower as often as they are faster.
bool onednn_is_faster(Size m, Size n, Size k, const Matrix<float>& b) {
  constexpr Size many = 1 << 20, few_columns = 128;
  return m * n * k >= many && (!b.transposed || n >= few_columns) && simd_level() == SimdLevel::avx512;
}
#endif

// One thread's product: c = a b + beta c.
void multiply(Size m, Size n, Size k, const Matrix<float>& a, const Matrix<float>& b, float beta, float* c,
              Size stride) {
#ifdef XTAPE_ONEDNN
  if (onednn_is_faster(m, n, k, b)) {
    const auto letter = [](const Matrix<float>& matrix) { return matrix.transposed ? 'T' : 'N'; };
    const auto size = [](Size value) { return static_cast<dnnl_dim_t>(value); };
    const dnnl_status_t status = dnnl_sgemm(letter(a), letter(b), size(m), size(n), size(k), 1, a.data, a.stride,
                                            b.data, b.stride, beta, c, size(stride));
    if (status == dnnl_success) return;  // where it finds no memory for itself, it has not begun
  }
#endif
  cblas_sgemm(CblasRowMajor, blas_order(a), blas_order(b), blas_int(m), blas_int(n), blas_int(k), 1, a.data,
              blas_int(a.stride), b.data, blas_int(b.stride), beta, c, blas_int(stride));
}
void multiply(Size m, Size n, Size k, const Matrix<double>& a, const Matrix<double>& b, double beta, double* c,
              Size stride) {
  cblas_dgemm(CblasRowMajor, blas_order(a), blas_order(b), blas_int(m), blas_int(n), blas_int(k), 1, a.data,
              blas_int(a.stride), b.data, blas_int(b.stride), beta, c, blas_int(stride));
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

// c = a b + beta c, where every row of c is first made `bias` unless that is null.
template <class T>
void share_out(Size m, Size n, Size k, Matrix<T> a, Matrix<T> b, const T* bias, T beta, T* c, Size c_stride) {
  if (m == 0 || n == 0) return;
  const auto compute = [&](Size rows, Size columns, const Matrix<T>& left, const Matrix<T>& right, const T* start,
                           T* to) {
    for (Size row = 0; row < rows; ++row) {
      if (start) std::copy_n(start, columns, to + row * c_stride);
      if (k == 0 && beta == T(0)) std::fill_n(to + row * c_stride, columns, T(0));
    }
    const Alone alone;
    if (k > 0) multiply(rows, columns, k, left, right, beta, to, c_stride);
  };
  // Every thread computes a block of rows or of columns, whichever are more; each reads all of the other matrix. The
  // threads are ours and not those of BLAS, whose start costs 50 us where they sleep.
  constexpr Size tile = 16, multiplications = 8;  // that take as long as an element of cheap work
  const bool by_rows = m >= n;
  const Size tiles = ((by_rows ? m : n) + tile - 1) / tile;
  parallel_rows(tiles, std::min(m, n) * k * tile / multiplications, [&](Size begin, Size end) {
    const Size from = begin * tile;
    if (by_rows) {
      compute(std::min(m, end * tile) - from, n, rows_from(a, from), b, bias, c + from * c_stride);
    } else {
      compute(m, std::min(n, end * tile) - from, a, columns_from(b, from), bias ? bias + from : nullptr, c + from);
    }
  });
}

}  // namespace

template <class T>
void gemm(Size m, Size n, Size k, Matrix<T> a, Matrix<T> b, T* c, bool accumulate, Size c_stride) {
  share_out<T>(m, n, k, a, b, nullptr, accumulate ? T(1) : T(0), c, c_stride == 0 ? n : c_stride);
}

// BLAS would clear c first; so the product is added to rows that hold the bias.
template <class T>
void gemm_with_bias(Size m, Size n, Size k, Matrix<T> a, Matrix<T> b, const T* bias, T* c) {
  share_out<T>(m, n, k, a, b, bias, T(1), c, n);
}

template void gemm(Size, Size, Size, Matrix<float>, Matrix<float>, float*, bool, Size);
template void gemm(Size, Size, Size, Matrix<double>, Matrix<double>, double*, bool, Size);
template void gemm_with_bias(Size, Size, Size, Matrix<float>, Matrix<float>, const float*, float*);
template void gemm_with_bias(Size, Size, Size, Matrix<double>, Matrix<double>, const double*, double*);

}  // namespace xtape::kernels
