#pragma once

#include <string>
#include <vector>

#include <data/files.hpp>

/// The lower half of reading tables: text into records of fields.
namespace xtape::data {

struct CsvField {
  std::string text;
  bool quoted = false;
};

struct CsvRecord {
  std::size_t line = 0;  ///< of the file, where the record begins; from 1
  std::vector<CsvField> fields;
};

/// The records of a text. Throws IoError starting with `name` and naming the line where quotes are wrong.
std::vector<CsvRecord> read_csv_records(ByteSpan bytes, char separator, const std::string& name);

}  // namespace xtape::data
