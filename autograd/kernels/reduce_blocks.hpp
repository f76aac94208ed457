#pragma once

#include <cstddef>

namespace xtape::kernels {

/// Sums of short blocks for one SIMD level: what reduce() adds up plainly, before it adds blocks in pairs.
template <class T>
struct SumBlocks {
  /// The sum of a run of values.
  T (*run)(const T* values, std::size_t count);
  /// output[j] = the sum of `count` rows, `stride` apart, in column j.
  void (*rows)(const T* rows, std::size_t count, std::size_t stride, std::size_t width, T* output);
};

struct SumTable {
  SumBlocks<float> float_sums, float_sums_of_squares;
  SumBlocks<double> double_sums, double_sums_of_squares;
};

extern const SumTable sum_table_baseline;
#ifdef XTAPE_X86_LEVELS
extern const SumTable sum_table_avx2;
extern const SumTable sum_table_avx512;
#endif

}  // namespace xtape::kernels
