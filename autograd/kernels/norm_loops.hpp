#pragma once

#include <cstddef>

/// The inner loops behind the normalisations, over runs of contiguous elements, for one SIMD level.
namespace xtape::kernels {

/// The mean of `count` elements and the sum of their squared distances from it.
struct Moments {
  double count = 0.0;
  double mean = 0.0;
  double squares = 0.0;
};

/// Sums over a run of upstream gradients g (times weights): sum(g), sum(g * (x - mean)).
struct GradientSums {
  double plain = 0.0;
  double centred = 0.0;
};

template <class T>
struct NormLoops {
  Moments (*moments)(const T* x, std::size_t count);

  // One mean and scale for the whole run. A weight or bias that is null counts as 1 or `shift`.

  /// y = (x - mean) * scale * weight + bias
  void (*apply)(const T* x, std::size_t count, T mean, T scale, const T* weight, const T* bias, T shift, T* y);
  /// sum(g * weight), sum(g * weight * (x - mean))
  GradientSums (*sums)(const T* x, const T* g, const T* weight, std::size_t count, T mean);
  /// dx = a * g * weight + b * (x - mean) + c
  void (*gradient)(const T* x, const T* g, const T* weight, std::size_t count, T mean, T a, T b, T c, T* dx);
  /// plain += g, centred += g * (x - mean) * scale, element by element
  void (*add_sums)(const T* x, const T* g, std::size_t count, T mean, T scale, T* plain, T* centred);

  // A mean, scale, ... for each element: the run is a row, its statistics are those of the columns.

  /// first += x - mean, second += (x - mean)^2
  void (*add_column_moments)(const T* x, std::size_t count, const T* mean, T* first, T* second);
  /// y = (x - mean) * scale + shift
  void (*apply_columns)(const T* x, std::size_t count, const T* mean, const T* scale, const T* shift, T* y);
  /// plain += g, centred += g * (x - mean)
  void (*add_column_sums)(const T* x, const T* g, std::size_t count, const T* mean, T* plain, T* centred);
  /// dx = a * g + b * (x - mean) + c
  void (*column_gradient)(const T* x, const T* g, std::size_t count, const T* mean, const T* a, const T* b, const T* c,
                          T* dx);
};

struct NormTable {
  NormLoops<float> float_loops;
  NormLoops<double> double_loops;
};

extern const NormTable norm_table_baseline;
#ifdef XTAPE_X86_LEVELS
extern const NormTable norm_table_avx2;
extern const NormTable norm_table_avx512;
#endif

}  // namespace xtape::kernels
