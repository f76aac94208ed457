#include <autograd/kernels/index.hpp>
#include <autograd/kernels/parallel.hpp>

#include <cstring>

namespace xtape::kernels {

namespace {

// Rows of a size that the compiler knows are copied without a call.
template <std::size_t bytes>
struct FixedRow {
  static constexpr std::size_t size = bytes;
};
struct AnyRow {
  std::size_t size;
};

template <class Row>
void take_rows(const std::byte* input, std::size_t length, Row row, const std::int64_t* index, std::size_t count,
               std::byte* output, std::size_t begin, std::size_t end) {
  for (std::size_t n = begin; n < end;) {
    const std::size_t o = n / count, first = n - o * count, last = std::min(count, first + end - n);
    const std::byte* from = input + o * length * row.size;
    for (std::size_t i = first; i < last; ++i, ++n) {
      std::memcpy(output + n * row.size, from + static_cast<std::size_t>(index[i]) * row.size, row.size);
    }
  }
}

// Shares out an (outer, count, inner) array: calls `function(o, first, last)` for columns [first, last) of each of the
// `outer` matrices, so that all of a column is the work of one thread.
template <class F>
void for_columns(std::size_t outer, std::size_t count, std::size_t inner, const F& function) {
  const auto grain = [](std::size_t work) {
    return std::max<std::size_t>(1, parallel_grain / 4 / std::max<std::size_t>(work, 1));
  };
  if (outer == 1) {
    // Pieces of less than a cache line would be written by two threads.
    parallel_for(inner, std::max<std::size_t>(16, grain(count)),
                 [&](std::size_t begin, std::size_t end) { function(std::size_t{0}, begin, end); });
  } else {
    parallel_for(outer, grain(count * inner), [&](std::size_t begin, std::size_t end) {
      for (std::size_t o = begin; o < end; ++o) function(o, std::size_t{0}, inner);
    });
  }
}

// Calls `element(place in the indexed array, position in the index)` for every index.
template <class F>
void for_each_index(Extent extent, const std::int64_t* index, std::size_t count, const F& element) {
  const std::size_t length = extent.length, inner = extent.inner;
  for_columns(extent.outer, count, inner, [&](std::size_t o, std::size_t first, std::size_t last) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t row = (o * count + i) * inner;
      for (std::size_t j = first; j < last; ++j) {
        element((o * length + static_cast<std::size_t>(index[row + j])) * inner + j, row + j);
      }
    }
  });
}

}  // namespace

void take_slices(const void* input, Extent extent, std::size_t item_bytes, const std::int64_t* index, std::size_t count,
                 void* output) {
  const std::size_t row_bytes = extent.inner * item_bytes;
  parallel_for(extent.outer * count, std::max<std::size_t>(1, parallel_grain / (1 + row_bytes / 16)),
               [&](std::size_t begin, std::size_t end) {
                 const auto take = [&](auto row) {
                   take_rows(static_cast<const std::byte*>(input), extent.length, row, index, count,
                             static_cast<std::byte*>(output), begin, end);
                 };
                 switch (row_bytes) {
                   case 1:
                     return take(FixedRow<1>{});
                   case 4:
                     return take(FixedRow<4>{});
                   case 8:
                     return take(FixedRow<8>{});
                   case 16:
                     return take(FixedRow<16>{});
                   default:
                     return take(AnyRow{row_bytes});
                 }
               });
}

template <class T>
void add_slices(const T* input, const std::int64_t* index, std::size_t count, Extent extent, T* output) {
  const std::size_t length = extent.length, inner = extent.inner;
  for_columns(extent.outer, count, inner, [=](std::size_t o, std::size_t first, std::size_t last) {
    for (std::size_t i = 0; i < count; ++i) {
      const T* from = input + (o * count + i) * inner;
      T* to = output + (o * length + static_cast<std::size_t>(index[i])) * inner;
      for (std::size_t j = first; j < last; ++j) to[j] = static_cast<T>(to[j] + from[j]);
    }
  });
}

template <class T>
void take_elements(const T* input, Extent extent, const std::int64_t* index, std::size_t count, T* output) {
  for_each_index(extent, index, count, [=](std::size_t at, std::size_t n) { output[n] = input[at]; });
}

template <class T>
void add_elements(const T* input, const std::int64_t* index, std::size_t count, Extent extent, T* output) {
  for_each_index(extent, index, count,
                 [=](std::size_t at, std::size_t n) { output[at] = static_cast<T>(output[at] + input[n]); });
}

template <class T>
void put_elements(const T* input, const std::int64_t* index, std::size_t count, Extent extent, T* output) {
  for_each_index(extent, index, count, [=](std::size_t at, std::size_t n) { output[at] = input[n]; });
}

template <class T>
void nonzero_positions(const T* input, std::size_t count, std::int64_t* positions) {
  // Written in any case and kept by counting: a branch on random elements would be guessed wrong half of the time.
  std::size_t found = 0;
  for (std::size_t i = 0; found < count; ++i) {
    positions[found] = static_cast<std::int64_t>(i);
    found += input[i] != T(0) ? 1 : 0;
  }
}

void unravel_along(const std::int64_t* positions, std::size_t count, const Shape& shape, std::size_t axis,
                   std::int64_t* output, std::size_t step) {
  std::int64_t behind = 1;
  for (std::size_t i = axis + 1; i < shape.size(); ++i) behind *= static_cast<std::int64_t>(shape[i]);
  const auto size = static_cast<std::int64_t>(shape[axis]);
  for (std::size_t n = 0; n < count; ++n) output[n * step] = positions[n] / behind % size;
}

#define XTAPE_INDEXING(T)                                                              \
  template void add_slices(const T*, const std::int64_t*, std::size_t, Extent, T*);    \
  template void take_elements(const T*, Extent, const std::int64_t*, std::size_t, T*); \
  template void add_elements(const T*, const std::int64_t*, std::size_t, Extent, T*);  \
  template void put_elements(const T*, const std::int64_t*, std::size_t, Extent, T*);  \
  template void nonzero_positions(const T*, std::size_t, std::int64_t*);
XTAPE_INDEXING(bool)
XTAPE_INDEXING(std::uint8_t)
XTAPE_INDEXING(std::int64_t)
XTAPE_INDEXING(float)
XTAPE_INDEXING(double)
#undef XTAPE_INDEXING

}  // namespace xtape::kernels
