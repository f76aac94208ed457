#include <benchmarks/measure.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

namespace benchmarks {

namespace {

double seconds_of(const Program& program, long runs) {
  const auto start = std::chrono::steady_clock::now();
  for (long i = 0; i < runs; ++i) program.run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// How many runs fill the time; running them warms caches and pools.
long runs_in(const Program& program, double seconds) {
  long runs = 1;
  for (;;) {
    const double taken = seconds_of(program, runs);
    if (taken >= seconds / 2) return std::max(1L, std::lround(static_cast<double>(runs) * seconds / taken));
    runs *= 2;
  }
}

double quantile(const std::vector<double>& sorted, double q) {
  const double place = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const auto above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

Times summary(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  return {times.front(), quantile(times, 0.25), quantile(times, 0.5), quantile(times, 0.75), times.back()};
}

double relative_difference(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size() || a.empty()) return std::numeric_limits<double>::infinity();
  double largest = 0, difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!std::isfinite(a[i]) || !std::isfinite(b[i])) return std::numeric_limits<double>::infinity();
    largest = std::max({largest, std::abs(a[i]), std::abs(b[i])});
    difference = std::max(difference, std::abs(a[i] - b[i]));
  }
  return largest == 0 ? 0 : difference / largest;
}

}  // namespace

Measurement measure(const Workload& workload, const Schedule& schedule) {
  Measurement result;
  result.has_libtorch = workload.libtorch != nullptr;

  const Program ours = workload.xtape();
  const Program theirs = result.has_libtorch ? workload.libtorch() : Program{};
  const long our_runs = runs_in(ours, schedule.seconds_a_round);
  const long their_runs = result.has_libtorch ? runs_in(theirs, schedule.seconds_a_round) : 0;
  if (result.has_libtorch) result.difference = relative_difference(ours.gradients(), theirs.gradients());

  std::vector<double> our_times, their_times, ratios;
  for (int round = 0; round < schedule.rounds; ++round) {
    our_times.push_back(seconds_of(ours, our_runs) / static_cast<double>(our_runs));
    if (!result.has_libtorch) continue;
    their_times.push_back(seconds_of(theirs, their_runs) / static_cast<double>(their_runs));
    ratios.push_back(their_times.back() / our_times.back());
  }
  result.xtape = summary(our_times);
  if (result.has_libtorch) {
    result.libtorch = summary(their_times);
    result.ratio = summary(ratios).median;
  }
  return result;
}

}  // namespace benchmarks
