// Runs every workload in xtape, in libtorch where it was found, and by hand where there is such a loop, by turns;
// prints a table and writes JSON. Usage: xtape_benchmarks --help

#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <thread>

#include <benchmarks/measure.hpp>

namespace benchmarks {

namespace {

constexpr const char* usage =
    "usage: xtape_benchmarks [--quick] [--threads N] [--json FILE] [WORKLOAD...]\n"
    "without --threads: with one thread, and with as many as there are cores\n";

struct Options {
  Schedule schedule;
  std::vector<int> threads;
  std::string json;
  std::vector<Workload> workloads;
};

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const auto value = [&] {
      if (i + 1 == argc) throw std::invalid_argument(argument + " needs a value");
      return std::string(argv[++i]);
    };
    if (argument == "--quick") {
      options.schedule = {3, 0.002};
    } else if (argument == "--threads") {
      options.threads.push_back(std::stoi(value()));
    } else if (argument == "--json") {
      options.json = value();
    } else if (argument.rfind("--", 0) == 0) {
      throw std::invalid_argument("unknown option " + argument + "\n" + usage);
    } else {
      options.workloads.push_back(workload(argument));
    }
  }
  if (options.workloads.empty()) options.workloads = workloads();
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  if (options.threads.empty()) options.threads = cores > 1 ? std::vector<int>{1, cores} : std::vector<int>{1};
  return options;
}

bool run(const Options& options) {
  bool agree = true;
  for (const int threads : options.threads) {
    for (const Workload& workload : options.workloads) {
      const Measurement measured = measure(workload, options.schedule, threads);
      std::printf("%-22s", workload.name.c_str());
      for (const auto& [name, side] : measured) {
        std::printf(" %s %.3f ms, cpu %.3f ms x%.2f, x%.2f, %.0f (+%.0f) MB, diff %.1e %.1e;", name.c_str(),
                    side.times.median * 1e3, side.processor_time * 1e3, side.processor_times_faster, side.times_faster,
                    side.memory_peak / 1e6, (side.memory_peak - side.memory_at_start) / 1e6, side.difference,
                    side.later_difference);
        agree = agree && side.difference <= workload.tolerance &&
                side.later_difference <= std::min(workload.tolerance, 1e-4);
      }
      std::printf("\n");
      std::fflush(stdout);
    }
  }
  return agree;
}

}  // namespace

}  // namespace benchmarks

int main(int argc, char** argv) {
  try {
    return benchmarks::run(benchmarks::parse(argc, argv)) ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "xtape_benchmarks: " << error.what() << "\n";
    return 2;
  }
}
