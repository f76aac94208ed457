#include <autograd/profile_recorder.hpp>

#include <algorithm>
#include <map>

namespace xtape {

namespace {

using profile::Entry;

constexpr double nanosecond = 1e-9;

std::int64_t duration(const Entry& entry) { return entry.end - entry.start; }

// What tells the row of an entry from other rows.
struct Key {
  std::string name;
  std::vector<Shape> shapes;
  auto operator<=>(const Key&) const = default;
};

Key key_of(const profile::Recorder& recorder, const Entry& entry, Profiler::GroupBy group_by) {
  switch (group_by) {
    case Profiler::GroupBy::phase:
      return {to_string(entry.phase), {}};
    case Profiler::GroupBy::scope:
      return {recorder.names().text(entry.scope), {}};
    case Profiler::GroupBy::shapes: {
      const auto shapes = recorder.shapes_of(entry);
      return {recorder.names().text(entry.name), {shapes.begin(), shapes.end()}};
    }
    case Profiler::GroupBy::name:
      break;
  }
  return {recorder.names().text(entry.name), {}};
}

}  // namespace

const char* to_string(Phase phase) {
  switch (phase) {
    case Phase::forward:
      return "forward";
    case Phase::backward:
      return "backward";
    case Phase::optimizer:
      return "optimizer";
    case Phase::data:
      break;
  }
  return "data";
}

Profiler::Profiler() : Profiler(Options{}) {}
Profiler::Profiler(Options options) : m_recorder(std::make_unique<profile::Recorder>(options)) {}
Profiler::~Profiler() = default;

void Profiler::pause() { m_recorder->stop(); }

void Profiler::resume() {
  if (m_recorder->stopped_for_good) throw Error("Profiler: it was stopped; pause() is what can be resumed");
  m_recorder->run();
}

void Profiler::stop() {
  m_recorder->stop();
  m_recorder->stopped_for_good = true;
}

double Profiler::seconds() const { return static_cast<double>(m_recorder->nanoseconds()) * nanosecond; }

std::vector<Profiler::Event> Profiler::events() const {
  std::vector<Event> events;
  for (const Entry& entry : m_recorder->entries()) {
    const auto shapes = m_recorder->shapes_of(entry);
    events.push_back({.name = m_recorder->names().text(entry.name),
                      .kind = entry.is_region ? Event::Kind::region : Event::Kind::operation,
                      .phase = entry.phase,
                      .scope = m_recorder->names().text(entry.scope),
                      .start = static_cast<double>(entry.start - m_recorder->first_moment()) * nanosecond,
                      .duration = static_cast<double>(duration(entry)) * nanosecond,
                      .self = static_cast<double>(duration(entry) - entry.children) * nanosecond,
                      .bytes = entry.bytes,
                      .flops = entry.flops,
                      .allocated = entry.allocated,
                      .parent = entry.parent,
                      .shapes = {shapes.begin(), shapes.end()}});
  }
  return events;
}

std::vector<Profiler::Row> Profiler::summary(GroupBy group_by) const {
  const std::vector<Entry> entries = m_recorder->entries();
  std::map<Key, std::size_t> numbers;
  std::vector<std::size_t> row_of(entries.size());
  std::vector<Row> rows;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = entries[i];
    if (entry.is_region) continue;
    Key key = key_of(*m_recorder, entry, group_by);
    row_of[i] = numbers.emplace(key, rows.size()).first->second;
    if (row_of[i] == rows.size()) rows.push_back({.name = std::move(key.name), .shapes = std::move(key.shapes)});
    Row& row = rows[row_of[i]];
    ++row.count;
    row.self += static_cast<double>(duration(entry) - entry.children) * nanosecond;
    bool within = false;  // another operation of the row
    for (auto caller = entry.parent; caller >= 0 && !within;
         caller = entries[static_cast<std::size_t>(caller)].parent) {
      const auto number = static_cast<std::size_t>(caller);
      within = !entries[number].is_region && row_of[number] == row_of[i];
    }
    if (within) continue;
    row.total += static_cast<double>(duration(entry)) * nanosecond;
    row.bytes += entry.bytes;
    row.flops += entry.flops;
    row.allocated += entry.allocated;
  }
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.self > b.self; });
  return rows;
}

}  // namespace xtape
