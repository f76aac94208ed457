#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <autograd/anomaly.hpp>
#include <autograd/forward.hpp>
#include <autograd/tape.hpp>

/// What a picture of the graph shows, collected once for every format.
namespace xtape::graph {

inline constexpr std::ptrdiff_t nowhere = -1;

/// Numbers that stand for an array. The statistics are of its finite elements.
struct Summary {
  std::size_t size = 0;
  double minimum = 0.0, maximum = 0.0, mean = 0.0, deviation = 0.0;
  std::size_t not_finite = 0;
  std::vector<double> elements;  // all, row-major, of an array of at most `most_elements`

  static constexpr std::size_t most_elements = 64;
};
Summary summary_of(const Tensor& tensor);

/// A tensor that a node keeps for backward.
struct Kept {
  std::ptrdiff_t of = nowhere;  // the node whose output it is, if it is in the picture
  std::string name;
  Shape shape;
  DType dtype = DType::float32;
  std::size_t bytes = 0;
  std::optional<Summary> value;  // of one that no node in the picture made
};

/// An input of a node that has a node itself.
struct Edge {
  std::ptrdiff_t input = nowhere;  // its index; nowhere: it is left out of the picture, or needs no gradient
  std::optional<Summary> local;    // of a node with one element: its derivative with respect to the input
  std::optional<Summary> share;    // what the node's rule gives to the gradient of the input
};

struct Described {
  Node* node = nullptr;
  std::string name;  // of the output
  std::ptrdiff_t module = nowhere;
  std::vector<Edge> inputs;  // one for each of the operation's tensors
  std::vector<Kept> kept;
  std::optional<Summary> value;
  bool value_is_repeated = false;               // it was gone, and worked out anew from the values that are there
  std::optional<Summary> gradient;              // of the root with respect to the output
  std::optional<Summary> accumulated;           // what grad() holds
  std::string value_unknown, gradient_unknown;  // else why there is none
};

/// A call of a module, with the nodes that were recorded in it.
struct ModuleCall {
  std::string name, type;
  std::ptrdiff_t parent = nowhere;
};

struct Description {
  std::vector<Described> nodes;  // oldest first; the root is the last
  std::vector<ModuleCall> modules;
  std::size_t left_out = 0;    // older nodes that are not shown
  std::size_t kept_bytes = 0;  // of all nodes, each memory once
};

/// What is to be collected beside operations, shapes and names.
struct Wanted {
  bool values = false, gradients = false, kept = false, modules = false;
  std::size_t most_nodes = SIZE_MAX;  // the youngest are shown
};

/// Reads the graph behind `root`, and changes nothing of it: no hook is called, no gradient accumulated. Gradients are
/// worked out by the nodes' own rules. Throws GradError where nothing was recorded.
Description describe(const Tensor& root, const Wanted& wanted);

// --- the parts of describe(), each on nodes that are there already

/// The index of every node.
class Indices {
 public:
  explicit Indices(const std::vector<Described>& nodes);
  std::ptrdiff_t of(const Node* node) const;

 private:
  std::vector<std::pair<const Node*, std::ptrdiff_t>> m_sorted;
};

/// The values that are there or can be worked out anew, one for each node; undefined where there is none.
Tensors collect_values(Description& description);
/// Fills in gradients and what each edge gives to them, with the help of the values.
void collect_gradients(Description& description, const Tensors& values);
void collect_modules(Description& description);

/// While it lives, what this thread computes is neither recorded nor watched.
class Unseen {
 private:
  NoGrad m_not_recorded;
  DetectAnomaly m_not_searched{false};
  forward::Limit m_without_tangents{0};
};

}  // namespace xtape::graph
