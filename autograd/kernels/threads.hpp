#pragma once

#include <cstddef>

namespace xtape::kernels {

/// How many threads work that begins in this thread may be shared among: one a core, or what OMP_NUM_THREADS or
/// omp_set_num_threads() says; 1 inside a piece of shared work, and after work_alone().
std::size_t thread_count() noexcept;

/// Makes the calling thread do its work alone from now on: for threads that work beside others.
void work_alone() noexcept;

/// While one lives, this thread works alone, and so do the libraries that it calls (BLAS, LAPACK, oneDNN).
class Alone {
 public:
  explicit Alone(bool wanted = true) noexcept;
  ~Alone();
  Alone(const Alone&) = delete;
  Alone& operator=(const Alone&) = delete;

 private:
  std::size_t m_before;
};

/// Calls `function(context, piece)` for every piece below `pieces`, on the threads of oneTBB; where thread_count() is
/// 1, on the calling thread. The calling thread takes pieces, too, and waits for none that has not begun: where other
/// programs keep the cores busy, it does all of the work itself instead of waiting for a thread that does not get its
/// turn (docs/performance.md has the figures).
void run_pieces(std::size_t pieces, void (*function)(const void* context, std::size_t piece), const void* context);

/// The same for a callable `function(piece)`.
template <class F>
void run_pieces(std::size_t pieces, const F& function) {
  run_pieces(
      pieces, [](const void* context, std::size_t piece) { (*static_cast<const F*>(context))(piece); }, &function);
}

}  // namespace xtape::kernels
