#pragma once

#include <cstddef>
#include <cstdint>

#include <autograd/kernels/extent.hpp>

/// Reductions over the middle axis of a contiguous (outer, length, inner) array into a contiguous (outer, inner) one.
/// Floating sums add in blocks, so that the rounding error grows with the logarithm of the length.
namespace xtape::kernels {

enum class Reduction { sum, prod, max, min };

template <class T>
void reduce(Reduction reduction, const T* input, Extent extent, T* output);

/// Index along the middle axis of the first largest (or smallest) element; a nan counts as largest and as smallest.
template <class T>
void arg_extreme(bool largest, const T* input, Extent extent, std::int64_t* output);

}  // namespace xtape::kernels
