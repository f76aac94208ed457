#pragma once

#include <filesystem>

namespace benchmarks {

/// How the cost grows with the work: time of an operation over the length of the graph, of an element over the size of
/// the array, and of a training step over the number of threads. Prints the figures and, unless the folder's name is
/// empty, writes growth.json and growth.svg there.
void measure_growth(const std::filesystem::path& out);

}  // namespace benchmarks
