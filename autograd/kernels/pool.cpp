#include <autograd/kernels/parallel.hpp>
#include <autograd/kernels/pool.hpp>
#include <autograd/kernels/pool_windows.hpp>
#include <autograd/kernels/simd_level.hpp>

#include <algorithm>

namespace xtape::kernels {

namespace {

// Calls function(plane, row window, number of the row's first result) for every row of results, on all threads.
template <class F>
void for_each_row(const Pooling& pooling, const F& function) {
  const std::size_t rows = pooling.rows.windows.size(), columns = pooling.columns.windows.size();
  const std::size_t cost = 4 * pooling.inputs() * pooling.channels / std::max<std::size_t>(1, rows);
  const std::size_t tasks = pooling.planes * rows;
  parallel_pieces(piece_count(tasks, cost), tasks, [&](std::size_t, std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      function(row / rows, pooling.rows.windows[row % rows], row * columns);
    }
  });
}

template <class T>
T sum_of_window(const T* plane, const PoolWindow& row, const PoolWindow& column, std::size_t width) {
  T total = 0;
  if (column.end - column.begin == width) {  // whole lines follow each other, as where a plane is averaged
    const T* from = plane + row.begin * width;
    const std::size_t count = (row.end - row.begin) * width;
#ifdef _OPENMP
#pragma omp simd reduction(+ : total)
#endif
    for (std::size_t i = 0; i < count; ++i) total += from[i];
    return total;
  }
  for (std::size_t i = row.begin; i < row.end; ++i) {
    for (std::size_t j = column.begin; j < column.end; ++j) total += plane[i * width + j];
  }
  return total;
}

// Calls function(plane) for every plane, on all threads.
template <class F>
void for_each_plane(std::size_t planes, std::size_t cost, const F& function) {
  parallel_pieces(piece_count(planes, cost), planes, [&](std::size_t, std::size_t begin, std::size_t end) {
    for (std::size_t plane = begin; plane < end; ++plane) function(plane);
  });
}

// The loop behind max_pool_of_channels() for any type; the results hold the best values and places so far.
template <class T>
void max_window(const T* plane, std::size_t width, const PoolAxis& rows, const PoolWindow& row, const PoolAxis& columns,
                const PoolWindow& column, std::size_t channels, T* best, std::int64_t* places) {
  const std::size_t first = row.begin * width + column.begin;
  std::copy_n(plane + first * channels, channels, best);
  std::fill_n(places, channels, static_cast<std::int64_t>(first));
  for (std::size_t i = row.begin; i < row.end; i += rows.step) {
    for (std::size_t j = column.begin; j < column.end; j += columns.step) {
      const std::size_t at = i * width + j;
      const T* values = plane + at * channels;
      for (std::size_t c = 0; c < channels; ++c) {
        const bool better = (values[c] > best[c]) | (values[c] != values[c]);
        best[c] = better ? values[c] : best[c];
        places[c] = better ? static_cast<std::int64_t>(at) : places[c];
      }
    }
  }
}

// That of the SIMD level for floating types, as long as a place is exact in one.
template <class T>
MaxWindow<T> fastest_max_window(const Pooling& pooling) {
  static const PoolTable& table = XTAPE_OF_SIMD_LEVEL(pool_table);
  if constexpr (std::is_same_v<T, float>) {
    if (pooling.inputs() < std::size_t{1} << 24) return table.float_window;
  }
  if constexpr (std::is_same_v<T, double>) return table.double_window;
  return max_window<T>;
}

// Channels that lie last take every step together.
template <class T>
void max_pool_of_channels(const Pooling& pooling, const T* x, T* y, std::int64_t* places) {
  const std::size_t width = pooling.columns.input, channels = pooling.channels;
  const MaxWindow<T> window = fastest_max_window<T>(pooling);
  for_each_row(pooling, [&](std::size_t plane, const PoolWindow& row, std::size_t out) {
    const T* from = x + plane * pooling.inputs() * channels;
    for (const PoolWindow& column : pooling.columns.windows) {
      window(from, width, pooling.rows, row, pooling.columns, column, channels, y + out * channels,
             places + out * channels);
      ++out;
    }
  });
}

// Calls function(result, divisor, place) for every result of a plane and every place that its window reads.
template <class F>
void for_each_tap(const Pooling& pooling, const F& function) {
  std::size_t out = 0;
  for (const PoolWindow& row : pooling.rows.windows) {
    for (const PoolWindow& column : pooling.columns.windows) {
      for (std::size_t i = row.begin; i < row.end; ++i) {
        for (std::size_t j = column.begin; j < column.end; ++j) {
          function(out, row.count * column.count, i * pooling.columns.input + j);
        }
      }
      ++out;
    }
  }
}

template <class T>
void average_pool_of_channels(const Pooling& pooling, const T* x, T* y) {
  const std::size_t channels = pooling.channels;
  for_each_plane(pooling.planes, 4 * pooling.inputs() * channels, [&](std::size_t plane) {
    const T* from = x + plane * pooling.inputs() * channels;
    T* to = y + plane * pooling.outputs() * channels;
    std::fill_n(to, pooling.outputs() * channels, T(0));
    for_each_tap(pooling, [&](std::size_t out, std::size_t divisor, std::size_t place) {
      const T share = T(1) / static_cast<T>(divisor);
      for (std::size_t c = 0; c < channels; ++c) to[out * channels + c] += from[place * channels + c] * share;
    });
  });
}

template <class T>
void average_pool_gradient_of_channels(const Pooling& pooling, const T* y, T* x) {
  const std::size_t channels = pooling.channels;
  for_each_plane(pooling.planes, 4 * pooling.inputs() * channels, [&](std::size_t plane) {
    T* to = x + plane * pooling.inputs() * channels;
    const T* from = y + plane * pooling.outputs() * channels;
    std::fill_n(to, pooling.inputs() * channels, T(0));
    for_each_tap(pooling, [&](std::size_t out, std::size_t divisor, std::size_t place) {
      const T share = T(1) / static_cast<T>(divisor);
      for (std::size_t c = 0; c < channels; ++c) to[place * channels + c] += from[out * channels + c] * share;
    });
  });
}

}  // namespace

// All windows of a row take a step together, so that none waits for its own last comparison; and without a branch, as
// which element is larger cannot be predicted. Windows that are cut off at the end look at their last element again.
template <class T>
void max_pool(const Pooling& pooling, const T* x, T* y, std::int64_t* places) {
  if (pooling.channels > 1) return max_pool_of_channels(pooling, x, y, places);
  const std::size_t width = pooling.columns.input, row_step = pooling.rows.step, step = pooling.columns.step;
  const std::vector<PoolWindow>& columns = pooling.columns.windows;
  std::size_t longest = 0;
  for (const PoolWindow& column : columns) longest = std::max(longest, column.end - column.begin);
  for_each_row(pooling, [&](std::size_t plane, const PoolWindow& row, std::size_t out) {
    const T* from = x + plane * pooling.inputs();
    std::int64_t* best = places + out;
    for (std::size_t q = 0; q < columns.size(); ++q) {
      best[q] = static_cast<std::int64_t>(row.begin * width + columns[q].begin);
    }
    for (std::size_t i = row.begin; i < row.end; i += row_step) {
      for (std::size_t ahead = 0; ahead < longest; ahead += step) {
        for (std::size_t q = 0; q < columns.size(); ++q) {
          const std::size_t column = std::min(columns[q].begin + ahead, columns[q].end - 1);
          const auto at = static_cast<std::int64_t>(i * width + column);
          const T value = from[at], before = from[best[q]];
          const bool better = (value > before) | (value != value);
          best[q] ^= (best[q] ^ at) & -static_cast<std::int64_t>(better);
        }
      }
    }
    for (std::size_t q = 0; q < columns.size(); ++q) y[out + q] = from[best[q]];
  });
}

template <class T>
void take_places(const Pooling& pooling, const T* x, const std::int64_t* places, T* y) {
  const std::size_t inputs = pooling.inputs(), outputs = pooling.outputs(), channels = pooling.channels;
  for_each_plane(pooling.planes, outputs * channels, [&](std::size_t plane) {
    const T* from = x + plane * inputs * channels;
    for (std::size_t i = plane * outputs; i < (plane + 1) * outputs; ++i) {
      for (std::size_t c = 0; c < channels; ++c) {
        const std::size_t at = i * channels + c;
        y[at] = from[static_cast<std::size_t>(places[at]) * channels + c];
      }
    }
  });
}

template <class T>
void add_at_places(const Pooling& pooling, const T* y, const std::int64_t* places, T* x) {
  const std::size_t inputs = pooling.inputs(), outputs = pooling.outputs(), channels = pooling.channels;
  for_each_plane(pooling.planes, (inputs + outputs) * channels, [&](std::size_t plane) {
    T* to = x + plane * inputs * channels;
    std::fill_n(to, inputs * channels, T(0));
    for (std::size_t i = plane * outputs; i < (plane + 1) * outputs; ++i) {
      for (std::size_t c = 0; c < channels; ++c) {
        const std::size_t at = i * channels + c;
        to[static_cast<std::size_t>(places[at]) * channels + c] += y[at];
      }
    }
  });
}

template <class T>
void average_pool(const Pooling& pooling, const T* x, T* y) {
  if (pooling.channels > 1) return average_pool_of_channels(pooling, x, y);
  const std::size_t width = pooling.columns.input;
  for_each_row(pooling, [&](std::size_t plane, const PoolWindow& row, std::size_t out) {
    const T* from = x + plane * pooling.inputs();
    for (const PoolWindow& column : pooling.columns.windows) {
      const T total = sum_of_window(from, row, column, width);
      y[out++] = total / static_cast<T>(row.count * column.count);
    }
  });
}

template <class T>
void average_pool_gradient(const Pooling& pooling, const T* y, T* x) {
  if (pooling.channels > 1) return average_pool_gradient_of_channels(pooling, y, x);
  const std::size_t width = pooling.columns.input, inputs = pooling.inputs();
  for_each_plane(pooling.planes, 4 * inputs, [&](std::size_t plane) {
    T* to = x + plane * inputs;
    const T* from = y + plane * pooling.outputs();
    std::fill_n(to, inputs, T(0));
    for (const PoolWindow& row : pooling.rows.windows) {
      for (const PoolWindow& column : pooling.columns.windows) {
        const T share = *from++ / static_cast<T>(row.count * column.count);
        for (std::size_t i = row.begin; i < row.end; ++i) {
          for (std::size_t j = column.begin; j < column.end; ++j) to[i * width + j] += share;
        }
      }
    }
  });
}

template void max_pool(const Pooling&, const float*, float*, std::int64_t*);
template void max_pool(const Pooling&, const double*, double*, std::int64_t*);
template void max_pool(const Pooling&, const std::int64_t*, std::int64_t*, std::int64_t*);
template void max_pool(const Pooling&, const std::uint8_t*, std::uint8_t*, std::int64_t*);
template void max_pool(const Pooling&, const bool*, bool*, std::int64_t*);

#define XTAPE_INSTANTIATE(T)                                                      \
  template void take_places(const Pooling&, const T*, const std::int64_t*, T*);   \
  template void add_at_places(const Pooling&, const T*, const std::int64_t*, T*); \
  template void average_pool(const Pooling&, const T*, T*);                       \
  template void average_pool_gradient(const Pooling&, const T*, T*);
XTAPE_INSTANTIATE(float)
XTAPE_INSTANTIATE(double)
#undef XTAPE_INSTANTIATE

}  // namespace xtape::kernels
