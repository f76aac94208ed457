#pragma once

#include <cstddef>

namespace xtape::kernels {

/// Row-wise softmax of a contiguous (rows, width) array, or its logarithm. The output may be the input.
template <class T>
void softmax(const T* input, std::size_t rows, std::size_t width, bool logarithm, T* output);

}  // namespace xtape::kernels
