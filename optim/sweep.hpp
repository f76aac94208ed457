#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include <autograd/kernels/parallel.hpp>

namespace xtape::optim {

/// Calls function(i, begin, end) for pieces [begin, end) that together cover [0, sizes[i]) for every i: many small
/// arrays on the calling thread, much work on all threads with one start for all arrays. `grain` is that of
/// kernels::parallel_for. Pieces begin at multiples of 64 elements.
template <class F>
void sweep_arrays(const std::vector<std::size_t>& sizes, std::size_t grain, const F& function) {
  constexpr std::size_t line = 64;
  const auto rounded = [](std::size_t size) { return (size + line - 1) / line * line; };
  std::size_t total = 0;
  for (std::size_t size : sizes) total += rounded(size);
  // The arrays lie one behind the other, each from a multiple of 64 on; a piece of that row is parts of some of them.
  kernels::parallel_for(total, grain, [&](std::size_t first, std::size_t last) {
    std::size_t start = 0;
    for (std::size_t i = 0; i < sizes.size() && start < last; start += rounded(sizes[i]), ++i) {
      const std::size_t begin = std::max(first, start) - start, end = std::min(last - start, sizes[i]);
      if (begin < end) function(i, begin, end);
    }
  });
}

}  // namespace xtape::optim
