#include <autograd/graph/description.hpp>
#include <autograd/ops/shape.hpp>

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_set>

namespace xtape::graph {

namespace {

// Every node behind the root, oldest first.
std::vector<Node*> reachable(Node& root) {
  std::vector<Node*> found{&root};
  std::unordered_set<const Node*> seen{&root};
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (const NodePtr& input : found[i]->inputs()) {
      if (input && seen.insert(input.get()).second) found.push_back(input.get());
    }
  }
  std::sort(found.begin(), found.end(), [](const Node* a, const Node* b) { return a->number() < b->number(); });
  return found;
}

template <class T>
Summary summary_of_elements(const T* elements, std::size_t size) {
  Summary summary;
  summary.size = size;
  double sum = 0.0;
  std::size_t finite = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const auto value = static_cast<double>(elements[i]);
    if (size <= Summary::most_elements) summary.elements.push_back(value);
    if (!std::isfinite(value)) continue;
    summary.minimum = finite == 0 ? value : std::min(summary.minimum, value);
    summary.maximum = finite == 0 ? value : std::max(summary.maximum, value);
    sum += value;
    ++finite;
  }
  summary.not_finite = size - finite;
  if (finite == 0) return summary;
  summary.mean = sum / static_cast<double>(finite);
  double squares = 0.0;
  for (std::size_t i = 0; i < size; ++i) {
    const double apart = static_cast<double>(elements[i]) - summary.mean;
    if (std::isfinite(apart)) squares += apart * apart;
  }
  summary.deviation = std::sqrt(squares / static_cast<double>(finite));
  return summary;
}

// The tensors that the rules keep, for as long as they are needed: an output that only its own node keeps has a record
// again meanwhile. Memory that several keep counts once.
Tensors collect_kept(Description& description, const Indices& indices) {
  std::set<const Storage*> counted;
  Tensors all;
  for (Described& each : description.nodes) {
    if (each.node->released) continue;
    Tensors kept;
    try {
      kept = each.node->saved();
    } catch (const GradError&) {
      continue;  // it was changed in place since; collect_gradients() says so
    }
    for (const Tensor& tensor : kept) {
      const std::size_t bytes = tensor.size() * item_bytes(tensor.dtype());
      each.kept.push_back({.of = indices.of(tensor.impl()->node),
                           .name = tensor.name(),
                           .shape = tensor.shape(),
                           .dtype = tensor.dtype(),
                           .bytes = bytes,
                           .value = {}});
      if (each.kept.back().of == nowhere) each.kept.back().value = summary_of(tensor);
      if (counted.insert(tensor.impl()->storage).second) description.kept_bytes += bytes;
      all.push_back(tensor);
    }
  }
  return all;
}

}  // namespace

Summary summary_of(const Tensor& tensor) {
  const NoGrad guard;
  const Tensor contiguous = tensor.detach().contiguous();
  return visit_dtype(contiguous.dtype(), [&]<class T>(TypeTag<T>) {
    return summary_of_elements(static_cast<const T*>(contiguous.raw_data()), contiguous.size());
  });
}

Indices::Indices(const std::vector<Described>& nodes) {
  for (std::size_t i = 0; i < nodes.size(); ++i) m_sorted.emplace_back(nodes[i].node, static_cast<std::ptrdiff_t>(i));
  std::sort(m_sorted.begin(), m_sorted.end());
}

std::ptrdiff_t Indices::of(const Node* node) const {
  const auto found = std::lower_bound(m_sorted.begin(), m_sorted.end(), std::pair(node, nowhere));
  return found != m_sorted.end() && found->first == node ? found->second : nowhere;
}

Description describe(const Tensor& root, const Wanted& wanted) {
  if (!root.requires_grad()) {
    throw GradError("graph: the tensor of shape " + to_string(root.shape()) +
                    " has no graph: nothing that it was computed from requires a gradient");
  }
  Description description;
  const std::vector<Node*> nodes = reachable(*root.impl()->node);
  description.left_out = nodes.size() - std::min(nodes.size(), wanted.most_nodes);
  for (std::size_t i = description.left_out; i < nodes.size(); ++i) {
    Described& each = description.nodes.emplace_back();
    each.node = nodes[i];
    const TensorImpl* output = nodes[i]->output();
    if (!output || !output->extras) continue;
    each.name = output->extras->name;
    if (output->extras->gradient.defined() && wanted.gradients) each.accumulated = summary_of(output->extras->gradient);
  }
  const Indices indices(description.nodes);
  for (Described& each : description.nodes) {
    for (const NodePtr& input : each.node->inputs()) each.inputs.emplace_back().input = indices.of(input.get());
  }
  if (wanted.modules) collect_modules(description);
  if (!wanted.kept && !wanted.values && !wanted.gradients) return description;
  const Unseen unseen;
  const Tensors kept = collect_kept(description, indices);
  const Tensors values = collect_values(description);
  if (wanted.gradients) collect_gradients(description, values);
  return description;
}

}  // namespace xtape::graph
