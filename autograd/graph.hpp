#pragma once

#include <filesystem>
#include <string>

#include <autograd/tensor.hpp>

/// The recorded graph as a thing to look at.
namespace xtape::graph {

/// What a picture shows besides operations, shapes and dtypes.
struct Options {
  bool values = false;     ///< the value of scalars and the mean of arrays, where a handle on the tensor is alive
  bool gradients = false;  ///< the same of the accumulated gradients
};

/// The graph behind `root` in Graphviz' DOT language: an ellipse for every leaf that requires a gradient, a box for
/// every operation, arrows in the direction of the forward pass. Throws GradError where nothing was recorded.
/// Example: `std::cout << graph::to_dot(loss);`
std::string to_dot(const Tensor& root, Options options = {});

/// Writes the picture: `.dot` as text, `.svg` laid out by Graphviz' program `dot`. An existing file is replaced as a
/// whole or not at all. Throws IoError for another extension, a file that cannot be written, or if `dot` is missing.
/// Example: `graph::save(loss, "step.svg");`
void save(const Tensor& root, const std::filesystem::path& path, Options options = {});

}  // namespace xtape::graph
