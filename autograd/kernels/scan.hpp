#pragma once

#include <cstddef>
#include <cstdint>

#include <autograd/kernels/extent.hpp>

/// Running results along the middle axis of contiguous (outer, length, inner) arrays; the output may be an input.
namespace xtape::kernels {

enum class Direction { forward, reverse };

/// output[i] = input[0] + ... + input[i], or from the end. float sums add in double.
template <class T>
void cumulative_sum(const T* input, Extent extent, Direction direction, T* output);

/// output[i] = input[0] * ... * input[i]. float products multiply in double.
template <class T>
void cumulative_prod(const T* input, Extent extent, T* output);

/// output[i] = log(exp(input[0]) + ... + exp(input[i])) without overflow.
template <class T>
void cumulative_logsumexp(const T* input, Extent extent, T* output);

/// output[0] = input[0], output[i] = links[i] * output[i - 1] + input[i]; in reverse output[i] = links[i + 1] *
/// output[i + 1] + input[i] from the last one. links[0] is not read. The output may not be `links`.
template <class T>
void linear_recurrence(const T* links, const T* input, Extent extent, Direction direction, T* output);

}  // namespace xtape::kernels
