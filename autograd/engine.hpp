#pragma once

#include <autograd/tensor.hpp>

namespace xtape {

/// How grad() runs.
struct GradOptions {
  bool retain_graph = false;  ///< keep what the nodes saved; create_graph implies it
  bool create_graph = false;  ///< record the backward pass, so that the result can be differentiated again
  bool allow_unused = false;  ///< an undefined tensor, instead of a GradError, for an input that `output` ignores
  Tensor gradient = {};       ///< gradient of `output` to start from; needed where it is not a scalar
};

/// Gradients of `output` with respect to `inputs`, as values: no tensor's grad() changes. Only the part of the graph
/// between them is visited. Throws GradError.
/// Example: `Tensor g = grad(sum(x * x), x);` gives 2 x.
Tensors grad(const Tensor& output, const Tensors& inputs, const GradOptions& options = {});
Tensors grad(const Tensor& output, std::initializer_list<Tensor> inputs, const GradOptions& options = {});
Tensor grad(const Tensor& output, const Tensor& input, const GradOptions& options = {});

class Node;

/// For operations that are made of others and run them again in backward: the gradients at the nodes `ends`, beyond
/// which nothing is visited; undefined where `output` does not depend on one.
Tensors gradients_at(const Tensor& output, const std::vector<Node*>& ends, const Tensor& gradient, bool create_graph);

}  // namespace xtape
