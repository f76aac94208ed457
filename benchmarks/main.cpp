// Runs every workload in xtape, in libtorch where it was found, and by hand where there is such a loop, by turns;
// prints a table and writes JSON. Usage: xtape_benchmarks [--quick] [--threads N] [--json FILE] [WORKLOAD...]

#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#ifdef _OPENMP
#include <omp.h>
#endif

#include <autograd/kernels/simd_level.hpp>

#include <benchmarks/measure.hpp>
#include <benchmarks/workloads.hpp>

#ifdef XTAPE_WITH_LIBTORCH
#include <benchmarks/libtorch.hpp>
#endif

namespace benchmarks {

namespace {

struct Options {
  Schedule schedule;
  int threads = 1;
  std::string json;
  std::vector<std::string> names;  // empty: all
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
      options.schedule = {5, 0.002};
    } else if (argument == "--threads") {
      options.threads = std::stoi(value());
    } else if (argument == "--json") {
      options.json = value();
    } else if (argument.rfind("--", 0) == 0) {
      throw std::invalid_argument("unknown option " + argument +
                                  "; usage: [--quick] [--threads N] [--json FILE] [WORKLOAD...]");
    } else {
      options.names.push_back(argument);
    }
  }
  return options;
}

std::vector<Workload> selected(const std::vector<std::string>& names) {
  const std::vector<Workload> all = workloads();
  if (names.empty()) return all;
  std::vector<Workload> chosen;
  for (const std::string& name : names) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const Workload& w) { return w.name == name; });
    if (found == all.end()) throw std::invalid_argument("there is no workload " + name);
    chosen.push_back(*found);
  }
  return chosen;
}

void set_threads([[maybe_unused]] int threads) {
#ifdef _OPENMP
  omp_set_num_threads(threads);
#endif
#ifdef XTAPE_WITH_LIBTORCH
  set_libtorch_threads(threads);
#endif
}

std::string libtorch_in_use() {
#ifdef XTAPE_WITH_LIBTORCH
  return libtorch_version();
#else
  return "";
#endif
}

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(": ") + 2);
  }
  return "unknown";
}

/// As `12.34 us (12.01 .. 13.56)`: the median and the quartiles.
std::string readable(const Times& times) {
  double factor = 1e6;
  const char* unit = "us";
  if (times.median >= 1e-2) {
    factor = 1e3;
    unit = "ms";
  }
  char text[96];
  std::snprintf(text, sizeof text, "%.2f %s (%.2f .. %.2f)", times.median * factor, unit, times.quartile_1 * factor,
                times.quartile_3 * factor);
  return text;
}

nlohmann::json to_json(const Times& times) {
  return {{"minimum", times.minimum},
          {"quartile_1", times.quartile_1},
          {"median", times.median},
          {"quartile_3", times.quartile_3},
          {"maximum", times.maximum}};
}

nlohmann::json to_json(const Peer& peer) {
  nlohmann::json result = to_json(peer.times);
  result["times_faster"] = peer.ratio;
  result["gradient_difference"] = peer.difference;
  return result;
}

std::string with_ratio(const Peer& peer) {
  char text[32];
  std::snprintf(text, sizeof text, ", %.2f times", peer.ratio);
  return readable(peer.times) + text;
}

/// Prints and reports one workload; whether its gradients agreed.
bool run(const Workload& workload, const Schedule& schedule, nlohmann::json& entry) {
  const Measurement measured = measure(workload, schedule);
  entry = {{"what", workload.what}, {"target", workload.target}, {"xtape", to_json(measured.xtape)}};
  std::printf("%-22s %-34s", workload.name.c_str(), readable(measured.xtape).c_str());
  double difference = 0;
  if (measured.libtorch) {
    entry["libtorch"] = to_json(*measured.libtorch);
    difference = measured.libtorch->difference;
    std::printf(" %-46s %-7.1f", with_ratio(*measured.libtorch).c_str(), workload.target);
  }
  if (measured.by_hand) {
    entry["by_hand"] = to_json(*measured.by_hand);
    difference = std::max(difference, measured.by_hand->difference);
    std::printf(" %s", with_ratio(*measured.by_hand).c_str());
  }
  const bool agree = difference <= workload.tolerance;
  if (!agree) std::printf("  GRADIENTS DIFFER by %.1e", difference);
  std::printf("\n");
  return agree;
}

/// Returns whether all gradients agreed.
bool run(const Options& options) {
  set_threads(options.threads);
  const char* level = xtape::kernels::to_string(xtape::kernels::simd_level());
  nlohmann::json report = {{"processor", processor()},   {"simd", level},
                           {"compiler", __VERSION__},    {"libtorch", libtorch_in_use()},
                           {"threads", options.threads}, {"seconds_a_run", nlohmann::json::object()}};
  std::printf("%s, %s, threads: %d\n", processor().c_str(), level, options.threads);
  if (libtorch_in_use().empty()) {
    std::puts("libtorch was not found when this was built: xtape runs without it.");
  } else {
    std::printf(
        "xtape beside libtorch %s; median (quartiles) of %d rounds by turns, and how many times faster xtape is\n",
        libtorch_in_use().c_str(), options.schedule.rounds);
  }

  bool agree = true;
  std::printf("\n%-22s %-34s %-46s %-7s %s\n", "workload", "xtape", "libtorch", "target", "loop written by hand");
  for (const Workload& workload : selected(options.names)) {
    agree = run(workload, options.schedule, report["seconds_a_run"][workload.name]) && agree;
    std::fflush(stdout);
  }

  if (!options.json.empty()) {
    std::ofstream file(options.json);
    file << report.dump(2) << "\n";
    if (!file) throw std::runtime_error("cannot write " + options.json);
    std::printf("\nwritten to %s\n", options.json.c_str());
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
