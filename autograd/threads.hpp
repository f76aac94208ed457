#pragma once

#include <autograd/kernels/threads.hpp>

/// Threads: large work is shared among one thread a core, or as many as the environment variable OMP_NUM_THREADS says.
namespace xtape {

/// How many threads share the work that this thread begins. Example: `std::cout << thread_count();`
using kernels::thread_count;

/// While one lives, the thread that made it works alone. Example: `const Alone guard;`
using kernels::Alone;

}  // namespace xtape
