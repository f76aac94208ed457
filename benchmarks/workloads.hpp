#pragma once

#include <optional>

#include <benchmarks/workload.hpp>

namespace benchmarks {

/// What a run must do at least, whoever does it; from it follows the share of the machine's limit that a side reaches.
struct Work {
  double flops = 0;  ///< floating-point operations in matrix products and convolutions, where these are most of it
  double bytes = 0;  ///< to and from memory, where arrays are far larger than the caches
};

struct Workload {
  std::string name;
  std::string what;
  double tolerance;  ///< how far an array of the first run's results may lie apart, relative to its largest value
  double target;     ///< how many times faster than libtorch xtape means to be
  Maker maker;       ///< of the side that this was compiled for
  Work work = {};
  bool by_hand = false;     ///< whether there is a side by hand
  std::string script = {};  ///< a Python program, in this folder, that is the other side instead of libtorch's
  double items = 0;         ///< a run takes so many images, where they say more than seconds
};

/// Every workload. To add one: a folder with xtape.cpp and libtorch.cpp, and a row in workloads.cpp.
std::vector<Workload> workloads();

/// Sides by hand that do nothing but reach the machine's limits, "matrix_product" and "triad".
std::vector<Workload> limits();

/// Programs of growing sizes, called chain_SIZE and array_SIZE.
std::vector<Workload> growth();

/// The one of that name, of any of these lists. Throws std::invalid_argument.
Workload workload(const std::string& name);

}  // namespace benchmarks
