#pragma once

#include <map>
#include <string>
#include <vector>

#include <autograd/profiler.hpp>

/// Rows of a Profiler's summary by name, and how often each operation ran.
namespace profiled {

using xtape::Profiler;
using Counts = std::map<std::string, std::size_t>;

inline Profiler::Row row_of(const std::vector<Profiler::Row>& rows, const std::string& name) {
  for (const Profiler::Row& row : rows) {
    if (row.name == name) return row;
  }
  return {.name = "no row " + name};
}

inline Profiler::Row row_of(const Profiler& profiler, const std::string& name) {
  return row_of(profiler.summary(), name);
}

inline Counts counts_of(const Profiler& profiler) {
  Counts counts;
  for (const Profiler::Row& row : profiler.summary()) counts[row.name] = row.count;
  return counts;
}

/// What one call says of itself.
template <class F>
Profiler::Row row_after(const std::string& name, const F& call) {
  Profiler profiler;
  call();
  return row_of(profiler, name);
}

}  // namespace profiled
