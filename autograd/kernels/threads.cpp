#include <autograd/kernels/threads.hpp>

#ifdef XTAPE_THREADS
#include <omp.h>
#include <tbb/parallel_for.h>
#endif

namespace xtape::kernels {

#ifdef XTAPE_THREADS

// OpenMP's number of threads is kept for each thread, and the libraries follow it: so one number serves all.
std::size_t thread_count() noexcept { return static_cast<std::size_t>(omp_get_max_threads()); }

void work_alone() noexcept { omp_set_num_threads(1); }

Alone::Alone(bool wanted) noexcept : m_before(wanted ? thread_count() : 1) {
  if (m_before > 1) work_alone();
}
Alone::~Alone() {
  if (m_before > 1) omp_set_num_threads(static_cast<int>(m_before));
}

void run_pieces(std::size_t pieces, void (*function)(const void*, std::size_t), const void* context) {
  if (pieces == 1 || thread_count() == 1) {
    for (std::size_t piece = 0; piece < pieces; ++piece) function(context, piece);
    return;
  }
  const auto run = [=](std::size_t piece) {
    const Alone alone;
    function(context, piece);
  };
  tbb::parallel_for(std::size_t{0}, pieces, run, tbb::simple_partitioner());
}

#else

std::size_t thread_count() noexcept { return 1; }
void work_alone() noexcept {}
Alone::Alone(bool) noexcept : m_before(1) {}
Alone::~Alone() = default;
void run_pieces(std::size_t pieces, void (*function)(const void*, std::size_t), const void* context) {
  for (std::size_t piece = 0; piece < pieces; ++piece) function(context, piece);
}

#endif

}  // namespace xtape::kernels
