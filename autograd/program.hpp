#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace xtape {

/// Runs a program that is looked for on PATH and waits for its end; `words` are its name and arguments, no shell reads
/// them. Returns what it wrote on the standard error. Throws IoError that begins with `who` where the program is not
/// found (`advice` says what to do then) or ends with another status than 0.
/// Example: `run_program("graph", {"dot", "-Tsvg", in, "-o", out}, "install the package graphviz");`
std::string run_program(const std::string& who, std::vector<std::string> words, const std::string& advice);

/// A file beside `target` that is no longer there at the end of the scope.
class ScratchFile {
 public:
  ScratchFile(const std::filesystem::path& target, const std::string& extension);
  ~ScratchFile();
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  const std::filesystem::path& path() const noexcept { return m_path; }

 private:
  std::filesystem::path m_path;
};

}  // namespace xtape
