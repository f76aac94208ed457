#pragma once

// A workload is the same program in xtape, in libtorch and, where it says something, as a loop written by hand, each in
// its own source and run by a process of its own. This header is all that they include of each other, so it stays C++17
// and knows no library.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace benchmarks {

/// Arrays that the sides compare, or a few values of each.
using Results = std::vector<std::vector<double>>;

/// One side of a workload, ready to run.
struct Program {
  std::function<void()> run;         ///< what is timed, once
  std::function<Results()> results;  ///< what the last run computed; all sides must agree on it
};

/// Makes a side; empty where there is none.
using Maker = std::function<Program()>;

/// What computes on a side, for the report: each has its own.
std::string about();

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

/// Whole numbers in [0, limit) in the same way: classes, words, characters.
inline std::vector<std::int64_t> whole_numbers(std::size_t count, unsigned seed, std::size_t limit) {
  std::vector<std::int64_t> result;
  for (const float value : numbers(count, seed, 0.0f, static_cast<float>(limit))) {
    result.push_back(static_cast<std::int64_t>(value));
  }
  return result;
}

/// A few of an array's values, for comparison: sums would hide what differs.
inline std::vector<double> sample(const float* values, std::size_t count) {
  std::vector<double> result;
  for (std::size_t i = 0; i < 16; ++i) result.push_back(values[i * (count - 1) / 15]);
  return result;
}

}  // namespace benchmarks
