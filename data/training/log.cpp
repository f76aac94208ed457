#include <autograd/file.hpp>
#include <data/files.hpp>
#include <data/training/log.hpp>

#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>

namespace xtape::training {

namespace {

bool is_csv(const std::filesystem::path& path) { return path.extension() == ".csv"; }

bool is_count(const std::string& name) { return name == "epoch" || name == "step"; }

// The shortest text that reads back as the same number, in every locale.
std::string shortest(double value) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

std::string csv_cell(const std::string& name, const std::optional<double>& value) {
  if (!value) return "";
  return is_count(name) ? std::to_string(static_cast<std::uint64_t>(*value)) : shortest(*value);
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (const std::string& cell : cells) line += (&cell == &cells.front() ? "" : ",") + cell;
  return line + '\n';
}

nlohmann::ordered_json json_number(const std::string& name, const std::optional<double>& value) {
  if (!value || !std::isfinite(*value)) return nullptr;
  if (is_count(name)) return static_cast<std::uint64_t>(*value);
  return *value;
}

}  // namespace

void Log::check_extension(const std::filesystem::path& path) {
  if (is_csv(path) || path.extension() == ".jsonl") return;
  throw IoError(data::quoted(path) + ": a training log is named .csv or .jsonl");
}

Log::Log(const std::filesystem::path& path, std::vector<std::string> columns, const History& so_far)
    : m_path(path), m_columns(std::move(columns)) {
  check_extension(path);
  replace_file(path, [&](std::ostream& out) {
    if (is_csv(path)) out << csv_line(m_columns);
    for (const EpochResult& result : so_far.epochs) out << line(result);
  });
  m_out.open(path, std::ios::binary | std::ios::app);
}

std::string Log::line(const EpochResult& result) const {
  if (is_csv(m_path)) {
    std::vector<std::string> cells;
    for (const std::string& name : m_columns) cells.push_back(csv_cell(name, result.find(name)));
    return csv_line(cells);
  }
  nlohmann::ordered_json object;
  for (const std::string& name : m_columns) object[name] = json_number(name, result.find(name));
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

void Log::append(const EpochResult& result) {
  m_out << line(result) << std::flush;
  if (!m_out) throw IoError(data::quoted(m_path) + ": a line of the training log cannot be written");
}

}  // namespace xtape::training
