#include <benchmarks/machine.hpp>
#include <benchmarks/measure.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <tuple>

namespace benchmarks {

namespace {

double quantile(const std::vector<double>& sorted, double q) {
  const double place = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const auto above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

double array_difference(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
  double largest = 0, difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!std::isfinite(a[i]) || !std::isfinite(b[i])) return std::numeric_limits<double>::infinity();
    largest = std::max({largest, std::abs(a[i]), std::abs(b[i])});
    difference = std::max(difference, std::abs(a[i] - b[i]));
  }
  return largest == 0 ? 0 : difference / largest;
}

std::string program_of(const std::string& side) {
  return std::filesystem::read_symlink("/proc/self/exe").string() + "_" + side;
}

/// A Python with PyTorch: the one that comes first, or the system's. Empty where there is none.
const std::string& python() {
  static const std::string found = [] {
    for (const std::string name : {"python3", "/usr/bin/python3"}) {
      if (std::system((name + " -c 'import numpy, torch' 2>/dev/null").c_str()) == 0) return name;
    }
    return std::string();
  }();
  return found;
}

std::vector<std::string> command_of(const std::string& side, const Workload& workload) {
  if (side == "script") return {python(), XTAPE_BENCHMARKS_FOLDER "/" + workload.script};
  return {program_of(side), workload.name};
}

// Both sides' OpenMP and BLAS read the number of threads when they start.
Process::Environment environment_of(int threads, IdleThreads idle) {
  Process::Environment environment{{"OMP_NUM_THREADS", std::to_string(threads)}};
  if (idle == IdleThreads::sleep) environment["OMP_WAIT_POLICY"] = "passive";
  return environment;
}

double median_of_runs(Side& side) {
  side.run(2);
  std::vector<double> seconds;
  for (int i = 0; i < 5; ++i) seconds.push_back(side.run(1).passed);
  return summary(seconds).median;
}

/// What makes a side's runs shorter here and now.
IdleThreads faster_idling(const std::string& side, const Workload& workload, int threads) {
  if (threads == 1 || side == "xtape" || side == "script") return IdleThreads::spin;
  Side spinning(side, workload, threads, IdleThreads::spin);
  const double seconds = median_of_runs(spinning);
  Side sleeping(side, workload, threads, IdleThreads::sleep);
  return seconds <= median_of_runs(sleeping) ? IdleThreads::spin : IdleThreads::sleep;
}

/// A side under measurement.
struct Contestant {
  Contestant(std::string given_name, Side& side, const Schedule& schedule)
      : name(std::move(given_name)), process(side) {
    process.run(1);
    first = process.results();
    process.run(1);
    second = process.results();
    runs = process.runs_in(schedule.seconds_a_round);
  }

  void run_round() {
    if (runs > 1) process.run(1);  // brings its data back into the caches
    const Side::Seconds seconds = process.run(runs);
    passed.push_back(seconds.passed / static_cast<double>(runs));
    processor.push_back(seconds.processor / static_cast<double>(runs));
  }

  std::string name;
  Side& process;
  Results first, second;
  long runs = 1;
  std::vector<double> passed, processor;
};

double median_ratio(const std::vector<double>& above, const std::vector<double>& below) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < above.size(); ++i) ratios.push_back(above[i] / below[i]);
  return summary(ratios).median;
}

SideResult result_of(Contestant& side, const Contestant& ours) {
  SideResult result;
  result.times = summary(side.passed);
  result.processor_time = summary(side.processor).median;
  std::tie(result.memory_at_start, result.memory_peak) = side.process.memory();
  if (side.name == "limit") return result;
  result.times_faster = median_ratio(side.passed, ours.passed);
  result.processor_times_faster = median_ratio(side.processor, ours.processor);
  result.difference = difference(side.first, ours.first);
  result.later_difference = difference({side.second.back()}, {ours.second.back()});
  return result;
}

}  // namespace

Times summary(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {values.front(), quantile(values, 0.25), quantile(values, 0.5), quantile(values, 0.75), values.back()};
}

Side::Side(const std::string& name, const Workload& workload, int threads, IdleThreads idle)
    : m_process(command_of(name, workload), environment_of(threads, idle)) {}

Side::Seconds Side::run(long runs) {
  std::istringstream answer(m_process.ask("run " + std::to_string(runs)));
  Seconds seconds{};
  if (!(answer >> seconds.passed >> seconds.processor)) throw std::runtime_error("a side's answer has no times");
  return seconds;
}

Results Side::results() {
  std::istringstream answer(m_process.ask("results"));
  Results results(1);
  for (std::string word; answer >> word;) {
    if (word == ";") {
      results.emplace_back();
    } else {
      results.back().push_back(std::stod(word));
    }
  }
  results.pop_back();
  return results;
}

std::pair<double, double> Side::memory() {
  std::istringstream answer(m_process.ask("memory"));
  double before = 0, peak = 0;
  if (!(answer >> before >> peak)) throw std::runtime_error("a side's answer has no sizes");
  return {before, peak};
}

void Side::move_to_core(int number) { m_process.move_to(cores()[static_cast<std::size_t>(number) % cores().size()]); }

long Side::runs_in(double seconds) {
  long runs = 1;
  for (;;) {
    const double taken = run(runs).passed;
    if (taken >= seconds / 2) return std::max(1L, std::lround(static_cast<double>(runs) * seconds / taken));
    runs *= 2;
  }
}

bool is_there(const std::string& side) {
  return side == "script" ? !python().empty() : std::filesystem::exists(program_of(side));
}

std::vector<std::string> sides_of(const Workload& workload) {
  std::vector<std::string> sides{"xtape"};
  const std::string other = workload.script.empty() ? "libtorch" : "script";
  if (is_there(other)) sides.push_back(other);
  if (workload.by_hand) sides.push_back("by_hand");
  return sides;
}

std::optional<Workload> limit_of(const Workload& workload) {
  for (Workload& limit : limits()) {
    if ((limit.work.flops > 0 && workload.work.flops > 0) || (limit.work.bytes > 0 && workload.work.bytes > 0)) {
      return limit;
    }
  }
  return {};
}

Measurement measure(const Workload& workload, const Schedule& schedule, int threads) {
  std::deque<Side> sides;
  std::vector<Contestant> contestants;
  for (const std::string& name : sides_of(workload)) {
    sides.emplace_back(name, workload, threads, faster_idling(name, workload, threads));
    contestants.emplace_back(name, sides.back(), schedule);
  }
  if (const auto limit = limit_of(workload)) {
    sides.emplace_back("by_hand", *limit, threads, IdleThreads::sleep);
    contestants.emplace_back("limit", sides.back(), schedule);
  }
  const auto start = std::chrono::steady_clock::now();
  const auto passed = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  for (int round = 0; round < schedule.rounds; ++round) {
    if (round >= schedule.fewest_rounds && passed() > schedule.seconds) break;
    for (Contestant& contestant : contestants) {
      contestant.process.move_to_core(round);
      contestant.run_round();
    }
  }
  Measurement result;
  for (Contestant& contestant : contestants) result[contestant.name] = result_of(contestant, contestants[0]);
  return result;
}

double difference(const Results& a, const Results& b) {
  if (a.size() != b.size() || a.empty()) return std::numeric_limits<double>::infinity();
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) worst = std::max(worst, array_difference(a[i], b[i]));
  return worst;
}

}  // namespace benchmarks
