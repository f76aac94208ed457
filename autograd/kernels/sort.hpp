#pragma once

#include <cstddef>
#include <cstdint>

/// Ordering the rows of a contiguous (rows, width) array. A nan counts as the largest value, and all nans as equal;
/// equal elements keep their order. Values and places are written where their pointer is not null.
namespace xtape::kernels {

template <class T>
void sort_rows(const T* input, std::size_t rows, std::size_t width, bool descending, T* values, std::int64_t* places);

/// The `k` largest (smallest) of every row, in (rows, k) arrays: in their order if `sorted`, else in any.
template <class T>
void top_of_rows(const T* input, std::size_t rows, std::size_t width, std::size_t k, bool largest, bool sorted,
                 T* values, std::int64_t* places);

/// Places of the elements of rank `rank`, ..., `rank + count - 1` of every row, in a (rows, count) array; `count` is 1
/// or 2. In a row with a nan they are places of nans.
template <class T>
void rank_in_rows(const T* input, std::size_t rows, std::size_t width, std::size_t rank, std::size_t count,
                  std::int64_t* places);

/// Moves one of each run of equal values to the front and returns how many there are; all nans are equal.
template <class T>
std::size_t unite_equal(T* values, std::size_t count);

}  // namespace xtape::kernels
