#pragma once

#include <string>
#include <vector>

#include <benchmarks/workload.hpp>

namespace benchmarks {

/// Seconds a run, over the rounds of one session.
struct Times {
  double minimum, quartile_1, median, quartile_3, maximum;
};

struct Measurement {
  Times xtape{};
  Times libtorch{};
  bool has_libtorch = false;
  double ratio = 0;       ///< how many times faster xtape is: the median over the rounds, each of which ran both sides
  double difference = 0;  ///< between the gradients of both sides, relative to the largest
};

struct Schedule {
  int rounds = 31;
  double seconds_a_round = 0.02;  ///< for each side
};

/// Runs both sides by turns, so that what else the machine does falls on both.
Measurement measure(const Workload& workload, const Schedule& schedule);

}  // namespace benchmarks
