// What a Profiler shows: its table, and its events in Chrome's trace format.

#include <autograd/file.hpp>
#include <autograd/profile_recorder.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <ostream>

namespace xtape {

namespace {

using Row = Profiler::Row;
using SortBy = Profiler::SortBy;
using GroupBy = Profiler::GroupBy;

// Three digits with the unit that suits: "1.23 ms".
std::string with_unit(double value, double step, const std::vector<const char*>& units) {
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < units.size()) {
    value /= step;
    ++unit;
  }
  std::array<char, 64> text{};
  const int decimals = value >= 99.95 || value == 0.0 ? 0 : value >= 9.995 ? 1 : 2;
  std::snprintf(text.data(), text.size(), "%.*f %s", decimals, value, units[unit]);
  return text.data();
}

std::string time_text(double seconds) { return with_unit(seconds * 1e6, 1000.0, {"us", "ms", "s"}); }
std::string bytes_text(std::size_t bytes) {
  return bytes == 0 ? "" : with_unit(static_cast<double>(bytes), 1000.0, {"B", "kB", "MB", "GB", "TB"});
}
std::string flops_text(std::size_t flops) {
  return flops == 0 ? "" : with_unit(static_cast<double>(flops), 1000.0, {"", "k", "M", "G", "T"});
}
// In units of 1e9 a second.
std::string rate_text(std::size_t amount, double seconds) {
  if (amount == 0 || seconds <= 0.0) return "";
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.2f", static_cast<double>(amount) / seconds * 1e-9);
  return text.data();
}
std::string share_text(double part, double whole) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.1f %%", whole > 0.0 ? 100.0 * part / whole : 0.0);
  return text.data();
}

std::string shapes_text(const std::vector<Shape>& shapes) {
  std::string text;
  for (const Shape& shape : shapes) text += (text.empty() ? "" : " ") + to_string(shape);
  return text;
}

double average(const Row& row) { return row.count == 0 ? 0.0 : row.total / static_cast<double>(row.count); }

bool comes_first(const Row& a, const Row& b, SortBy by) {
  switch (by) {
    case SortBy::self:
      return a.self > b.self;
    case SortBy::total:
      return a.total > b.total;
    case SortBy::average:
      return average(a) > average(b);
    case SortBy::count:
      return a.count > b.count;
    case SortBy::bytes:
      return a.bytes > b.bytes;
    case SortBy::flops:
      return a.flops > b.flops;
    case SortBy::allocated:
      return a.allocated > b.allocated;
    case SortBy::name:
      break;
  }
  return a.name < b.name;
}

const char* heading(GroupBy group_by) {
  return group_by == GroupBy::phase ? "phase" : group_by == GroupBy::scope ? "scope" : "operation";
}

using Line = std::vector<std::string>;

Line line_of(const Row& row, double whole, bool with_shapes) {
  Line line{row.name.empty() ? "-" : row.name,
            std::to_string(row.count),
            time_text(row.total),
            time_text(row.self),
            time_text(average(row)),
            share_text(row.self, whole),
            bytes_text(row.bytes),
            rate_text(row.bytes, row.total),
            flops_text(row.flops),
            rate_text(row.flops, row.total),
            bytes_text(row.allocated)};
  if (with_shapes) line.push_back(shapes_text(row.shapes));
  return line;
}

// The first and the last column to the left, numbers to the right.
std::string aligned(const std::vector<Line>& lines, bool last_is_text) {
  std::vector<std::size_t> widths(lines[0].size());
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string text;
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      const bool is_text = i == 0 || (last_is_text && i + 1 == line.size());
      const std::string space(widths[i] - line[i].size(), ' ');
      text += (i == 0 ? "" : "  ") + (is_text ? line[i] + space : space + line[i]);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

// All operations; what others called is part of those.
Row total_row(const std::vector<Profiler::Event>& events) {
  using Kind = Profiler::Event::Kind;
  Row total{.name = "total"};
  for (const Profiler::Event& event : events) {
    if (event.kind == Kind::region) continue;
    ++total.count;
    total.self += event.self;
    auto caller = event.parent;
    while (caller >= 0 && events[static_cast<std::size_t>(caller)].kind == Kind::region) {
      caller = events[static_cast<std::size_t>(caller)].parent;
    }
    if (caller >= 0) continue;
    total.total += event.duration;
    total.bytes += event.bytes;
    total.flops += event.flops;
    total.allocated += event.allocated;
  }
  return total;
}

nlohmann::json to_json(const Profiler::Event& event, int process, bool with_shapes) {
  nlohmann::json args{{"bytes", event.bytes}, {"flops", event.flops}, {"allocated", event.allocated}};
  if (!event.scope.empty()) args["scope"] = event.scope;
  if (with_shapes) {
    args["shapes"] = nlohmann::json::array();
    for (const Shape& shape : event.shapes) args["shapes"].push_back(to_string(shape));
  }
  return {{"name", event.name},
          {"cat", event.kind == Profiler::Event::Kind::region ? "scope" : to_string(event.phase)},
          {"ph", "X"},
          {"ts", event.start * 1e6},
          {"dur", event.duration * 1e6},
          {"pid", process},
          {"tid", process},
          {"args", std::move(args)}};
}

}  // namespace

std::string Profiler::table() const { return table(TableOptions{}); }

std::string Profiler::table(const TableOptions& options) const {
  std::vector<Row> rows = summary(options.group_by);
  std::stable_sort(rows.begin(), rows.end(),
                   [&](const Row& a, const Row& b) { return comes_first(a, b, options.sort_by); });
  const Row total = total_row(events());
  const bool with_shapes = options.group_by == GroupBy::shapes;
  std::vector<Line> lines{{heading(options.group_by), "count", "total", "self", "average", "share", "bytes", "GB/s",
                           "flops", "GFLOP/s", "allocated"}};
  if (with_shapes) lines[0].push_back("shapes");
  const std::size_t shown = options.row_limit == 0 ? rows.size() : std::min(options.row_limit, rows.size());
  for (std::size_t i = 0; i < shown; ++i) lines.push_back(line_of(rows[i], total.self, with_shapes));
  if (shown < rows.size()) {
    lines.push_back(Line(lines[0].size()));
    lines.back()[0] = "... and " + std::to_string(rows.size() - shown) + " more";
  }
  lines.push_back(line_of(total, total.self, with_shapes));
  return aligned(lines, with_shapes) + "recorded for " + time_text(seconds()) + ", of which operations took " +
         share_text(total.self, seconds()) + "\n";
}

std::ostream& operator<<(std::ostream& out, const Profiler& profiler) { return out << profiler.table(); }

void Profiler::save_chrome_trace(const std::filesystem::path& path) const {
  const int process = static_cast<int>(::getpid());
  // Names are the user's: bytes that are not UTF-8 are replaced.
  const auto text = [](const nlohmann::json& json) {
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  };
  const nlohmann::json title{
      {"name", "process_name"}, {"ph", "M"}, {"pid", process}, {"tid", process}, {"args", {{"name", "xtape"}}}};
  replace_file(path, [&](std::ostream& out) {
    out << "{\"displayTimeUnit\": \"ms\", \"traceEvents\": [\n" << text(title);
    for (const Event& event : events()) out << ",\n" << text(to_json(event, process, m_recorder->records_shapes()));
    out << "\n]}\n";
  });
}

}  // namespace xtape
