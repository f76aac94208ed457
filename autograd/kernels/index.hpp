#pragma once

#include <cstddef>
#include <cstdint>

#include <autograd/kernels/extent.hpp>

/// Loops that gather and scatter along the middle axis of a contiguous (outer, length, inner) array. Indices lie within
/// [0, length): the caller has checked them. What falls on one element falls on it in the order of the indices,
/// whatever the number of threads.
namespace xtape::kernels {

/// output (outer, count, inner) = input[:, index[i], :], whatever the elements of `item_bytes` are.
void take_slices(const void* input, Extent extent, std::size_t item_bytes, const std::int64_t* index, std::size_t count,
                 void* output);

/// output[:, index[i], :] += input[:, i, :] for `input` (outer, count, inner).
template <class T>
void add_slices(const T* input, const std::int64_t* index, std::size_t count, Extent extent, T* output);

/// output[o, i, j] = input[o, index[o, i, j], j] for `index` and `output` (outer, count, inner).
template <class T>
void take_elements(const T* input, Extent extent, const std::int64_t* index, std::size_t count, T* output);

/// output[o, index[o, i, j], j] += input[o, i, j], or = for put_elements.
template <class T>
void add_elements(const T* input, const std::int64_t* index, std::size_t count, Extent extent, T* output);
template <class T>
void put_elements(const T* input, const std::int64_t* index, std::size_t count, Extent extent, T* output);

/// Positions of the first `count` non-zero elements, in order; the input has as many.
template <class T>
void nonzero_positions(const T* input, std::size_t count, std::int64_t* positions);

/// The index along `axis` of each position in an array of `shape`; results lie `step` apart.
void unravel_along(const std::int64_t* positions, std::size_t count, const Shape& shape, std::size_t axis,
                   std::int64_t* output, std::size_t step);

}  // namespace xtape::kernels
