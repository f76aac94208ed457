#include <autograd/kernels/gemm.hpp>
#include <autograd/kernels/threads.hpp>

#include <cblas.h>

#include <algorithm>

namespace xtape::kernels {

template <class T>
void gemm(std::size_t m, std::size_t n, std::size_t k, Matrix<T> a, Matrix<T> b, T* c, bool accumulate,
          std::size_t c_stride) {
  if (m == 0 || n == 0) return;
  if (c_stride == 0) c_stride = n;
  if (k == 0) {
    for (std::size_t row = 0; row < m && !accumulate; ++row) std::fill_n(c + row * c_stride, n, T(0));
    return;
  }
  share_the_cores();
  const auto transposition = [](const Matrix<T>& matrix) { return matrix.transposed ? CblasTrans : CblasNoTrans; };
  const auto size = [](auto value) { return static_cast<int>(value); };
  const T beta = accumulate ? T(1) : T(0);
  if constexpr (sizeof(T) == sizeof(float)) {
    cblas_sgemm(CblasRowMajor, transposition(a), transposition(b), size(m), size(n), size(k), T(1), a.data,
                size(a.stride), b.data, size(b.stride), beta, c, size(c_stride));
  } else {
    cblas_dgemm(CblasRowMajor, transposition(a), transposition(b), size(m), size(n), size(k), T(1), a.data,
                size(a.stride), b.data, size(b.stride), beta, c, size(c_stride));
  }
}

template void gemm(std::size_t, std::size_t, std::size_t, Matrix<float>, Matrix<float>, float*, bool, std::size_t);
template void gemm(std::size_t, std::size_t, std::size_t, Matrix<double>, Matrix<double>, double*, bool, std::size_t);

}  // namespace xtape::kernels
