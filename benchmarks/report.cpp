#include <benchmarks/report.hpp>

#include <cmath>
#include <cstdio>
#include <ostream>

#include <autograd/file.hpp>

namespace benchmarks {

namespace {

template <class... Values>
std::string format(const char* how, Values... values) {
  char text[256];
  std::snprintf(text, sizeof text, how, values...);
  return text;
}

/// The line without blanks at its end.
std::string trimmed(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

struct Unit {
  double factor;
  const char* name;
};

Unit unit_of(double seconds) {
  if (seconds >= 1) return {1, "s"};
  return seconds >= 1e-3 ? Unit{1e3, "ms"} : Unit{1e6, "us"};
}

/// As `12.3 us (12.0 .. 13.6)`: the median and the quartiles.
std::string readable(const Times& times) {
  const Unit unit = unit_of(times.median);
  return format("%.4g %s (%.4g .. %.4g)", times.median * unit.factor, unit.name, times.quartile_1 * unit.factor,
                times.quartile_3 * unit.factor);
}

std::string percent(const std::optional<double>& share) { return share ? format("%.0f %%", *share * 100) : ""; }

constexpr const char* line_format = "%-23s %-31s %-31s %6s %6s %6s  %-13s %-22s %s";

// Processor time of a loader's worker processes is not counted where the other side is a script.
bool counts_processor_time(const Workload& workload) { return workload.script.empty(); }

std::string memory(const Row& row) {
  if (!row.memory_ratio()) return "";
  return format("%.0f/%.0f MB %.2f (%.2f)", row.measured.at("xtape").memory_peak / 1e6, row.other()->memory_peak / 1e6,
                *row.memory_ratio(), *row.added_memory_ratio());
}

std::string notes(const Row& row) {
  std::string text;
  const auto by_hand = row.measured.find("by_hand");
  if (by_hand != row.measured.end()) text += format("by hand %.2f", by_hand->second.times_faster);
  if (row.workload.items > 0) {
    text += format("%.0f images/s", row.workload.items / row.measured.at("xtape").times.median);
  }
  if (!row.agrees()) text += "  RESULTS DIFFER";
  return text;
}

nlohmann::json to_json(const SideResult& side) {
  return {{"seconds",
           {{"minimum", side.times.minimum},
            {"quartile_1", side.times.quartile_1},
            {"median", side.times.median},
            {"quartile_3", side.times.quartile_3},
            {"maximum", side.times.maximum}}},
          {"processor_seconds", side.processor_time},
          {"bytes_at_start", side.memory_at_start},
          {"bytes_at_most", side.memory_peak},
          {"times_as_long_as_xtape", side.times_faster},
          {"processor_time_over_xtape", side.processor_times_faster},
          {"difference_of_results", side.difference},
          {"difference_of_loss_after_a_step", side.later_difference}};
}

template <class T>
void set(nlohmann::json& json, const char* name, const std::optional<T>& value) {
  if (value) json[name] = *value;
}

nlohmann::json to_json(const Row& row) {
  nlohmann::json entry{{"workload", row.workload.name}, {"what", row.workload.what}, {"threads", row.threads},
                       {"target", row.workload.target}, {"agrees", row.agrees()},    {"sides", {}}};
  for (const auto& [name, side] : row.measured) {
    entry["sides"][name] = to_json(side);
    if (name != "limit") set(entry["sides"][name], "share_of_limit", row.share(side));
    if (row.workload.items > 0) entry["sides"][name]["images_a_second"] = row.workload.items / side.times.median;
  }
  set(entry, "times_faster", row.times_faster());
  set(entry, "memory_ratio", row.memory_ratio());
  set(entry, "added_memory_ratio", row.added_memory_ratio());
  return entry;
}

}  // namespace

const SideResult* Row::other() const {
  for (const char* name : {"libtorch", "script"}) {
    const auto found = measured.find(name);
    if (found != measured.end()) return &found->second;
  }
  return nullptr;
}

std::optional<double> Row::times_faster() const {
  return other() ? std::optional(other()->times_faster) : std::nullopt;
}

std::optional<double> Row::memory_ratio() const {
  if (!other() || other()->memory_peak == 0) return {};
  return measured.at("xtape").memory_peak / other()->memory_peak;
}

std::optional<double> Row::added_memory_ratio() const {
  if (!memory_ratio()) return {};
  const SideResult& ours = measured.at("xtape");
  return (ours.memory_peak - ours.memory_at_start) / (other()->memory_peak - other()->memory_at_start);
}

std::optional<double> Row::share(const SideResult& side) const {
  const auto limit = limit_of(workload);
  if (!limit) return {};
  const double work =
      workload.work.flops > 0 ? workload.work.flops / limit->work.flops : workload.work.bytes / limit->work.bytes;
  return work * measured.at("limit").times.median / side.times.median;
}

bool Row::agrees() const {
  // The loss averages over what ReLUs and roundings do to single gradients.
  const double loss_tolerance = workload.script.empty() ? std::min(workload.tolerance, 1e-4) : workload.tolerance;
  for (const auto& [name, side] : measured) {
    if (name == "limit") continue;
    if (!(side.difference <= workload.tolerance && side.later_difference <= loss_tolerance)) return false;
  }
  return true;
}

std::string table_head() {
  return trimmed(format(line_format, "workload", "xtape", "libtorch", "faster", "target", "cpu", "of the limit",
                        "peak memory (added)", ""));
}

std::string table_line(const Row& row) {
  const SideResult &ours = row.measured.at("xtape"), *other = row.other();
  std::string times, faster, processor, share = percent(row.share(ours));
  if (other) {
    times = readable(other->times);
    faster = format("%.2f", other->times_faster);
    if (counts_processor_time(row.workload)) processor = format("%.2f", other->processor_times_faster);
    if (!share.empty()) share += " / " + percent(row.share(*other));
  }
  return trimmed(format(line_format, row.workload.name.c_str(), readable(ours.times).c_str(), times.c_str(),
                        faster.c_str(), format("%.2f", row.workload.target).c_str(), processor.c_str(), share.c_str(),
                        memory(row).c_str(), notes(row).c_str()));
}

double geometric_mean(const std::vector<Row>& rows) {
  double logarithms = 0, count = 0;
  for (const Row& row : rows) {
    if (!row.times_faster()) continue;
    logarithms += std::log(*row.times_faster());
    ++count;
  }
  return count == 0 ? 0 : std::exp(logarithms / count);
}

nlohmann::json to_json(const std::vector<Row>& rows) {
  nlohmann::json list = nlohmann::json::array();
  for (const Row& row : rows) list.push_back(to_json(row));
  return list;
}

void write_file(const std::filesystem::path& file, const std::string& text) {
  xtape::replace_file(file, [&](std::ostream& out) { out << text; });
  std::printf("written to %s\n", file.c_str());
}

std::string readable_seconds(double seconds) {
  const Unit unit = unit_of(seconds);
  return format("%.3g %s", seconds * unit.factor, unit.name);
}

}  // namespace benchmarks
