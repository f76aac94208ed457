#pragma once

#include <sys/types.h>
#include <filesystem>
#include <vector>

#include <benchmarks/measure.hpp>

namespace benchmarks {

/// Keeps every core busy with a process of its own while it lives.
class BusyMachine {
 public:
  BusyMachine();
  BusyMachine(const BusyMachine&) = delete;
  BusyMachine& operator=(const BusyMachine&) = delete;
  ~BusyMachine();

 private:
  std::vector<pid_t> m_processes;
};

/// How much longer a run takes on a busy machine than on a quiet one, with as many threads as there are cores. Prints a
/// table and, unless the folder's name is empty, writes under_load.json there.
void measure_under_load(const std::vector<Workload>& workloads, const std::filesystem::path& out);

}  // namespace benchmarks
