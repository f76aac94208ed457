#include <autograd/kernels/threads.hpp>

#include <cstdlib>
#include <thread>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace xtape::kernels {

#ifdef _OPENMP

namespace {

bool user_decided() { return std::getenv("OMP_WAIT_POLICY") || std::getenv("GOMP_SPINCOUNT"); }

#ifdef __clang__

bool calm_down() {
  if (!user_decided()) kmp_set_blocktime(0);
  return true;
}

#else

// GCC's libgomp reads its settings before the program starts and has no call to change them. It waits for a short
// while only (1000 turns, not 300 000) once it manages more threads than there are cores. A team that never works
// again, behind a thread that sleeps, brings it to that state.
bool calm_down() {
  if (user_decided() || omp_get_num_procs() < 2) return true;
  std::thread([] {
#pragma omp parallel num_threads(omp_get_num_procs())
    { (void)omp_get_thread_num(); }
    for (;;) std::this_thread::sleep_for(std::chrono::hours(24));
  }).detach();
  return true;
}

#endif

}  // namespace

void share_the_cores() { [[maybe_unused]] static const bool done = calm_down(); }
void work_alone() { omp_set_num_threads(1); }

#else

void share_the_cores() {}
void work_alone() {}

#endif

}  // namespace xtape::kernels
