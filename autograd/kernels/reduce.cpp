#include <autograd/kernels/parallel.hpp>
#include <autograd/kernels/reduce.hpp>

#include <limits>
#include <type_traits>
#include <vector>

namespace xtape::kernels {

namespace {

constexpr std::size_t lanes = 16;          // independent accumulators, for the compiler to keep in registers
constexpr std::size_t block_length = 512;  // elements added up plainly before blocks are added in pairs

struct Sum {
  template <class T>
  static constexpr T start = T(0);
  template <class T>
  static T combine(T a, T b) {
    return a + b;
  }
};
struct Prod {
  template <class T>
  static constexpr T start = T(1);
  template <class T>
  static T combine(T a, T b) {
    return a * b;
  }
};
struct Max {
  template <class T>
  static constexpr T start = std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity()
                                                                  : std::numeric_limits<T>::lowest();
  template <class T>
  static T combine(T a, T b) {
    return a > b || a != a ? a : b;
  }
};
struct Min {
  template <class T>
  static constexpr T start = std::numeric_limits<T>::has_infinity ? std::numeric_limits<T>::infinity()
                                                                  : std::numeric_limits<T>::max();
  template <class T>
  static T combine(T a, T b) {
    return a < b || a != a ? a : b;
  }
};

template <class Operation, class T>
T reduce_block(const T* values, std::size_t count) {
  T lane[lanes];
  for (T& value : lane) value = Operation::template start<T>;
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    for (std::size_t j = 0; j < lanes; ++j) lane[j] = Operation::combine(lane[j], values[i + j]);
  }
  for (std::size_t j = 0; i + j < count; ++j) lane[j] = Operation::combine(lane[j], values[i + j]);
  for (std::size_t width = lanes / 2; width > 0; width /= 2) {
    for (std::size_t j = 0; j < width; ++j) lane[j] = Operation::combine(lane[j], lane[j + width]);
  }
  return lane[0];
}

// Halves the run until it is a block: the depth, and with it the recursion, is at most 64.
template <class Operation, class T>
T reduce_run(const T* values, std::size_t count) {
  if (count <= block_length) return reduce_block<Operation>(values, count);
  const std::size_t half = (count / 2 + lanes - 1) / lanes * lanes;
  return Operation::combine(reduce_run<Operation>(values, half), reduce_run<Operation>(values + half, count - half));
}

// Rows of `inner` elements combined into the output, likewise halving.
template <class Operation, class T>
void reduce_rows(const T* rows, std::size_t count, std::size_t stride, std::size_t inner, T* output) {
  if (count <= 128) {
    for (std::size_t j = 0; j < inner; ++j) output[j] = Operation::template start<T>;
    for (std::size_t r = 0; r < count; ++r) {
      const T* row = rows + r * stride;
      for (std::size_t j = 0; j < inner; ++j) output[j] = Operation::combine(output[j], row[j]);
    }
    return;
  }
  const std::size_t half = count / 2;
  std::vector<T> second(inner);
  reduce_rows<Operation>(rows, half, stride, inner, output);
  reduce_rows<Operation>(rows + half * stride, count - half, stride, inner, second.data());
  for (std::size_t j = 0; j < inner; ++j) output[j] = Operation::combine(output[j], second[j]);
}

template <class Operation, class T>
void reduce_with(const T* input, Extent extent, T* output) {
  const std::size_t outer = extent.outer, length = extent.length, inner = extent.inner;
  if (inner == 1 && outer == 1) {
    // One long run: a partial result per piece, combined in order, whatever the number of threads.
    const std::size_t pieces = std::max<std::size_t>(1, (length + parallel_grain - 1) / parallel_grain);
    std::vector<T> partial(pieces, Operation::template start<T>);
    parallel_for(pieces, 2, [&](std::size_t begin, std::size_t end) {
      for (std::size_t p = begin; p < end; ++p) {
        const std::size_t first = p * parallel_grain;
        partial[p] = reduce_run<Operation>(input + first, std::min(parallel_grain, length - std::min(first, length)));
      }
    });
    output[0] = reduce_run<Operation>(partial.data(), pieces);
  } else if (inner == 1) {
    parallel_for(outer, std::max<std::size_t>(1, parallel_grain / std::max<std::size_t>(length, 1)),
                 [&](std::size_t begin, std::size_t end) {
                   for (std::size_t o = begin; o < end; ++o)
                     output[o] = reduce_run<Operation>(input + o * length, length);
                 });
  } else {
    // Column blocks that stay in the first-level cache while their rows pass by.
    constexpr std::size_t columns = 1024;
    const std::size_t blocks = (inner + columns - 1) / columns;
    const std::size_t work = length * std::min(inner, columns);
    parallel_for(outer * blocks, std::max<std::size_t>(1, parallel_grain / std::max<std::size_t>(work, 1)),
                 [&](std::size_t begin, std::size_t end) {
                   for (std::size_t i = begin; i < end; ++i) {
                     const std::size_t o = i / blocks, first = i % blocks * columns;
                     reduce_rows<Operation>(input + o * length * inner + first, length, inner,
                                            std::min(columns, inner - first), output + o * inner + first);
                   }
                 });
  }
}

}  // namespace

template <class T>
void reduce(Reduction reduction, const T* input, Extent extent, T* output) {
  switch (reduction) {
    case Reduction::sum:
      return reduce_with<Sum>(input, extent, output);
    case Reduction::prod:
      return reduce_with<Prod>(input, extent, output);
    case Reduction::max:
      return reduce_with<Max>(input, extent, output);
    case Reduction::min:
      return reduce_with<Min>(input, extent, output);
  }
}

template <class T>
void arg_extreme(bool largest, const T* input, Extent extent, std::int64_t* output) {
  const auto [outer, length, inner] = extent;
  for (std::size_t o = 0; o < outer; ++o) {
    for (std::size_t j = 0; j < inner; ++j) {
      const T* first = input + o * length * inner + j;
      std::size_t best = 0;
      for (std::size_t i = 1; i < length; ++i) {
        const T value = first[i * inner], extreme = first[best * inner];
        if (extreme != extreme) break;
        if ((largest ? value > extreme : value < extreme) || value != value) best = i;
      }
      output[o * inner + j] = static_cast<std::int64_t>(best);
    }
  }
}

template void reduce(Reduction, const float*, Extent, float*);
template void reduce(Reduction, const double*, Extent, double*);
template void reduce(Reduction, const std::int64_t*, Extent, std::int64_t*);
template void arg_extreme(bool, const float*, Extent, std::int64_t*);
template void arg_extreme(bool, const double*, Extent, std::int64_t*);
template void arg_extreme(bool, const std::int64_t*, Extent, std::int64_t*);

}  // namespace xtape::kernels
