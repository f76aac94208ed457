#pragma once

#include <string>

namespace benchmarks {

void set_libtorch_threads(int threads);
std::string libtorch_version();

}  // namespace benchmarks
