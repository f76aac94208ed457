#pragma once

#include <string>
#include <utility>
#include <vector>

namespace benchmarks {

/// What the figures depend on, by name: processor, cores, compiler, and what each side computes with.
std::vector<std::pair<std::string, std::string>> describe_machine();

/// The cores that this process may use, by the system's numbers.
std::vector<int> cores();
int core_count();

/// Processes that wanted to run, on average over the last minute.
double load_average();

/// What the machine gives at best.
struct Limits {
  double flops = 0;  ///< a second, of the BLAS' matrix product, float32
  double bytes = 0;  ///< a second, of memory
};

Limits measure_limits(int threads);

}  // namespace benchmarks
