#pragma once

#include <autograd/kernels/pool.hpp>

namespace xtape::kernels {

/// The loop behind max_pool() for channels that lie last, for one SIMD level: the largest values of one window, and
/// their places. `width` is that of the plane. Places must be exact in T: below 2^24 for float.
template <class T>
using MaxWindow = void (*)(const T* plane, std::size_t width, const PoolAxis& rows, const PoolWindow& row,
                           const PoolAxis& columns, const PoolWindow& column, std::size_t channels, T* best,
                           std::int64_t* places);

struct PoolTable {
  MaxWindow<float> float_window;
  MaxWindow<double> double_window;
};

extern const PoolTable pool_table_baseline;
#ifdef XTAPE_X86_LEVELS
extern const PoolTable pool_table_avx2;
extern const PoolTable pool_table_avx512;
#endif

}  // namespace xtape::kernels
