#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include <benchmarks/machine.hpp>
#include <benchmarks/measure.hpp>

namespace benchmarks {

/// A workload that was measured with so many threads.
struct Row {
  Workload workload;
  int threads;
  Measurement measured;

  /// The side that xtape is compared with; nothing where it was not built.
  const SideResult* other() const;
  /// How many times faster than it xtape is, and how many times smaller: the peak memory of xtape over its. Both of the
  /// whole processes and of what the workload added to them.
  std::optional<double> times_faster() const;
  std::optional<double> memory_ratio() const;
  std::optional<double> added_memory_ratio() const;
  /// The part that a side reaches of what the limit gave in the same rounds.
  std::optional<double> share(const SideResult& side) const;
  /// Whether all sides computed the same.
  bool agrees() const;
};

/// The table for the terminal, line by line.
std::string table_head();
std::string table_line(const Row& row);

/// exp(mean(log(times_faster))); 0 where nothing was compared.
double geometric_mean(const std::vector<Row>& rows);

nlohmann::json to_json(const std::vector<Row>& rows);

/// Writes a text, as a whole or not at all, and says so. Throws IoError.
void write_file(const std::filesystem::path& file, const std::string& text);

/// As "1.23 ms", "45.6 us".
std::string readable_seconds(double seconds);

}  // namespace benchmarks
