// Windows of max pooling over channels that lie last. CMake compiles this file once for each SIMD level.

#include <autograd/kernels/pool_windows.hpp>
#include <autograd/kernels/simd_sweep.hpp>

#if defined(XTAPE_LEVEL_AVX512)
#define XTAPE_TABLE pool_table_avx512
#elif defined(XTAPE_LEVEL_AVX2)
#define XTAPE_TABLE pool_table_avx2
#else
#define XTAPE_TABLE pool_table_baseline
#endif

namespace xtape::kernels {

namespace {

template <class Arch, class T>
struct Windows {
  template <class Condition, class V>
  static V pick(const Condition& condition, const V& yes, const V& no) {
    if constexpr (std::is_arithmetic_v<V>) {
      return condition ? yes : no;
    } else {
      return xsimd::select(condition, yes, no);
    }
  }

  // Values and their places, as numbers of the same type, stay in registers while all of the window is read.
  template <class V>
  static void max_from(std::size_t c, const T* plane, std::size_t width, const PoolAxis& rows, const PoolWindow& row,
                       const PoolAxis& columns, const PoolWindow& column, std::size_t channels, T* best,
                       std::int64_t* places) {
    const std::size_t first = row.begin * width + column.begin;
    V value = load_step<Arch, V>(plane + first * channels + c), place(static_cast<T>(first));
    for (std::size_t i = row.begin; i < row.end; i += rows.step) {
      for (std::size_t j = column.begin; j < column.end; j += columns.step) {
        const std::size_t at = i * width + j;
        const V other = load_step<Arch, V>(plane + at * channels + c);
        const auto better = (other > value) | !(other == other);  // xsimd's != is false for nan
        value = pick(better, other, value);
        place = pick(better, V(static_cast<T>(at)), place);
      }
    }
    constexpr std::size_t lanes = sizeof(V) / sizeof(T);
    alignas(64) T numbers[lanes];
    store_step<Arch>(best + c, value);
    store_step<Arch>(numbers, place);
    for (std::size_t i = 0; i < lanes; ++i) places[c + i] = static_cast<std::int64_t>(numbers[i]);
  }

  // The last batch begins early enough to be a whole one: what it takes a second time comes out the same.
  static void max(const T* plane, std::size_t width, const PoolAxis& rows, const PoolWindow& row,
                  const PoolAxis& columns, const PoolWindow& column, std::size_t channels, T* best,
                  std::int64_t* places) {
    using Batch = xsimd::batch<T, Arch>;
    const auto from = [&]<class V>(Step<V>, std::size_t c) {
      max_from<V>(c, plane, width, rows, row, columns, column, channels, best, places);
    };
    if (channels < Batch::size) return sweep<Arch, T>(channels, from);
    for (std::size_t c = 0; c < channels; c += Batch::size) {
      from(Step<Batch>{}, c + Batch::size <= channels ? c : channels - Batch::size);
    }
  }
};

}  // namespace

const PoolTable XTAPE_TABLE = {Windows<Architecture, float>::max, Windows<Architecture, double>::max};

}  // namespace xtape::kernels
