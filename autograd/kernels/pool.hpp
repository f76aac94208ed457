#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

/// Pooling over the rows and columns of contiguous planes (rows, columns, channels); one row or one channel where there
/// are no more.
namespace xtape::kernels {

/// The part of an axis that one result reads: begin, begin + step, ... end - 1; never empty.
struct PoolWindow {
  std::size_t begin, end;
  std::size_t count;  // what an average divides by: elements of the window, or these and some padding
};

struct PoolAxis {
  std::size_t input = 1;
  std::size_t step = 1;  // between elements of a window: the dilation
  std::vector<PoolWindow> windows = {{0, 1, 1}};
};

struct Pooling {
  std::size_t planes = 1;
  std::size_t channels = 1;  // of a plane, innermost
  PoolAxis rows, columns;

  std::size_t inputs() const { return rows.input * columns.input; }  // of one channel of a plane
  std::size_t outputs() const { return rows.windows.size() * columns.windows.size(); }
};

/// The largest element of every window and its place in the plane. Of equal ones the first wins, a nan over all.
template <class T>
void max_pool(const Pooling& pooling, const T* x, T* y, std::int64_t* places);

/// y[p, i, c] = x[p, places[p, i, c], c] for every plane, result and channel.
template <class T>
void take_places(const Pooling& pooling, const T* x, const std::int64_t* places, T* y);

/// The transposed map: x becomes zero, then x[p, places[p, i, c], c] += y[p, i, c].
template <class T>
void add_at_places(const Pooling& pooling, const T* y, const std::int64_t* places, T* x);

/// The sum over every window, divided by the product of its counts.
template <class T>
void average_pool(const Pooling& pooling, const T* x, T* y);

/// The transposed map: x becomes zero, then every element of a window gets its share of y.
template <class T>
void average_pool_gradient(const Pooling& pooling, const T* y, T* x);

}  // namespace xtape::kernels
