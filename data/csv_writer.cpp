#include <data/csv.hpp>

#include <array>
#include <charconv>
#include <set>

namespace xtape::data {

namespace {

void check(const CsvColumns& columns) {
  if (columns.empty()) throw Error("write_csv: there are no columns");
  const Shape expected{columns[0].second.size()};
  std::set<std::string> names;
  for (const auto& [name, values] : columns) {
    if (!names.insert(name).second) throw Error("write_csv: there are two columns named '" + name + "'");
    if (values.shape() == expected) continue;
    throw ShapeError("write_csv: the column '" + name + "' has the shape " + to_string(values.shape()) +
                     "; it must be " + to_string(expected) + ", as many rows as the first one has");
  }
}

// A name in quotes where it would be read as something else.
std::string field_of(const std::string& name) {
  if (!name.empty() && name.find_first_of(",\"\r\n") == std::string::npos) return name;
  std::string field = "\"";
  for (const char character : name) field.append(character == '"' ? 2 : 1, character);
  return field + '"';
}

template <class T>
void append(std::string& text, T value) {
  if constexpr (std::is_same_v<T, bool>) {
    text += value ? "true" : "false";
  } else {
    std::array<char, 32> digits;
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    text.append(digits.data(), end);
  }
}

std::string text_of(const CsvColumns& columns) {
  std::string text;
  std::vector<Tensor> values;
  for (const auto& [name, column] : columns) {
    text.append(text.empty() ? "" : ",").append(field_of(name));
    values.push_back(column.detach().contiguous());
  }
  text += '\n';
  for (std::size_t row = 0; row < values[0].size(); ++row) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0) text += ',';
      visit_dtype(values[i].dtype(), [&]<class T>(TypeTag<T>) { append(text, values[i].data<T>()[row]); });
    }
    text += '\n';
  }
  return text;
}

}  // namespace

void write_csv(const std::filesystem::path& path, const CsvColumns& columns) {
  check(columns);
  const std::string text = text_of(columns);
  replace_file_packed(path, std::as_bytes(std::span(text)));
}

}  // namespace xtape::data
