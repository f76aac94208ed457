#pragma once

#include <filesystem>
#include <fstream>

#include <data/training/history.hpp>

namespace xtape::training {

/// A file with one line for each epoch, flushed: `.csv` with a line of names above, or `.jsonl` with a JSON object a
/// line. What an epoch does not have is an empty cell, or null, as are numbers that are not finite in JSON.
class Log {
 public:
  /// Throws IoError for another extension.
  static void check_extension(const std::filesystem::path& path);

  /// Begins the file anew with the lines of the epochs so far, so that none is there twice after a resume; what the
  /// file held is replaced as a whole. Throws IoError.
  Log(const std::filesystem::path& path, std::vector<std::string> columns, const History& so_far);
  /// Adds a line. Throws IoError.
  void append(const EpochResult& result);

 private:
  std::string line(const EpochResult& result) const;

  std::filesystem::path m_path;
  std::vector<std::string> m_columns;
  std::ofstream m_out;
};

}  // namespace xtape::training
