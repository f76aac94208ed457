#pragma once

#include <vector>

#include <benchmarks/workload.hpp>

namespace benchmarks {

/// Every workload. To add one: a folder with xtape.cpp and libtorch.cpp, and a row in workloads.cpp.
std::vector<Workload> workloads();

}  // namespace benchmarks
