#pragma once

#include <algorithm>
#include <cstddef>

#include <autograd/kernels/parallel.hpp>

namespace xtape::kernels {

/// Calls `function(i)` for each of `count` matrices, where one call multiplies about `work` times. Many matrices are
/// shared out among the threads; a few large ones come one after the other, since each is shared out itself.
template <class F>
void for_each_matrix(std::size_t count, std::size_t work, const F& function) {
  constexpr std::size_t large = 96 * 96 * 96, worth_a_thread = std::size_t{1} << 20;
  const auto run = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) function(i);
  };
  if (work > large && count < thread_count()) return run(0, count);
  // Calls on tiny matrices cost what about 4096 multiplications do.
  parallel_for(count, worth_a_thread / std::max<std::size_t>(work, 4096), run);
}

}  // namespace xtape::kernels
