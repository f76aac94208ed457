#include <autograd/kernels/parallel.hpp>
#include <autograd/kernels/simd_level.hpp>
#include <autograd/kernels/softmax.hpp>
#include <autograd/kernels/softmax_rows.hpp>

namespace xtape::kernels {

namespace {

const SoftmaxRows& chosen_rows() {
  switch (simd_level()) {
#ifdef XTAPE_X86_LEVELS
    case SimdLevel::avx512:
      return softmax_rows_avx512;
    case SimdLevel::avx2:
      return softmax_rows_avx2;
#endif
    default:
      return softmax_rows_baseline;
  }
}

}  // namespace

template <class T>
void softmax(const T* input, std::size_t rows, std::size_t width, bool logarithm, T* output) {
  if (width == 0) return;
  const SoftmaxRows& chosen = chosen_rows();
  // An exponential costs some ten plain operations.
  parallel_for(rows, std::max<std::size_t>(1, parallel_grain / 10 / width), [&](std::size_t begin, std::size_t end) {
    const std::size_t at = begin * width;
    if constexpr (sizeof(T) == sizeof(float)) {
      chosen.float_rows(input + at, end - begin, width, logarithm, output + at);
    } else {
      chosen.double_rows(input + at, end - begin, width, logarithm, output + at);
    }
  });
}

template void softmax(const float*, std::size_t, std::size_t, bool, float*);
template void softmax(const double*, std::size_t, std::size_t, bool, double*);

}  // namespace xtape::kernels
