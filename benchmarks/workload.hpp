#pragma once

// A workload is the same program twice: in xtape and in libtorch, each in its own source. This header is all that both
// include, so it stays C++17 and knows neither library.

#include <functional>
#include <string>
#include <vector>

namespace benchmarks {

/// One side of a workload, ready to run.
struct Program {
  std::function<void()> run;                       ///< what is timed, once
  std::function<std::vector<double>()> gradients;  ///< what the last run computed; both sides must agree on it
};

struct Workload {
  std::string name;
  std::string what;
  double tolerance;  ///< how far the gradients may lie apart, relative to the largest
  double target;     ///< how many times faster than libtorch xtape means to be
  Program (*xtape)();
  Program (*libtorch)();  ///< null where libtorch is missing
};

}  // namespace benchmarks
