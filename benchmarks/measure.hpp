#pragma once

#include <map>
#include <string>

#include <benchmarks/process.hpp>
#include <benchmarks/workloads.hpp>

namespace benchmarks {

/// Seconds a run, over the rounds of one session.
struct Times {
  double minimum = 0, quartile_1 = 0, median = 0, quartile_3 = 0, maximum = 0;
};

Times summary(std::vector<double> values);

/// What was measured of one side.
struct SideResult {
  Times times;                 ///< that passed
  double processor_time = 0;   ///< of all its threads together, a run; the median
  double memory_at_start = 0;  ///< bytes that were resident before the workload was made: the libraries
  double memory_peak = 0;      ///< bytes that were resident at most
  // Beside xtape:
  double times_faster = 1;  ///< its time over xtape's: the median over the rounds, each of which ran every side
  double processor_times_faster = 1;  ///< the same of processor time: less exact, but other programs do not disturb it
  double difference = 0;              ///< of the first run's results, relative to the largest of an array; the worst
  double later_difference = 0;        ///< of the second run's last array, the loss, before which weights were updated
};

/// By the side's name: "xtape", "libtorch", "by_hand", "script"; and "limit", the machine's own in the same rounds,
/// where the workload says what it must do.
using Measurement = std::map<std::string, SideResult>;

struct Schedule {
  int rounds = 21;
  int fewest_rounds = 5;
  double seconds_a_round = 0.03;  ///< for each side; one run where that takes longer
  double seconds = 12;            ///< after which no round begins, once there were the fewest
};

/// What OpenMP's threads do while there is no work for them. Spinning is libgomp's default: the next work begins at
/// once, but on a machine that others use a team then waits for a member whose core is taken.
enum class IdleThreads { spin, sleep };

/// A side's process at work.
class Side {
 public:
  /// Where `name` is "script", the workload's script is started with Python. xtape decides itself what idle threads do.
  Side(const std::string& name, const Workload& workload, int threads, IdleThreads idle = IdleThreads::spin);

  struct Seconds {
    double passed, processor;
  };
  Seconds run(long runs);
  Results results();
  /// Bytes in use before the workload was made, and at most.
  std::pair<double, double> memory();
  /// What computes there.
  std::string about() { return m_process.ask("about"); }
  /// Puts it on one of the machine's cores: one may be slower than another, as where a neighbour uses it, too.
  void move_to_core(int number);
  /// How many runs fill the time; running them warms caches and pools.
  long runs_in(double seconds);

 private:
  Process m_process;
};

/// Whether a side was built; for "script", whether there is a Python with PyTorch.
bool is_there(const std::string& side);

/// The limit() that the workload's work runs into; nothing where it does not say.
std::optional<Workload> limit_of(const Workload& workload);

/// The sides of a workload that are there, xtape first.
std::vector<std::string> sides_of(const Workload& workload);

/// Runs the sides by turns, so that what else the machine does falls on all. The sides beside xtape run with idle
/// threads that spin or sleep, whichever is faster.
Measurement measure(const Workload& workload, const Schedule& schedule, int threads);

/// 0 where the arrays are equal, infinity where they do not fit together or are not finite.
double difference(const Results& a, const Results& b);

}  // namespace benchmarks
