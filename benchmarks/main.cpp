// Runs every workload in xtape, in libtorch where it was found, and by hand where there is such a loop, by turns;
// prints a table, and writes it as JSON and as a chart.

#include <CLI/CLI.hpp>
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

struct Options {
  Schedule schedule;
  std::vector<int> threads;
  std::filesystem::path out;
  enum class Mode { compare, growth, under_load, list } mode = Mode::compare;
  std::vector<Workload> workloads;
};

// What the command line says; throws CLI::ParseError where it ends the program.
Options parse(CLI::App& app, int argc, char** argv) {
  Options options;
  std::vector<std::string> names;
  app.add_option("workloads", names, "which ones; without, all that --list names");
  app.add_option("--threads", options.threads, "how many, several times; without, one, then one a core")
      ->check(CLI::Range(1, 1024))
      ->allow_extra_args(false);
  app.add_option("--out", options.out, "writes benchmarks.json and benchmarks.svg to this folder");
  bool quick = false, growth = false, busy = false, list = false;
  app.add_flag("--quick", quick, "few short rounds, to see whether all sides agree");
  app.add_flag("--growth", growth, "instead: how the cost grows with the work; growth.json and .svg");
  app.add_flag("--under-load", busy, "instead: how much longer on a busy machine; under_load.json");
  app.add_flag("--list", list, "instead: names the workloads");
  app.parse(argc, argv);
  if (quick) options.schedule = {3, 1, 0.002, 2};
  if (growth) options.mode = Options::Mode::growth;
  if (busy) options.mode = Options::Mode::under_load;
  if (list) options.mode = Options::Mode::list;
  for (const std::string& name : names) options.workloads.push_back(workload(name));
  if (names.empty()) options.workloads = workloads();
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
  CLI::App app("Runs workloads in xtape and in libtorch by turns, and compares them");
  try {
    return run(parse(app, argc, argv)) ? 0 : 1;
  } catch (const CLI::ParseError& end) {
    return app.exit(end);
  } catch (const std::exception& error) {
    std::cerr << "xtape_benchmarks: " << error.what() << "\n";
    return 2;
  }
}
