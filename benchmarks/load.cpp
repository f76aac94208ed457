#include <benchmarks/load.hpp>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <cstdio>

#include <benchmarks/report.hpp>

namespace benchmarks {

namespace {

// One of two programs for each core: half of the time, and a little for the change between them.
constexpr double target = 4;

// A process that is preempted waits for many milliseconds: a round must be long enough to take part in that fairly.
constexpr int rounds = 3;
constexpr double seconds_a_round = 0.4;

double median_seconds(Side& side, long runs) {
  std::vector<double> seconds;
  for (int round = 0; round < rounds; ++round) {
    seconds.push_back(side.run(runs).passed / static_cast<double>(runs));
  }
  return summary(seconds).median;
}

struct QuietAndBusy {
  double quiet, busy;
};

QuietAndBusy under_load(const std::string& name, const Workload& workload, int threads, IdleThreads idle) {
  Side side(name, workload, threads, idle);
  const double quiet = median_seconds(side, side.runs_in(seconds_a_round));
  const BusyMachine busy_machine;
  return {quiet, median_seconds(side, side.runs_in(seconds_a_round))};
}

/// Other libraries' idle threads sleep or spin, whichever is better on the busy machine.
QuietAndBusy under_load(const std::string& name, const Workload& workload, int threads) {
  const QuietAndBusy spinning = under_load(name, workload, threads, IdleThreads::spin);
  if (name != "libtorch") return spinning;
  const QuietAndBusy sleeping = under_load(name, workload, threads, IdleThreads::sleep);
  return spinning.busy < sleeping.busy ? spinning : sleeping;
}

}  // namespace

BusyMachine::BusyMachine() {
  for (int core = 0; core < core_count(); ++core) {
    const pid_t process = fork();
    if (process == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      for (volatile unsigned long turns = 0;;) turns = turns + 1;
    }
    if (process > 0) m_processes.push_back(process);
  }
}

BusyMachine::~BusyMachine() {
  for (const pid_t process : m_processes) {
    kill(process, SIGKILL);
    waitpid(process, nullptr, 0);
  }
}

void measure_under_load(const std::vector<Workload>& workloads, const std::filesystem::path& out) {
  const int threads = core_count();
  nlohmann::json report{{"threads", threads}, {"target", target}, {"workloads", nlohmann::json::object()}};
  std::printf(
      "A run on a quiet machine and beside %d busy processes, %d threads; target: at most %.0f times as long\n\n",
      threads, threads, target);
  std::printf("%-24s %-9s %12s %12s %8s\n", "workload", "side", "quiet", "busy", "ratio");
  for (const Workload& workload : workloads) {
    for (const std::string& name : sides_of(workload)) {
      const QuietAndBusy times = under_load(name, workload, threads);
      report["workloads"][workload.name][name] = {
          {"quiet", times.quiet}, {"busy", times.busy}, {"ratio", times.busy / times.quiet}};
      std::printf("%-24s %-9s %12s %12s %8.2f\n", workload.name.c_str(), name.c_str(),
                  readable_seconds(times.quiet).c_str(), readable_seconds(times.busy).c_str(),
                  times.busy / times.quiet);
      std::fflush(stdout);
    }
  }
  if (!out.empty()) write_file(out / "under_load.json", report.dump(2) + "\n");
}

}  // namespace benchmarks
