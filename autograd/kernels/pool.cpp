#include <autograd/kernels/parallel.hpp>
#include <autograd/kernels/pool.hpp>

#include <algorithm>

namespace xtape::kernels {

namespace {

// Calls function(plane, row window, number of the row's first result) for every row of results, on all threads.
template <class F>
void for_each_row(const Pooling& pooling, const F& function) {
  const std::size_t rows = pooling.rows.windows.size(), columns = pooling.columns.windows.size();
  const std::size_t cost = 4 * pooling.plane_inputs() / std::max<std::size_t>(1, rows);
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

}  // namespace

// All windows of a row take a step together, so that none waits for its own last comparison; and without a branch, as
// which element is larger cannot be predicted. Windows that are cut off at the end look at their last element again.
template <class T>
void max_pool(const Pooling& pooling, const T* x, T* y, std::int64_t* places) {
  const std::size_t width = pooling.columns.input, row_step = pooling.rows.step, step = pooling.columns.step;
  const std::vector<PoolWindow>& columns = pooling.columns.windows;
  std::size_t longest = 0;
  for (const PoolWindow& column : columns) longest = std::max(longest, column.end - column.begin);
  for_each_row(pooling, [&](std::size_t plane, const PoolWindow& row, std::size_t out) {
    const T* from = x + plane * pooling.plane_inputs();
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
void take_places(std::size_t planes, std::size_t from, std::size_t to, const T* x, const std::int64_t* places, T* y) {
  for_each_plane(planes, to, [&](std::size_t plane) {
    const T* source = x + plane * from;
    for (std::size_t i = plane * to; i < (plane + 1) * to; ++i) y[i] = source[places[i]];
  });
}

template <class T>
void add_at_places(std::size_t planes, std::size_t from, std::size_t to, const T* y, const std::int64_t* places, T* x) {
  for_each_plane(planes, from + to, [&](std::size_t plane) {
    T* target = x + plane * from;
    std::fill_n(target, from, T(0));
    for (std::size_t i = plane * to; i < (plane + 1) * to; ++i) target[places[i]] += y[i];
  });
}

template <class T>
void average_pool(const Pooling& pooling, const T* x, T* y) {
  const std::size_t width = pooling.columns.input;
  for_each_row(pooling, [&](std::size_t plane, const PoolWindow& row, std::size_t out) {
    const T* from = x + plane * pooling.plane_inputs();
    for (const PoolWindow& column : pooling.columns.windows) {
      const T total = sum_of_window(from, row, column, width);
      y[out++] = total / static_cast<T>(row.count * column.count);
    }
  });
}

template <class T>
void average_pool_gradient(const Pooling& pooling, const T* y, T* x) {
  const std::size_t width = pooling.columns.input, inputs = pooling.plane_inputs();
  for_each_plane(pooling.planes, 4 * inputs, [&](std::size_t plane) {
    T* to = x + plane * inputs;
    const T* from = y + plane * pooling.plane_outputs();
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

#define XTAPE_INSTANTIATE(T)                                                                             \
  template void take_places(std::size_t, std::size_t, std::size_t, const T*, const std::int64_t*, T*);   \
  template void add_at_places(std::size_t, std::size_t, std::size_t, const T*, const std::int64_t*, T*); \
  template void average_pool(const Pooling&, const T*, T*);                                              \
  template void average_pool_gradient(const Pooling&, const T*, T*);
XTAPE_INSTANTIATE(float)
XTAPE_INSTANTIATE(double)
#undef XTAPE_INSTANTIATE

}  // namespace xtape::kernels
