#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace demo {

/// What the command line asks for.
struct Options {
  std::string dataset = "digits";
  std::filesystem::path data;         ///< folder of the data set's files; empty for the usual place
  std::optional<std::size_t> epochs;  ///< none for the data set's own number
  std::uint64_t seed = 0;
  std::filesystem::path out = "out";
};

/// The options, or nothing where the program ends here with `exit_code`: 0 after --help, 2 after a wrong command line,
/// which is explained on the standard error.
std::optional<Options> parse_options(int argc, char** argv, int& exit_code);

}  // namespace demo
