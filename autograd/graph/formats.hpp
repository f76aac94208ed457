#pragma once

#include <filesystem>
#include <string>

#include <autograd/tensor.hpp>

namespace xtape::graph {

/// Writes what Graphviz' program `dot` makes of that text. Throws IoError.
void save_svg(const std::string& dot, const std::filesystem::path& path);

/// The page with the graph behind `root`.
std::string to_page(const Tensor& root);

}  // namespace xtape::graph
