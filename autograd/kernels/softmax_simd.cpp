// Softmax over rows. CMake compiles this file once for each SIMD level.

#include <autograd/kernels/simd_batch.hpp>
#include <autograd/kernels/softmax_rows.hpp>

#if defined(XTAPE_LEVEL_AVX512)
#define XTAPE_TABLE softmax_rows_avx512
#elif defined(XTAPE_LEVEL_AVX2)
#define XTAPE_TABLE softmax_rows_avx2
#else
#define XTAPE_TABLE softmax_rows_baseline
#endif

namespace xtape::kernels {

namespace {

template <class Arch, class T>
void rows(const T* input, std::size_t row_count, std::size_t width, bool logarithm, T* output) {
  using Batch = xsimd::batch<T, Arch>;
  constexpr std::size_t step = Batch::size;
  alignas(64) T part[step];
  for (std::size_t r = 0; r < row_count; ++r, input += width, output += width) {
    T top = input[0];
    for (std::size_t i = 1; i < width; ++i) top = input[i] > top || input[i] != input[i] ? input[i] : top;
    if (top - top != T(0) && top < T(0)) top = T(0);  // a row of -inf: shifting by it would give nan everywhere

    Batch sums(T(0));
    T rest_sum = 0;
    for (std::size_t i = 0; i < width; i += step) {
      const std::size_t count = width - i < step ? width - i : step;
      for (std::size_t j = 0; j < count; ++j) part[j] = input[i + j] - top;
      for (std::size_t j = count; j < step; ++j) part[j] = T(0);
      const Batch shifted = Batch::load_aligned(part);
      const Batch powers = xsimd::exp(shifted);
      if (count == step) {
        sums += powers;
        (logarithm ? shifted : powers).store_unaligned(output + i);
      } else {
        alignas(64) T power[step];
        powers.store_aligned(power);
        for (std::size_t j = 0; j < count; ++j) {
          rest_sum += power[j];
          output[i + j] = logarithm ? part[j] : power[j];
        }
      }
    }
    sums.store_aligned(part);
    for (std::size_t j = 0; j < step; ++j) rest_sum += part[j];
    if (logarithm) {
      const T shift = static_cast<T>(__builtin_log(static_cast<double>(rest_sum)));
      for (std::size_t i = 0; i < width; ++i) output[i] -= shift;
    } else {
      const T scale = T(1) / rest_sum;
      for (std::size_t i = 0; i < width; ++i) output[i] *= scale;
    }
  }
}

}  // namespace

const SoftmaxRows XTAPE_TABLE = {rows<Architecture, float>, rows<Architecture, double>};

}  // namespace xtape::kernels
