#include <benchmarks/workloads.hpp>

namespace benchmarks {

namespace xtape_side {
Program scalar_graph();
}  // namespace xtape_side

#ifdef XTAPE_WITH_LIBTORCH
namespace libtorch_side {
Program scalar_graph();
}  // namespace libtorch_side
#define XTAPE_BOTH(name) xtape_side::name, libtorch_side::name
#else
#define XTAPE_BOTH(name) xtape_side::name, nullptr
#endif

std::vector<Workload> workloads() {
  return {
      {"scalar_graph", "z = x; 30 times z = tanh(z * y + x); 0-d float64, forward + backward, graph rebuilt", 1e-12, 25,
       XTAPE_BOTH(scalar_graph)},
  };
}

}  // namespace benchmarks
