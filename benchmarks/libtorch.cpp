#include <benchmarks/libtorch.hpp>

#include <ATen/Parallel.h>
#include <torch/version.h>

namespace benchmarks {

void set_libtorch_threads(int threads) { at::set_num_threads(threads); }

std::string libtorch_version() { return TORCH_VERSION; }

}  // namespace benchmarks
