// One side of one workload, in a process of its own: what another library does to threads and memory is not felt here.
// It is told what to do on its input and answers on its output, a line each:
//
//   run N     runs it N times; answers with the seconds that passed and those of processor time
//   results   answers with the arrays to compare: numbers, and a semicolon behind each array
//   memory    answers with two numbers of bytes: in use before the workload was made, and at most since
//   about     answers with what computes there, and its version
//
// Usage: SIDE WORKLOAD

#include <chrono>
#include <cstdio>
#include <ctime>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>

#include <benchmarks/workloads.hpp>

namespace benchmarks {

namespace {

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// Bytes of this process; "VmRSS" for those resident now, "VmHWM" for the most there were.
double resident(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind(field + ":", 0) == 0) return 1024 * std::stod(line.substr(field.size() + 1));
  }
  return 0;
}

void run(const Program& program, long runs) {
  const auto start = std::chrono::steady_clock::now();
  const double processor_start = processor_seconds();
  for (long i = 0; i < runs; ++i) program.run();
  const double processor = processor_seconds() - processor_start;
  std::printf("%.9g %.9g\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
              processor);
}

void print(const Results& results) {
  for (const auto& array : results) {
    for (const double value : array) std::printf("%.17g ", value);
    std::printf("; ");
  }
  std::printf("\n");
}

void serve(const std::string& name) {
  const double before = resident("VmRSS");
  const Workload chosen = workload(name);
  if (!chosen.maker) throw std::invalid_argument("this side does not have the workload " + name);
  const Program program = chosen.maker();
  for (std::string word; std::cin >> word;) {
    if (word == "run") {
      long runs = 0;
      std::cin >> runs;
      run(program, runs);
    } else if (word == "results") {
      print(program.results());
    } else if (word == "memory") {
      std::printf("%.0f %.0f\n", before, resident("VmHWM"));
    } else if (word == "about") {
      std::printf("%s\n", about().c_str());
    } else {
      throw std::invalid_argument("unknown command " + word);
    }
    std::fflush(stdout);
  }
}

}  // namespace

}  // namespace benchmarks

int main(int argc, char** argv) {
  try {
    if (argc != 2) throw std::invalid_argument("usage: " + std::string(argv[0]) + " WORKLOAD");
    benchmarks::serve(argv[1]);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << argv[0] << ": " << error.what() << "\n";
    return 2;
  }
}
