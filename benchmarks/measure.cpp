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

/// A side under measurement.
struct Side {
  Side(const Maker& maker, double seconds) : program(maker()), runs(runs_in(program, seconds)) {}
  void run_round() { times.push_back(seconds_of(program, runs) / static_cast<double>(runs)); }

  Program program;
  long runs;
  std::vector<double> times;
};

Peer compare(const Side& peer, const Side& ours) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < peer.times.size(); ++i) ratios.push_back(peer.times[i] / ours.times[i]);
  return {summary(peer.times), summary(ratios).median,
          relative_difference(ours.program.gradients(), peer.program.gradients())};
}

}  // namespace

Measurement measure(const Workload& workload, const Schedule& schedule) {
  Side ours(workload.xtape, schedule.seconds_a_round);
  std::optional<Side> libtorch, by_hand;
  if (workload.libtorch) libtorch.emplace(workload.libtorch, schedule.seconds_a_round);
  if (workload.by_hand) by_hand.emplace(workload.by_hand, schedule.seconds_a_round);
  for (int round = 0; round < schedule.rounds; ++round) {
    ours.run_round();
    if (by_hand) by_hand->run_round();
    if (libtorch) libtorch->run_round();
  }
  Measurement result{summary(ours.times), {}, {}};
  if (libtorch) result.libtorch = compare(*libtorch, ours);
  if (by_hand) result.by_hand = compare(*by_hand, ours);
  return result;
}

}  // namespace benchmarks
