#include <benchmarks/machine.hpp>

#include <sched.h>
#include <sys/utsname.h>
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <limits>

#include <benchmarks/measure.hpp>

namespace benchmarks {

namespace {

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(": ") + 2);
  }
  return "unknown";
}

std::string system_name() {
  utsname name{};
  uname(&name);
  return std::string(name.sysname) + " " + name.release + " " + name.machine;
}

std::string compiler() {
#ifdef __clang__
  return "Clang " __clang_version__;
#else
  return "GCC " __VERSION__;
#endif
}

double best_seconds(const Workload& limit, int threads) {
  Side side("by_hand", limit, threads, IdleThreads::sleep);
  double best = std::numeric_limits<double>::infinity();
  for (int i = 0; i < 9; ++i) best = std::min(best, side.run(1).passed);
  return best;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> describe_machine() {
  std::vector<std::pair<std::string, std::string>> facts{{"processor", processor()},
                                                         {"cores", std::to_string(core_count())},
                                                         {"system", system_name()},
                                                         {"compiler", compiler()}};
  for (const std::string side : {"xtape", "libtorch"}) {
    if (is_there(side)) facts.emplace_back(side, Side(side, workloads()[0], 1).about());
  }
  facts.emplace_back("BLAS", Side("by_hand", limits()[0], 1).about());
  return facts;
}

std::vector<int> cores() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return {0};
  std::vector<int> numbers;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &allowed)) numbers.push_back(core);
  }
  return numbers;
}

int core_count() { return static_cast<int>(cores().size()); }

double load_average() {
  double load = 0;
  return getloadavg(&load, 1) == 1 ? load : 0;
}

Limits measure_limits(int threads) {
  Limits best;
  for (const Workload& limit : limits()) {
    const double seconds = best_seconds(limit, threads);
    best.flops = std::max(best.flops, limit.work.flops / seconds);
    best.bytes = std::max(best.bytes, limit.work.bytes / seconds);
  }
  return best;
}

}  // namespace benchmarks
