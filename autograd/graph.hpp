#pragma once

#include <filesystem>
#include <string>

#include <autograd/tensor.hpp>

/// The recorded graph as a thing to look at.
namespace xtape::graph {

/// What a .dot or .svg shows besides operations, shapes and dtypes; a page shows all of it.
struct Options {
  bool values = false;     ///< the value of scalars and the mean of arrays, where it is there or can be worked out anew
  bool gradients = false;  ///< the same of the gradient of the root, whose elements count 1 each
};

/// The graph behind `root` in Graphviz' DOT language: an ellipse for every leaf that requires a gradient, a box for
/// every operation, arrows in the direction of the forward pass. Gradients are those of the root, worked out by the
/// nodes' local rules for the picture alone: no grad() changes and no hook is called. Where backward has freed what a
/// rule needs, elementwise operations are done once more, if the values of the leaves still give the root's; else
/// a leaf shows what its grad() holds. Throws GradError where nothing was recorded.
/// Example: `std::cout << graph::to_dot(loss);`
std::string to_dot(const Tensor& root, Options options = {});

/// Writes the picture. `.dot` is text. `.svg` is laid out by Graphviz' program `dot`. `.html` is one page that needs no
/// network and no other file, to click through in a browser: modules fold and unfold, every node shows its value,
/// gradient, local rule and what it keeps for backward, and forward and backward run step by step with the chain rule
/// spelled out (docs/graph.md); of more than 5000 nodes it shows the youngest. An existing file is replaced as a whole
/// or not at all. Throws IoError for another extension, a file that cannot be written, or if `dot` is missing, and
/// GradError where nothing was recorded. Example: `graph::save(loss, "step.html");`
void save(const Tensor& root, const std::filesystem::path& path, Options options = {});

}  // namespace xtape::graph
