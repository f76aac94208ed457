#pragma once

#include <cstddef>

namespace xtape::kernels {

/// Results of more bytes are out of the cache before they are read again. Lines of it that are written past the cache
/// need not be read first: measured, it pays from 4 MB on.
inline constexpr std::size_t cached_bytes = std::size_t{4} << 20;

/// How a MapKernel reads and writes.
struct MapMode {
  unsigned uniform = 0;         ///< bit i: the first element of input i stands for every one
  bool past_the_cache = false;  ///< not where the output is one of the inputs, or is added to
  bool adds = false;            ///< to the output in place of overwriting it; for loops of gradients
};

/// A loop over contiguous spans of one element type: reads `inputs[i][0..count)` and writes `output[0..count)`, which
/// may be one of the inputs.
using MapKernel = void (*)(const void* const* inputs, MapMode mode, void* output, std::size_t count);

}  // namespace xtape::kernels
