#include <autograd/engine.hpp>
#include <autograd/factories.hpp>
#include <autograd/graph/description.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/reduce.hpp>
#include <autograd/ops/shape.hpp>

namespace xtape::graph {

namespace {

// What the rule of one node gives to each of its inputs.
class Shares final : public GradientSink {
 public:
  explicit Shares(std::span<const NodePtr> inputs)
      : shares(inputs.size()), m_inputs(inputs), m_delivered(inputs.size()) {}

  // Where an operation has an input twice, its rule delivers in the order of the inputs.
  void deliver(const Node&, Node& input, Tensor gradient) override {
    for (std::size_t k = 0; k < m_inputs.size(); ++k) {
      if (m_inputs[k].get() != &input || m_delivered[k]) continue;
      m_delivered[k] = true;
      if (gradient.defined()) shares[k] = astype(sum_to_shape(gradient, input.shape()), input.dtype());
      return;
    }
  }

  const Tensor* sum_to_add_to(const Node&) const override { return nullptr; }

  Tensors shares;  // undefined: zero

 private:
  std::span<const NodePtr> m_inputs;
  std::vector<bool> m_delivered;
};

// The node that errors name meanwhile.
class Running {
 public:
  explicit Running(const Node& node) : m_outer(std::exchange(t_running_node, &node)) {}
  ~Running() { t_running_node = m_outer; }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  const Node* m_outer;
};

Tensors by_rule(Node& node, const Tensor& upstream) {
  Shares shares(node.inputs());
  const Running running(node);
  node.propagate(upstream, shares);
  return std::move(shares.shares);
}

// Where backward has freed what the rule needs: the operation is done once more on the values of its inputs.
Tensors by_repeating(const Described& described, const Tensor& upstream, const Tensors& values) {
  Tensors places, leaves;
  for (const Edge& edge : described.inputs) {
    if (edge.input == nowhere || !values[static_cast<std::size_t>(edge.input)].defined()) {
      places.emplace_back();
    } else {
      places.push_back(values[static_cast<std::size_t>(edge.input)].detach().requires_grad_());
      leaves.push_back(places.back());
    }
  }
  const GradModeGuard recording(true);
  const Tensor again = described.node->repeat(places);
  const auto nodes = described.node->inputs();
  bool whole = again.defined() && again.requires_grad();
  for (std::size_t k = 0; k < nodes.size(); ++k) whole = whole && (!nodes[k] || places[k].defined());
  if (!whole) {
    throw GradError(std::string("backward has freed what the rule of ") + described.node->name() +
                    " needs; save the picture before backward, or give backward {.retain_graph = true}");
  }
  const Tensors found = grad(again, leaves, {.allow_unused = true, .gradient = upstream});
  Tensors shares(places.size());
  for (std::size_t k = 0, next = 0; k < places.size(); ++k) {
    if (places[k].defined()) shares[k] = found[next++];
  }
  return shares;
}

Tensors shares_of(const Described& described, const Tensor& upstream, const Tensors& values) {
  return described.node->released ? by_repeating(described, upstream, values) : by_rule(*described.node, upstream);
}

Tensor zeros_of(const Node& node) { return zeros(node.shape(), {.dtype = node.dtype()}); }

// The gradients while they are summed up, youngest node first.
class Backward {
 public:
  Backward(Description& description, const Tensors& values)
      : m_description(description), m_values(values), m_gradients(values.size()) {}

  void run() {
    const Node& root = *m_description.nodes.back().node;
    m_gradients.back() = ones(root.shape(), {.dtype = root.dtype()});
    for (std::size_t i = m_description.nodes.size(); i-- > 0;) visit(i);
  }

 private:
  void visit(std::size_t i) {
    Described& each = m_description.nodes[i];
    if (!each.gradient_unknown.empty()) return pass_on_unknown(each, each.gradient_unknown);
    const Tensor arrived = std::exchange(m_gradients[i], Tensor());
    const Tensor upstream = arrived.defined() ? arrived : zeros_of(*each.node);
    each.gradient = summary_of(upstream);
    if (each.node->is_leaf()) return;
    try {
      const Tensors shares = shares_of(each, upstream, m_values);
      if (element_count(each.node->shape()) == 1) note_local(each, upstream, shares);
      pass_on(each, shares);
    } catch (const Error& error) {
      pass_on_unknown(each, error.what());
    }
  }

  // A derivative of one element needs no upstream beside it.
  void note_local(Described& each, const Tensor& upstream, const Tensors& shares) {
    const bool is_one = upstream.item() == 1.0;
    const Tensors local = is_one ? shares : shares_of(each, ones_like(upstream), m_values);
    for (std::size_t k = 0; k < each.inputs.size(); ++k) {
      if (each.inputs[k].input != nowhere) each.inputs[k].local = summary_of(or_zeros(each, k, local[k]));
    }
  }

  void pass_on(Described& each, const Tensors& shares) {
    for (std::size_t k = 0; k < each.inputs.size(); ++k) {
      if (each.inputs[k].input == nowhere) continue;
      each.inputs[k].share = summary_of(or_zeros(each, k, shares[k]));
      Tensor& sum = m_gradients[static_cast<std::size_t>(each.inputs[k].input)];
      if (shares[k].defined()) sum = sum.defined() ? sum + shares[k] : shares[k];
    }
  }

  void pass_on_unknown(Described& each, const std::string& reason) {
    for (const Edge& edge : each.inputs) {
      if (edge.input == nowhere) continue;
      m_description.nodes[static_cast<std::size_t>(edge.input)].gradient_unknown = reason;
      m_gradients[static_cast<std::size_t>(edge.input)] = {};
    }
  }

  static Tensor or_zeros(const Described& each, std::size_t k, const Tensor& share) {
    return share.defined() ? share : zeros_of(*each.node->inputs()[k]);
  }

  Description& m_description;
  const Tensors& m_values;
  Tensors m_gradients;
};

}  // namespace

void collect_gradients(Description& description, const Tensors& values) { Backward(description, values).run(); }

}  // namespace xtape::graph
