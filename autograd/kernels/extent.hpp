#pragma once

#include <autograd/shape.hpp>

namespace xtape::kernels {

/// A contiguous array as (outer, length, inner), where the kernel works along the middle axis.
struct Extent {
  std::size_t outer = 1;
  std::size_t length = 1;
  std::size_t inner = 1;
};

/// The extent of an array of `shape` around one of its axes.
inline Extent extent_around(const Shape& shape, std::size_t axis) {
  Extent extent;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    (i < axis ? extent.outer : i == axis ? extent.length : extent.inner) *= shape[i];
  }
  return extent;
}

}  // namespace xtape::kernels
