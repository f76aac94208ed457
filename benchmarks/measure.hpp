#pragma once

#include <optional>
#include <string>
#include <vector>

#include <benchmarks/workload.hpp>

namespace benchmarks {

/// Seconds a run, over the rounds of one session.
struct Times {
  double minimum, quartile_1, median, quartile_3, maximum;
};

/// Another side beside xtape's.
struct Peer {
  Times times{};
  double ratio = 0;       ///< its time over xtape's: the median over the rounds, each of which ran every side
  double difference = 0;  ///< between the gradients of both, relative to the largest
};

struct Measurement {
  Times xtape{};
  std::optional<Peer> libtorch, by_hand;
};

struct Schedule {
  int rounds = 31;
  double seconds_a_round = 0.02;  ///< for each side; one run where that takes longer
};

/// Runs the sides by turns, so that what else the machine does falls on all.
Measurement measure(const Workload& workload, const Schedule& schedule);

}  // namespace benchmarks
