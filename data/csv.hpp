#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <data/dataset.hpp>
#include <data/files.hpp>

/// Tables of comma-separated values with a header (RFC 4180): fields in quotes may hold separators, line ends and
/// doubled quotes; lines end with `\n` or `\r\n`, and empty ones are passed over.
namespace xtape::data {

struct CsvRecord;

/// What the fields of a column are: whole numbers (int64), numbers (float64), true or false (boolean), or anything.
enum class ColumnType { integer, real, boolean, text };

struct CsvOptions {
  char separator = ',';
  bool header = true;  ///< without one, the columns are named "0", "1", ...
  /// Fields, outside of quotes, that stand for no value.
  std::vector<std::string> missing = {"", "NA", "N/A", "NaN", "nan", "null", "?"};
  /// The types of some columns. Those of others follow from their fields: the first of integer, boolean, real and text
  /// that all of them are; real instead of integer or boolean where some are missing.
  std::map<std::string, ColumnType> types = {};
};

/// Class names as numbers, and the names in the order of their numbers.
struct Categories {
  Tensor ids;  ///< (rows,) int64
  std::vector<std::string> names;
};

/// A table as it was read. Columns are asked for by name; errors name the file and the line.
class Table {
 public:
  /// Throws IoError naming the file and the line: a quote that is never closed or followed by more than a separator, a
  /// line with another number of fields than the header, a field that is not of its column's type, a name that comes
  /// twice. Example: `data::Table table(data::read_file("houses.csv"), "'houses.csv'");`
  Table(ByteSpan bytes, std::string name, const CsvOptions& options = {});

  std::size_t rows() const noexcept { return m_lines.size(); }
  const std::vector<std::string>& columns() const noexcept { return m_names; }
  /// Throws Error, naming the columns there are, where there is none of this name; as all functions below do.
  ColumnType type(const std::string& column) const { return find(column).type; }

  /// The numbers or truth values of a column, (rows,): int64, float64 (missing values are NaN) or boolean. Throws
  /// DtypeError where it holds text. Example: `table["age"]`.
  Tensor operator[](const std::string& column) const;
  /// Several columns side by side, (rows, columns). Throws DtypeError where one holds text. Example:
  /// `table.matrix({"age", "height"})`.
  Tensor matrix(const std::vector<std::string>& columns, DType dtype = float32) const;
  /// The fields of any column as they stand in the file, quotes resolved.
  const std::vector<std::string>& text(const std::string& column) const { return find(column).fields; }
  /// Where a column's value is missing, (rows,) boolean.
  Tensor missing(const std::string& column) const;
  /// A column's texts as numbers from 0, in alphabetical order. Throws IoError where one is missing.
  Categories categories(const std::string& column) const;
  /// The same in a given order of the names. Throws IoError naming the line where one is not among them.
  Categories categories(const std::string& column, const std::vector<std::string>& names) const;

  /// The table without the rows that miss a value in one of the columns; without the list, in any.
  Table without_missing(const std::vector<std::string>& columns = {}) const;

  /// Samples: `inputs` side by side, float32 (rows, columns), and the target: of a text column its categories, of
  /// others the values, integers as int64 (rows,), numbers as float32 (rows,). Without inputs, all columns but the
  /// target. Throws IoError naming the line where a value is missing. Example: `table.dataset("species")`.
  Dataset dataset(const std::string& target, std::vector<std::string> inputs = {}) const;

 private:
  struct Column {
    ColumnType type = ColumnType::text;
    std::vector<std::string> fields;
    std::vector<bool> present;
  };

  void read_names(std::vector<CsvRecord>& records, bool header);
  void read_fields(std::vector<CsvRecord>& records, const CsvOptions& options);
  void check_fields(const std::string& name, const Column& column) const;
  const Column& find(const std::string& name) const;
  void check_present(const std::string& name) const;
  std::string place(std::size_t row, const std::string& column) const;  // for messages

  std::string m_name;
  std::vector<std::string> m_names;
  std::vector<Column> m_columns;
  std::vector<std::size_t> m_lines;  // of the file, where each row begins
};

/// A table from a file, plain or compressed with gzip. Throws IoError where it is missing, and as Table does. Example:
/// `data::Table houses = data::read_csv("houses.csv", {.separator = ';'});`
Table read_csv(const std::filesystem::path& path, const CsvOptions& options = {});

/// Columns of a table that is to be written: a name and its values, (rows,).
using CsvColumns = std::vector<std::pair<std::string, Tensor>>;

/// Writes a table with a header; a file whose name ends in ".gz" is compressed. Numbers have as many digits as it takes
/// to read the same ones again; nan and infinity are "nan" and "inf". Throws ShapeError for a column that is not
/// (rows,) of the first one's length, Error for no columns or a name that comes twice, IoError; the old file is then as
/// it was. Example: `data::write_csv("loss.csv", {{"epoch", epochs}, {"loss", losses}});`
void write_csv(const std::filesystem::path& path, const CsvColumns& columns);

}  // namespace xtape::data
