#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <autograd/kernels/extent.hpp>

/// Reductions over the middle axis of a contiguous (outer, length, inner) array into a contiguous (outer, inner) one.
/// Floating sums add in blocks, so that the rounding error grows with the logarithm of the length.
namespace xtape::kernels {

/// What elements of type T are combined in: floating ones in their own type, all others in int64.
template <class T>
using Accumulator = std::conditional_t<std::is_floating_point_v<T>, T, std::int64_t>;

enum class Reduction { sum, prod, max, min };

template <class T>
void reduce(Reduction reduction, const T* input, Extent extent, Accumulator<T>* output);

/// Reductions of the magnitudes of floating elements.
enum class MagnitudeReduction { sum, sum_of_squares, max, min };

template <class T>
void reduce_magnitudes(MagnitudeReduction reduction, const T* input, Extent extent, T* output);

/// How many elements are not zero; a nan is not.
template <class T>
void count_nonzero(const T* input, Extent extent, std::int64_t* output);

/// Index along the middle axis of the first largest (or smallest) element; a nan counts as largest and as smallest.
template <class T>
void arg_extreme(bool largest, const T* input, Extent extent, std::int64_t* output);

}  // namespace xtape::kernels
