#pragma once

#include <algorithm>
#include <cstddef>

#include <autograd/kernels/threads.hpp>

namespace xtape::kernels {

/// Elements of cheap work below which a second thread costs more than it saves.
inline constexpr std::size_t parallel_grain = 32768;

/// Into how many pieces of at least a grain to cut `count` elements: a multiple of the number of threads, so that all
/// have as much to do, and up to four a thread, so that one which begins late has less of it.
inline std::size_t even_pieces(std::size_t count, std::size_t grain) {
  const std::size_t worthwhile = count / std::max<std::size_t>(grain, 1);
  if (worthwhile < 2) return 1;
  const std::size_t threads = thread_count();
  if (threads == 1) return 1;
  return worthwhile < threads ? worthwhile : threads * std::min<std::size_t>(4, worthwhile / threads);
}

/// Calls `function(begin, end)` over pieces of [0, count) on several threads; on the calling thread alone where the
/// work is smaller than two grains, or where it is already a piece of shared work.
template <class F>
void parallel_for(std::size_t count, std::size_t grain, const F& function) {
  if (count == 0) return;
  const std::size_t pieces = even_pieces(count, grain);
  if (pieces == 1) return function(std::size_t{0}, count);
  // Long pieces end on multiples of 64 elements, so that threads share no cache line of the output; a few rows or
  // blocks are shared out as they are.
  const std::size_t share = (count + pieces - 1) / pieces;
  const std::size_t length = share < 1024 ? share : (share + 63) / 64 * 64;
  run_pieces(pieces, [&](std::size_t piece) {
    const std::size_t begin = std::min(count, piece * length), end = std::min(count, begin + length);
    if (begin < end) function(begin, end);
  });
}

/// Into how many pieces to cut `tasks` tasks of `cost` elements of cheap work each, for parallel_pieces(): at most one
/// a thread. Known beforehand, so that the caller allocates what each piece needs.
inline std::size_t piece_count(std::size_t tasks, std::size_t cost) {
  const std::size_t worthwhile = std::min(tasks, tasks * cost / parallel_grain);
  return worthwhile < 2 ? 1 : std::min(worthwhile, thread_count());
}

/// Calls `function(piece, begin, end)` for `pieces` pieces of [0, tasks), on several threads. Unlike those of
/// parallel_for, pieces may begin at any task: a task is a plane or an image, not an element.
template <class F>
void parallel_pieces(std::size_t pieces, std::size_t tasks, const F& function) {
  run_pieces(pieces, [&](std::size_t piece) {
    const std::size_t begin = piece * tasks / pieces, end = (piece + 1) * tasks / pieces;
    if (begin < end) function(piece, begin, end);
  });
}

/// Calls `function(begin, end)` over pieces of [0, rows), where a row costs `work` cheap operations.
template <class F>
void parallel_rows(std::size_t rows, std::size_t work, const F& function) {
  parallel_pieces(piece_count(rows, work), rows,
                  [&](std::size_t, std::size_t begin, std::size_t end) { function(begin, end); });
}

}  // namespace xtape::kernels
