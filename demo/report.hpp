#pragma once

#include <string>
#include <vector>

#include "training.hpp"

namespace demo {

/// Writes the weights, the loss curve and the graph of a training step into `folder`, which is made where it is
/// missing. Returns the files written, in that order, and a note to the reader for each picture that could not be
/// drawn. Throws xtape::IoError.
struct Written {
  std::vector<std::filesystem::path> files;
  std::vector<std::string> notes;
};

/// Makes a folder and those around it. Throws xtape::IoError.
void make_folder(const std::filesystem::path& folder);

/// Writes the weights, the loss curve and the graph of a training step into `folder`. Throws xtape::IoError.
Written write_files(const std::filesystem::path& folder, xtape::nn::Sequential& network, const Experiment& experiment,
                    const History& history);

/// Prints the table that closes a run.
void print_table(const Experiment& experiment, const xtape::nn::Sequential& network, const History& history,
                 const Written& written);

}  // namespace demo
