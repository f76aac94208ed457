#pragma once

#include <cstddef>

namespace xtape::kernels {

/// The loops behind softmax() for one SIMD level.
struct SoftmaxRows {
  void (*float_rows)(const float*, std::size_t rows, std::size_t width, bool logarithm, float*);
  void (*double_rows)(const double*, std::size_t rows, std::size_t width, bool logarithm, double*);
};

extern const SoftmaxRows softmax_rows_baseline;
#ifdef XTAPE_X86_LEVELS
extern const SoftmaxRows softmax_rows_avx2;
extern const SoftmaxRows softmax_rows_avx512;
#endif

}  // namespace xtape::kernels
