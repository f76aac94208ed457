#pragma once

#include <algorithm>
#include <cstddef>

#include <autograd/kernels/threads.hpp>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace xtape::kernels {

/// Elements of cheap work below which a second thread costs more than it saves.
inline constexpr std::size_t parallel_grain = 32768;

/// Calls `function(begin, end)` over pieces of [0, count) on the OpenMP threads; on the calling thread alone where the
/// work is smaller than two grains, or where it is already inside a parallel region.
template <class F>
void parallel_for(std::size_t count, [[maybe_unused]] std::size_t grain, const F& function) {
#ifdef _OPENMP
  const auto threads =
      std::min<std::size_t>(static_cast<std::size_t>(omp_get_max_threads()), count / std::max<std::size_t>(grain, 1));
  if (threads > 1 && !omp_in_parallel()) {
    share_the_cores();
    // Long pieces end on multiples of 64 elements, so that threads share no cache line of the output; a few rows or
    // blocks are shared out as they are.
    const std::size_t share = (count + threads - 1) / threads;
    const std::size_t piece = share < 1024 ? share : (share + 63) / 64 * 64;
#pragma omp parallel for num_threads(static_cast <int>(threads)) schedule(static)
    for (std::size_t t = 0; t < threads; ++t) {
      const std::size_t begin = std::min(count, t * piece), end = std::min(count, begin + piece);
      if (begin < end) function(begin, end);
    }
    return;
  }
#endif
  if (count > 0) function(std::size_t{0}, count);
}

/// The same over [0, rows), where a row costs `work` cheap operations.
template <class F>
void parallel_rows(std::size_t rows, std::size_t work, const F& function) {
  parallel_for(rows, std::max<std::size_t>(1, parallel_grain / std::max<std::size_t>(work, 1)), function);
}

}  // namespace xtape::kernels
