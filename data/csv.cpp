#include <autograd/ops/shape.hpp>
#include <autograd/ops/slice.hpp>
#include <data/csv.hpp>
#include <data/csv_records.hpp>

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>

namespace xtape::data {

namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

template <class T>
std::optional<T> number(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<bool> truth(std::string_view text) {
  text = trimmed(text);
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  return std::nullopt;
}

bool is_of_type(ColumnType type, const std::string& field) {
  switch (type) {
    case ColumnType::integer:
      return number<std::int64_t>(field).has_value();
    case ColumnType::real:
      return number<double>(field).has_value();
    case ColumnType::boolean:
      return truth(field).has_value();
    case ColumnType::text:
      break;
  }
  return true;
}

const char* description(ColumnType type) {
  switch (type) {
    case ColumnType::integer:
      return "a whole number of 64 bits";
    case ColumnType::real:
      return "a number";
    case ColumnType::boolean:
      return "true or false";
    case ColumnType::text:
      break;
  }
  return "a text";
}

ColumnType type_of(const std::vector<std::string>& fields, const std::vector<bool>& present) {
  const bool complete = std::find(present.begin(), present.end(), false) == present.end();
  const bool empty = std::find(present.begin(), present.end(), true) == present.end();
  const auto all = [&](ColumnType type) {
    for (std::size_t row = 0; row < fields.size(); ++row) {
      if (present[row] && !is_of_type(type, fields[row])) return false;
    }
    return true;
  };
  if (empty) return ColumnType::real;
  if (complete && all(ColumnType::integer)) return ColumnType::integer;
  if (complete && all(ColumnType::boolean)) return ColumnType::boolean;
  return all(ColumnType::real) ? ColumnType::real : ColumnType::text;
}

std::string listed(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "'" : ", '") + name + "'";
  return list;
}

}  // namespace

Table::Table(ByteSpan bytes, std::string name, const CsvOptions& options) : m_name(std::move(name)) {
  std::vector<CsvRecord> records = read_csv_records(bytes, options.separator, m_name);
  read_names(records, options.header);
  read_fields(records, options);
  for (const auto& [column, type] : options.types) {
    const auto place_of = std::find(m_names.begin(), m_names.end(), column) - m_names.begin();
    find(column);
    m_columns[static_cast<std::size_t>(place_of)].type = type;
    check_fields(column, find(column));
  }
}

void Table::read_names(std::vector<CsvRecord>& records, bool header) {
  if (records.empty()) {
    if (header) throw IoError(m_name + ": no header; the first line names the columns");
    return;
  }
  for (std::size_t i = 0; i < records[0].fields.size(); ++i) {
    std::string name = header ? std::string(trimmed(records[0].fields[i].text)) : std::to_string(i);
    if (std::find(m_names.begin(), m_names.end(), name) != m_names.end()) {
      throw IoError(m_name + ", line " + std::to_string(records[0].line) + ": two columns are named '" + name + "'");
    }
    m_names.push_back(std::move(name));
  }
  if (header) records.erase(records.begin());
}

void Table::read_fields(std::vector<CsvRecord>& records, const CsvOptions& options) {
  m_columns.resize(m_names.size());
  for (CsvRecord& record : records) {
    if (record.fields.size() != m_names.size()) {
      throw IoError(m_name + ", line " + std::to_string(record.line) + ": " + std::to_string(record.fields.size()) +
                    " fields; the first line has " + std::to_string(m_names.size()));
    }
    m_lines.push_back(record.line);
    for (std::size_t c = 0; c < m_columns.size(); ++c) {
      auto& [text, is_quoted] = record.fields[c];
      const bool missing = !is_quoted && std::find(options.missing.begin(), options.missing.end(), trimmed(text)) !=
                                             options.missing.end();
      m_columns[c].present.push_back(!missing);
      m_columns[c].fields.push_back(std::move(text));
    }
  }
  for (Column& column : m_columns) column.type = type_of(column.fields, column.present);
}

void Table::check_fields(const std::string& name, const Column& column) const {
  for (std::size_t row = 0; row < rows(); ++row) {
    if (column.present[row] ? is_of_type(column.type, column.fields[row])
                            : column.type == ColumnType::real || column.type == ColumnType::text) {
      continue;
    }
    throw IoError(place(row, name) + ": " +
                  (column.present[row] ? "'" + column.fields[row] + "' is not " : "a missing value is not ") +
                  description(column.type));
  }
}

const Table::Column& Table::find(const std::string& name) const {
  const auto found = std::find(m_names.begin(), m_names.end(), name);
  if (found != m_names.end()) return m_columns[static_cast<std::size_t>(found - m_names.begin())];
  throw Error(m_name + ": there is no column '" + name + "'; there are " + listed(m_names));
}

std::string Table::place(std::size_t row, const std::string& column) const {
  return m_name + ", line " + std::to_string(m_lines[row]) + ", column '" + column + "'";
}

Tensor Table::operator[](const std::string& name) const {
  const Column& column = find(name);
  if (column.type == ColumnType::text) {
    throw DtypeError(m_name + ": column '" + name + "' holds texts" +
                     (column.fields.empty() ? "" : ", such as '" + column.fields[0] + "'") +
                     "; categories() numbers them");
  }
  const DType dtype = column.type == ColumnType::integer ? int64 : column.type == ColumnType::real ? float64 : boolean;
  Tensor result = Tensor::uninitialized({rows()}, dtype);
  for (std::size_t row = 0; row < rows(); ++row) {
    const std::string& field = column.fields[row];
    void* const values = result.mutable_data();
    if (dtype == int64) {
      static_cast<std::int64_t*>(values)[row] = *number<std::int64_t>(field);
    } else if (dtype == boolean) {
      static_cast<bool*>(values)[row] = *truth(field);
    } else {
      static_cast<double*>(values)[row] =
          column.present[row] ? *number<double>(field) : std::numeric_limits<double>::quiet_NaN();
    }
  }
  return result;
}

Tensor Table::matrix(const std::vector<std::string>& columns, DType dtype) const {
  Tensor result = Tensor::uninitialized({rows(), columns.size()}, dtype);
  for (std::size_t c = 0; c < columns.size(); ++c) {
    view(result, {xt::all(), static_cast<std::ptrdiff_t>(c)}).assign((*this)[columns[c]]);
  }
  return result;
}

Tensor Table::missing(const std::string& column) const {
  const std::vector<bool>& present = find(column).present;
  Tensor result = Tensor::uninitialized({rows()}, boolean);
  std::transform(present.begin(), present.end(), static_cast<bool*>(result.mutable_data()), std::logical_not());
  return result;
}

void Table::check_present(const std::string& name) const {
  const std::vector<bool>& present = find(name).present;
  const auto row = static_cast<std::size_t>(std::find(present.begin(), present.end(), false) - present.begin());
  if (row == rows()) return;
  throw IoError(place(row, name) + ": the value is missing; without_missing() drops such rows");
}

Categories Table::categories(const std::string& column) const {
  std::vector<std::string> names = find(column).fields;
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return categories(column, names);
}

Categories Table::categories(const std::string& column, const std::vector<std::string>& names) const {
  check_present(column);
  const std::vector<std::string>& fields = find(column).fields;
  std::map<std::string, std::int64_t> ids;
  for (const std::string& name : names) ids.emplace(name, static_cast<std::int64_t>(ids.size()));
  Tensor result = Tensor::uninitialized({rows()}, int64);
  for (std::size_t row = 0; row < rows(); ++row) {
    const auto found = ids.find(fields[row]);
    if (found == ids.end()) {
      throw IoError(place(row, column) + ": '" + fields[row] + "' is none of " + listed(names));
    }
    static_cast<std::int64_t*>(result.mutable_data())[row] = found->second;
  }
  return {result, names};
}

Table Table::without_missing(const std::vector<std::string>& columns) const {
  const std::vector<std::string>& checked = columns.empty() ? m_names : columns;
  Table result = *this;
  result.m_lines.clear();
  for (Column& column : result.m_columns) column = {column.type, {}, {}};
  for (std::size_t row = 0; row < rows(); ++row) {
    const auto present = [&](const std::string& name) { return find(name).present[row]; };
    if (!std::all_of(checked.begin(), checked.end(), present)) continue;
    result.m_lines.push_back(m_lines[row]);
    for (std::size_t c = 0; c < m_columns.size(); ++c) {
      result.m_columns[c].fields.push_back(m_columns[c].fields[row]);
      result.m_columns[c].present.push_back(m_columns[c].present[row]);
    }
  }
  return result;
}

Dataset Table::dataset(const std::string& target, std::vector<std::string> inputs) const {
  if (inputs.empty()) {
    std::copy_if(m_names.begin(), m_names.end(), std::back_inserter(inputs),
                 [&](const std::string& name) { return name != target; });
  }
  for (const std::string& name : inputs) check_present(name);
  check_present(target);
  const bool is_text = find(target).type == ColumnType::text;
  const Tensor values = is_text ? categories(target).ids : (*this)[target];
  return Dataset(matrix(inputs), values.dtype() == float64 ? astype(values, float32) : values);
}

Table read_csv(const std::filesystem::path& path, const CsvOptions& options) {
  const Bytes bytes = read_file(path);
  return is_gzip(bytes) ? Table(gunzip(bytes, quoted(path)), quoted(path), options)
                        : Table(bytes, quoted(path), options);
}

}  // namespace xtape::data
