#pragma once

// A workload is the same program in xtape, in libtorch and, where it says something, as a loop written by hand, each in
// its own source. This header is all that they include of each other, so it stays C++17 and knows no library.

#include <functional>
#include <string>
#include <vector>

namespace benchmarks {

/// One side of a workload, ready to run.
struct Program {
  std::function<void()> run;                       ///< what is timed, once
  std::function<std::vector<double>()> gradients;  ///< what the last run computed; all sides must agree on it
};

/// Makes a side; empty where there is none.
using Maker = std::function<Program()>;

struct Workload {
  std::string name;
  std::string what;
  double tolerance;  ///< how far the gradients may lie apart, relative to the largest
  double target;     ///< how many times faster than libtorch xtape means to be
  Maker xtape;
  Maker libtorch;
  Maker by_hand = {};
};

/// Values that every side starts from: the same numbers in [low, high) for a seed, from a linear congruential
/// generator.
inline std::vector<float> numbers(std::size_t count, unsigned seed, float low, float high) {
  std::vector<float> result(count);
  unsigned long long state = seed + 1;
  for (float& value : result) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    value = low + (high - low) * static_cast<float>(state >> 40) / 16777216.0f;
  }
  return result;
}

/// A few of the values of each array, for comparison: sums would hide what differs.
inline void sample(std::vector<double>& into, const float* values, std::size_t count) {
  for (std::size_t i = 0; i < 16; ++i) into.push_back(values[i * (count - 1) / 15]);
}

}  // namespace benchmarks
