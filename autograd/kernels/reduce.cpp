#include <autograd/kernels/blocks.hpp>
#include <autograd/kernels/reduce.hpp>
#include <autograd/kernels/reduce_blocks.hpp>
#include <autograd/kernels/simd_level.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace xtape::kernels {

namespace {

constexpr std::size_t lanes = 16;          // independent accumulators, for the compiler to keep in registers
constexpr std::size_t block_length = 512;  // elements added up plainly before blocks are added in pairs

// An operation says where it starts, what it takes of an element, and how it combines two accumulators.

struct AsIs {
  template <class R, class T>
  static R take(T value) {
    return static_cast<R>(value);
  }
};
struct Magnitude {
  template <class R, class T>
  static R take(T value) {
    return std::abs(value);
  }
};
struct Square {
  template <class R, class T>
  static R take(T value) {
    return value * value;
  }
};
struct IsNonzero {
  template <class R, class T>
  static R take(T value) {
    return value != T(0);
  }
};

template <class Taken>
struct Sum : Taken {
  template <class R>
  static constexpr R start = R(0);
  template <class R>
  static R combine(R a, R b) {
    return a + b;
  }
};
struct Prod : AsIs {
  template <class R>
  static constexpr R start = R(1);
  template <class R>
  static R combine(R a, R b) {
    return a * b;
  }
};
template <class Taken>
struct Max : Taken {
  template <class R>
  static constexpr R start = std::numeric_limits<R>::has_infinity ? -std::numeric_limits<R>::infinity()
                                                                  : std::numeric_limits<R>::lowest();
  template <class R>
  static R combine(R a, R b) {
    return ((a > b) | (a != a)) ? a : b;  // both asked without a branch, for SIMD
  }
};
template <class Taken>
struct Min : Taken {
  template <class R>
  static constexpr R start = std::numeric_limits<R>::has_infinity ? std::numeric_limits<R>::infinity()
                                                                  : std::numeric_limits<R>::max();
  template <class R>
  static R combine(R a, R b) {
    return ((a < b) | (a != a)) ? a : b;
  }
};
// Combines the accumulators of another operation as they are.
template <class Operation>
struct Merge : Operation {
  template <class R, class T>
  static R take(T value) {
    return value;
  }
};

// Floating sums have loops for each SIMD level.
template <class Operation, class T>
constexpr bool has_simd_loops = std::is_floating_point_v<T> &&
                                (std::is_same_v<Operation, Sum<AsIs>> || std::is_same_v<Operation, Sum<Square>>);

template <class Operation, class T>
const SumBlocks<T>& sum_blocks() {
  static const SumTable& table = XTAPE_OF_SIMD_LEVEL(sum_table);
  constexpr bool squares = std::is_same_v<Operation, Sum<Square>>;
  if constexpr (std::is_same_v<T, float>) {
    return squares ? table.float_sums_of_squares : table.float_sums;
  } else {
    return squares ? table.double_sums_of_squares : table.double_sums;
  }
}

template <class Operation, class T, class R>
R reduce_block(const T* values, std::size_t count) {
  if constexpr (has_simd_loops<Operation, T>) return sum_blocks<Operation, T>().run(values, count);
  R lane[lanes];
  const auto add = [&](std::size_t j, T value) {
    lane[j] = Operation::combine(lane[j], Operation::template take<R>(value));
  };
  for (R& value : lane) value = Operation::template start<R>;
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    for (std::size_t j = 0; j < lanes; ++j) add(j, values[i + j]);
  }
  for (std::size_t j = 0; i + j < count; ++j) add(j, values[i + j]);
  for (std::size_t width = lanes / 2; width > 0; width /= 2) {
    for (std::size_t j = 0; j < width; ++j) lane[j] = Operation::combine(lane[j], lane[j + width]);
  }
  return lane[0];
}

// Halves the run until it is a block: the depth, and with it the recursion, is at most 64.
template <class Operation, class T, class R>
R reduce_run(const T* values, std::size_t count) {
  if (count <= block_length) return reduce_block<Operation, T, R>(values, count);
  const std::size_t half = (count / 2 + lanes - 1) / lanes * lanes;
  return Operation::combine(reduce_run<Operation, T, R>(values, half),
                            reduce_run<Operation, T, R>(values + half, count - half));
}

// Rows of `width` elements combined into the output, likewise halving.
template <class Operation, class T, class R>
void reduce_rows(const T* rows, std::size_t count, std::size_t stride, std::size_t width, R* output) {
  if (count <= 128) {
    if constexpr (has_simd_loops<Operation, T>) {
      return sum_blocks<Operation, T>().rows(rows, count, stride, width, output);
    }
    for (std::size_t j = 0; j < width; ++j) output[j] = Operation::template start<R>;
    for (std::size_t r = 0; r < count; ++r) {
      const T* row = rows + r * stride;
      for (std::size_t j = 0; j < width; ++j) {
        output[j] = Operation::combine(output[j], Operation::template take<R>(row[j]));
      }
    }
    return;
  }
  const std::size_t half = count / 2;
  R second[block_columns];
  reduce_rows<Operation>(rows, half, stride, width, output);
  reduce_rows<Operation>(rows + half * stride, count - half, stride, width, second);
  for (std::size_t j = 0; j < width; ++j) output[j] = Operation::combine(output[j], second[j]);
}

template <class Operation, class T, class R>
void reduce_with(const T* input, Extent extent, R* output) {
  const std::size_t outer = extent.outer, length = extent.length, inner = extent.inner;
  if (inner == 1 && outer == 1) {
    // One long run: a partial result per piece, combined in order, whatever the number of threads.
    const std::size_t pieces = (length + parallel_grain - 1) / parallel_grain;
    if (pieces <= 1) {
      output[0] = reduce_run<Operation, T, R>(input, length);
      return;
    }
    std::vector<R> partial(pieces, Operation::template start<R>);
    parallel_for(pieces, 2, [&](std::size_t begin, std::size_t end) {
      for (std::size_t p = begin; p < end; ++p) {
        const std::size_t first = p * parallel_grain;
        partial[p] = reduce_run<Operation, T, R>(input + first, std::min(parallel_grain, length - first));
      }
    });
    output[0] = reduce_run<Merge<Operation>, R, R>(partial.data(), pieces);
  } else if (inner == 1) {
    parallel_for(outer, std::max<std::size_t>(1, parallel_grain / std::max<std::size_t>(length, 1)),
                 [&](std::size_t begin, std::size_t end) {
                   for (std::size_t o = begin; o < end; ++o)
                     output[o] = reduce_run<Operation, T, R>(input + o * length, length);
                 });
  } else {
    for_column_blocks(outer, length, inner, [&](std::size_t o, std::size_t first, std::size_t width) {
      reduce_rows<Operation>(input + o * length * inner + first, length, inner, width, output + o * inner + first);
    });
  }
}

// The extreme is found first, in lanes, and then its place.
template <bool largest, class T>
std::int64_t arg_extreme_run(const T* values, std::size_t count) {
  using Operation = std::conditional_t<largest, Max<AsIs>, Min<AsIs>>;
  const T extreme = reduce_run<Operation, T, T>(values, count);
  const auto wins = [extreme](T value) { return value == extreme || value != value; };
  return std::find_if(values, values + count, wins) - values;
}

template <bool largest, class T>
void arg_extreme_columns(const T* rows, std::size_t count, std::size_t stride, std::size_t width,
                         std::int64_t* output) {
  T extreme[block_columns];
  for (std::size_t j = 0; j < width; ++j) {
    extreme[j] = rows[j];
    output[j] = 0;
  }
  for (std::size_t r = 1; r < count; ++r) {
    const T* row = rows + r * stride;
    for (std::size_t j = 0; j < width; ++j) {
      const T value = row[j], best = extreme[j];
      const bool wins = ((largest ? value > best : value < best) || value != value) && best == best;
      extreme[j] = wins ? value : best;
      output[j] = wins ? static_cast<std::int64_t>(r) : output[j];
    }
  }
}

}  // namespace

template <class T>
void reduce(Reduction reduction, const T* input, Extent extent, Accumulator<T>* output) {
  switch (reduction) {
    case Reduction::sum:
      return reduce_with<Sum<AsIs>>(input, extent, output);
    case Reduction::prod:
      return reduce_with<Prod>(input, extent, output);
    case Reduction::max:
      return reduce_with<Max<AsIs>>(input, extent, output);
    case Reduction::min:
      return reduce_with<Min<AsIs>>(input, extent, output);
  }
}

template <class T>
void reduce_magnitudes(MagnitudeReduction reduction, const T* input, Extent extent, T* output) {
  switch (reduction) {
    case MagnitudeReduction::sum:
      return reduce_with<Sum<Magnitude>>(input, extent, output);
    case MagnitudeReduction::sum_of_squares:
      return reduce_with<Sum<Square>>(input, extent, output);
    case MagnitudeReduction::max:
      return reduce_with<Max<Magnitude>>(input, extent, output);
    case MagnitudeReduction::min:
      return reduce_with<Min<Magnitude>>(input, extent, output);
  }
}

template <class T>
void count_nonzero(const T* input, Extent extent, std::int64_t* output) {
  reduce_with<Sum<IsNonzero>>(input, extent, output);
}

template <class T>
void arg_extreme(bool largest, const T* input, Extent extent, std::int64_t* output) {
  const std::size_t length = extent.length, inner = extent.inner;
  if (inner == 1) {
    const auto run = largest ? arg_extreme_run<true, T> : arg_extreme_run<false, T>;
    parallel_for(extent.outer, std::max<std::size_t>(1, parallel_grain / std::max<std::size_t>(length, 1)),
                 [&](std::size_t begin, std::size_t end) {
                   for (std::size_t o = begin; o < end; ++o) output[o] = run(input + o * length, length);
                 });
    return;
  }
  const auto columns = largest ? arg_extreme_columns<true, T> : arg_extreme_columns<false, T>;
  for_column_blocks(extent.outer, length, inner, [&](std::size_t o, std::size_t first, std::size_t width) {
    columns(input + o * length * inner + first, length, inner, width, output + o * inner + first);
  });
}

#define XTAPE_REDUCTIONS(T)                                           \
  template void reduce(Reduction, const T*, Extent, Accumulator<T>*); \
  template void count_nonzero(const T*, Extent, std::int64_t*);       \
  template void arg_extreme(bool, const T*, Extent, std::int64_t*);
XTAPE_REDUCTIONS(bool)
XTAPE_REDUCTIONS(std::uint8_t)
XTAPE_REDUCTIONS(std::int64_t)
XTAPE_REDUCTIONS(float)
XTAPE_REDUCTIONS(double)
#undef XTAPE_REDUCTIONS
template void reduce_magnitudes(MagnitudeReduction, const float*, Extent, float*);
template void reduce_magnitudes(MagnitudeReduction, const double*, Extent, double*);

}  // namespace xtape::kernels
