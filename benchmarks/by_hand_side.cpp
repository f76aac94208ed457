#include <filesystem>
#include <fstream>

#include <benchmarks/workload.hpp>

namespace benchmarks {

// The file that the BLAS was loaded from.
std::string about() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    const std::size_t path = line.find('/');
    if (path == std::string::npos) continue;
    const std::string file = std::filesystem::path(line.substr(path)).filename();
    if (file.find("blas") != std::string::npos || file.find("blis") != std::string::npos) return file;
  }
  return "a BLAS that is linked statically";
}

}  // namespace benchmarks
