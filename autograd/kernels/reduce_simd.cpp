// Sums of blocks. CMake compiles this file once for each SIMD level.

#include <autograd/kernels/reduce_blocks.hpp>
#include <autograd/kernels/simd_sweep.hpp>

#include <algorithm>

#if defined(XTAPE_LEVEL_AVX512)
#define XTAPE_TABLE sum_table_avx512
#elif defined(XTAPE_LEVEL_AVX2)
#define XTAPE_TABLE sum_table_avx2
#else
#define XTAPE_TABLE sum_table_baseline
#endif

namespace xtape::kernels {

namespace {

constexpr std::size_t together = 4;  // batches whose sums do not wait for each other

template <class Arch, class T, bool squares>
struct Blocks {
  using Batch = xsimd::batch<T, Arch>;

  template <class V>
  static V add(const V& sum, const V& value) {
    if constexpr (squares) {
      return sum + value * value;
    } else {
      return sum + value;
    }
  }

  static T run(const T* values, std::size_t count) {
    Batch sums[together] = {Batch(T(0)), Batch(T(0)), Batch(T(0)), Batch(T(0))};
    std::size_t i = 0;
    for (; i + together * Batch::size <= count; i += together * Batch::size) {
      for (std::size_t k = 0; k < together; ++k) {
        sums[k] = add(sums[k], Batch::load_unaligned(values + i + k * Batch::size));
      }
    }
    Total<Arch, T> total;
    total.add((sums[0] + sums[1]) + (sums[2] + sums[3]));
    sweep<Arch, T>(count - i, [&]<class V>(Step<V>, std::size_t j) {
      total.add(add(V(T(0)), load_step<Arch, V>(values + i + j)));
    });
    return total.value();
  }

  // The columns of several batches at once, so that their sums stay in registers.
  template <std::size_t batches, class V>
  static void columns(const T* from, std::size_t count, std::size_t stride, T* output) {
    constexpr std::size_t width = sizeof(V) / sizeof(T);
    V sums[batches];
    for (V& sum : sums) sum = V(T(0));
    for (std::size_t r = 0; r < count; ++r, from += stride) {
      for (std::size_t k = 0; k < batches; ++k) sums[k] = add(sums[k], load_step<Arch, V>(from + k * width));
    }
    for (std::size_t k = 0; k < batches; ++k) store_step<Arch>(output + k * width, sums[k]);
  }

  static void rows(const T* from, std::size_t count, std::size_t stride, std::size_t width, T* output) {
    std::size_t j = 0;
    for (; j + together * Batch::size <= width; j += together * Batch::size) {
      columns<together, Batch>(from + j, count, stride, output + j);
    }
    // The last batch begins early enough to be a whole one: what it sums a second time comes out the same.
    for (; j < width && width >= Batch::size; j += Batch::size) {
      const std::size_t at = std::min(j, width - Batch::size);
      columns<1, Batch>(from + at, count, stride, output + at);
    }
    for (; j < width; ++j) columns<1, T>(from + j, count, stride, output + j);
  }

  static constexpr SumBlocks<T> table{run, rows};
};

}  // namespace

const SumTable XTAPE_TABLE = {Blocks<Architecture, float, false>::table, Blocks<Architecture, float, true>::table,
                              Blocks<Architecture, double, false>::table, Blocks<Architecture, double, true>::table};

}  // namespace xtape::kernels
