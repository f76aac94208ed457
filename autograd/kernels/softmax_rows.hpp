#pragma once

#include <cstddef>
#include <cstdint>

namespace xtape::kernels {

/// The loops behind softmax() and softmax_gradient() for one SIMD level.
template <class T>
struct SoftmaxRows {
  void (*values)(const T* input, std::size_t rows, std::size_t width, bool logarithm, T* output);
  void (*gradient)(const T* result, const T* upstream, std::size_t rows, std::size_t width, bool logarithm, T* output);
  void (*losses)(const T* scores, const std::int64_t* targets, std::size_t rows, std::size_t width, T* output);
  /// The gradient of a row's loss, times `factor`.
  void (*loss_gradient)(const T* scores, std::int64_t target, T factor, std::size_t width, T* output);
};

struct SoftmaxTable {
  SoftmaxRows<float> float_rows;
  SoftmaxRows<double> double_rows;
};

extern const SoftmaxTable softmax_rows_baseline;
#ifdef XTAPE_X86_LEVELS
extern const SoftmaxTable softmax_rows_avx2;
extern const SoftmaxTable softmax_rows_avx512;
#endif

}  // namespace xtape::kernels
