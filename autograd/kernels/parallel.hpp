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

/// Into how many pieces to cut `tasks` tasks of `cost` elements of cheap work each, for parallel_pieces(): at most one
/// a thread, and 1 inside a parallel region. Known beforehand, so that the caller allocates what each piece needs.
inline std::size_t piece_count([[maybe_unused]] std::size_t tasks, [[maybe_unused]] std::size_t cost) {
#ifdef _OPENMP
  if (omp_in_parallel()) return 1;
  const std::size_t worthwhile = std::max<std::size_t>(1, tasks * cost / parallel_grain);
  return std::max<std::size_t>(1, std::min({tasks, worthwhile, static_cast<std::size_t>(omp_get_max_threads())}));
#else
  return 1;
#endif
}

/// Calls `function(piece, begin, end)` for `pieces` pieces of [0, tasks), each on a thread of its own. Unlike those of
/// parallel_for, pieces may begin at any task: a task is a plane or an image, not an element.
template <class F>
void parallel_pieces(std::size_t pieces, std::size_t tasks, const F& function) {
  const auto run = [&](std::size_t piece) {
    const std::size_t begin = piece * tasks / pieces, end = (piece + 1) * tasks / pieces;
    if (begin < end) function(piece, begin, end);
  };
#ifdef _OPENMP
  if (pieces > 1) {
    share_the_cores();
#pragma omp parallel for num_threads(static_cast <int>(pieces)) schedule(static)
    for (std::size_t piece = 0; piece < pieces; ++piece) run(piece);
    return;
  }
#endif
  for (std::size_t piece = 0; piece < pieces; ++piece) run(piece);
}

/// Calls `function(begin, end)` over pieces of [0, rows), where a row costs `work` cheap operations.
template <class F>
void parallel_rows(std::size_t rows, std::size_t work, const F& function) {
  parallel_pieces(piece_count(rows, work), rows,
                  [&](std::size_t, std::size_t begin, std::size_t end) { function(begin, end); });
}

}  // namespace xtape::kernels
