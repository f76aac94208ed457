// Runs every workload in xtape, in libtorch where it was found, and by hand where there is such a loop, by turns;
// prints a table, and writes it as JSON and as a chart.

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <stdexcept>

#include <benchmarks/chart.hpp>
#include <benchmarks/growth.hpp>
#include <benchmarks/load.hpp>
#include <benchmarks/report.hpp>

namespace benchmarks {

namespace {

constexpr const char* usage =
    "usage: xtape_benchmarks [options] [WORKLOAD...]\n"
    "  --threads N    how many; again for further runs. Without: one, and then as many as there are cores\n"
    "  --out FOLDER   writes benchmarks.json and benchmarks.svg there\n"
    "  --growth       instead: how the cost grows with the work; growth.json and growth.svg\n"
    "  --under-load   instead: how much longer a run takes on a busy machine; under_load.json\n"
    "  --quick        few short rounds, to see whether all sides agree\n"
    "  --list         names the workloads\n";

struct Options {
  Schedule schedule;
  std::vector<int> threads;
  std::filesystem::path out;
  enum class Mode { compare, growth, under_load, list } mode = Mode::compare;
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
      options.schedule = {3, 1, 0.002, 2};
    } else if (argument == "--threads") {
      options.threads.push_back(std::stoi(value()));
    } else if (argument == "--out") {
      options.out = value();
    } else if (argument == "--list") {
      options.mode = Options::Mode::list;
    } else if (argument == "--growth") {
      options.mode = Options::Mode::growth;
    } else if (argument == "--under-load") {
      options.mode = Options::Mode::under_load;
    } else if (argument.rfind("--", 0) == 0) {
      throw std::invalid_argument("unknown option " + argument + "\n" + usage);
    } else {
      options.workloads.push_back(workload(argument));
    }
  }
  if (options.workloads.empty()) options.workloads = workloads();
  if (options.threads.empty()) {
    options.threads = {1};
    if (core_count() > 1) options.threads.push_back(core_count());
  }
  return options;
}

void list_workloads(const Options& options) {
  for (const Workload& workload : options.workloads) {
    std::printf("%-24s %s; target %g\n", workload.name.c_str(), workload.what.c_str(), workload.target);
  }
}

/// Prints the table of one number of threads as its rows are measured.
std::vector<Row> measure_all(const Options& options, int threads, const Limits& limits) {
  std::printf("\nthreads: %d. Limits: matrix product %.0f GFLOP/s, memory %.1f GB/s\n\n%s", threads, limits.flops / 1e9,
              limits.bytes / 1e9, table_head().c_str());
  std::vector<Row> rows;
  for (const Workload& workload : options.workloads) {
    rows.push_back({workload, threads, measure(workload, options.schedule, threads)});
    std::printf("%s", table_line(rows.back()).c_str());
    std::fflush(stdout);
  }
  if (geometric_mean(rows) > 0) std::printf("geometric mean: %.2f times faster\n", geometric_mean(rows));
  return rows;
}

/// Returns whether all sides computed the same.
bool compare(const Options& options) {
  nlohmann::json report{{"machine", nlohmann::json::object()}};
  for (const auto& [name, value] : describe_machine()) {
    report["machine"][name] = value;
    std::printf("%-10s %s\n", name.c_str(), value.c_str());
  }
  report["load_before"] = load_average();
  std::printf(
      "load before: %.2f\nMedian (quartiles) of rounds in which each side has its turn. faster: the other side's "
      "time over xtape's;\ncpu: the same of processor time; by hand: the same of a loop written by hand.\n",
      load_average());

  std::vector<Row> rows;
  for (const int threads : options.threads) {
    const Limits limits = measure_limits(threads);
    const std::vector<Row> measured = measure_all(options, threads, limits);
    report["limits"][std::to_string(threads)] = {{"flops_a_second", limits.flops}, {"bytes_a_second", limits.bytes}};
    report["geometric_mean"][std::to_string(threads)] = geometric_mean(measured);
    rows.insert(rows.end(), measured.begin(), measured.end());
  }
  report["load_after"] = load_average();
  report["workloads"] = to_json(rows);
  std::printf("\nload after: %.2f\n", load_average());
  if (!options.out.empty()) {
    write_file(options.out / "benchmarks.json", report.dump(2) + "\n");
    const std::string title = "How many times faster than " + report["machine"].value("libtorch", "libtorch") + ": " +
                              report["machine"]["processor"].get<std::string>() + ", " +
                              report["machine"]["xtape"].get<std::string>();
    draw_bars(rows, title, options.out / "benchmarks.svg");
  }
  return std::all_of(rows.begin(), rows.end(), [](const Row& row) { return row.agrees(); });
}

bool run(const Options& options) {
  if (!options.out.empty()) std::filesystem::create_directories(options.out);  // not after minutes of measuring
  switch (options.mode) {
    case Options::Mode::compare:
      return compare(options);
    case Options::Mode::growth:
      measure_growth(options.out);
      break;
    case Options::Mode::under_load:
      measure_under_load(options.workloads, options.out);
      break;
    case Options::Mode::list:
      list_workloads(options);
      break;
  }
  return true;
}

}  // namespace

}  // namespace benchmarks

int main(int argc, char** argv) {
  using namespace benchmarks;
  try {
    return run(parse(argc, argv)) ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "xtape_benchmarks: " << error.what() << "\n";
    return 2;
  }
}
