// The backward engine. It visits the nodes that the root reaches from the highest number down: since a node's inputs
// are older than itself, everything that flows into a node has arrived when its turn comes.

#include <autograd/anomaly.hpp>
#include <autograd/engine.hpp>
#include <autograd/factories.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/reduce.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/profile.hpp>
#include <autograd/tape.hpp>

#include <algorithm>
#include <atomic>

namespace xtape {

namespace {

class Engine final : public GradientSink {
 public:
  Engine(bool create_graph, bool retain_graph) : m_retain_graph(retain_graph || create_graph), m_mode(create_graph) {
    m_waiting.reserve(16);  // a small graph's backward allocates each list once
    m_results.reserve(8);
  }

  // After a throw the graph carries no gradient of the failed run.
  ~Engine() {
    t_running_node = m_outer_node;
    for (Node* node : m_waiting) node->gradient = Tensor();
  }

  // Visits only nodes on a path to one of `targets`, and keeps their gradients for gradients_of(). Where a target is
  // the end, nothing behind it is visited: a path that leads through it to another target does not count.
  void aim_at(Node& root, const std::vector<Node*>& targets, bool targets_are_ends = false);

  void run(Node& root, Tensor gradient);
  void deliver(const Node& from, Node& input, Tensor gradient) override;
  const Tensor* sum_to_add_to(const Node& input) const override;

  // Adds what the leaves and retaining tensors got to their grad(); all or, if the run threw before, nothing.
  void commit();
  Tensors gradients_of(const std::vector<Node*>& targets) const;

 private:
  struct Older {
    bool operator()(const Node* a, const Node* b) const { return a->number() < b->number(); }
  };
  bool is_target(const Node& node) const { return std::binary_search(m_targets.begin(), m_targets.end(), &node); }
  void conform(const Node& from, const Node& input, Tensor& gradient) const;

  bool m_targets_are_ends = false;
  bool m_upstream_is_finite = true;  // of the running node; kept under anomaly detection
  bool m_retain_graph;
  GradModeGuard m_mode;
  const Node* m_outer_node = t_running_node;  // of a backward whose rule runs this one
  std::vector<Node*> m_waiting;               // a heap, the youngest on top
  std::vector<std::pair<Node*, Tensor>> m_results;
  std::vector<const Node*> m_targets;  // sorted; empty: every leaf
};

void Engine::aim_at(Node& root, const std::vector<Node*>& targets, bool targets_are_ends) {
  static std::atomic<std::uint64_t> s_runs{0};
  m_targets_are_ends = targets_are_ends;
  m_targets.assign(targets.begin(), targets.end());
  std::sort(m_targets.begin(), m_targets.end());
  const std::uint64_t visited = 2 * ++s_runs;
  m_aim = visited + 1;

  std::vector<Node*> reached{&root};
  root.mark = visited;
  for (std::size_t i = 0; i < reached.size(); ++i) {
    if (targets_are_ends && is_target(*reached[i])) continue;
    for (const NodePtr& input : reached[i]->inputs()) {
      if (!input || input->mark == visited) continue;
      input->mark = visited;
      reached.push_back(input.get());
    }
  }
  std::sort(reached.begin(), reached.end(), Older{});
  for (Node* node : reached) {
    const auto inputs = node->inputs();
    const auto leads = [&](const NodePtr& input) { return input && input->mark == m_aim; };
    if (is_target(*node) || std::any_of(inputs.begin(), inputs.end(), leads)) node->mark = m_aim;
  }
}

// The gradient as the node's hooks leave it.
Tensor run_hooks(const Node& node, Tensor gradient) {
  if (!node.extras() || node.extras()->hooks.empty()) return gradient;
  const auto hooks = node.extras()->hooks;  // a copy: a hook may remove itself
  for (const auto& [number, hook] : hooks) {
    const Tensor given = hook(gradient);
    if (!given.defined()) continue;
    if (given.shape() != gradient.shape() || given.dtype() != gradient.dtype()) {
      throw GradError("hook: it returned " + std::string(to_string(given.dtype())) + " of shape " +
                      to_string(given.shape()) + " for a gradient of " + to_string(gradient.dtype()) + " of shape " +
                      to_string(gradient.shape()));
    }
    gradient = given;
  }
  return gradient;
}

void Engine::run(Node& root, Tensor gradient) {
  root.gradient = std::move(gradient);
  m_waiting.push_back(&root);
  while (!m_waiting.empty()) {
    std::pop_heap(m_waiting.begin(), m_waiting.end(), Older{});
    Node& node = *m_waiting.back();
    m_waiting.pop_back();
    Tensor upstream = run_hooks(node, std::exchange(node.gradient, Tensor()));
    const bool wanted = m_targets.empty() ? node.is_leaf() : is_target(node);
    const bool retained = node.output() && node.output()->extras && node.output()->extras->retains_gradient;
    if (wanted || (retained && m_targets.empty())) m_results.emplace_back(&node, upstream);
    if (m_targets_are_ends && wanted) continue;
    const auto inputs = node.inputs();
    if (std::none_of(inputs.begin(), inputs.end(), [this](const NodePtr& input) { return wants(input.get()); }))
      continue;
    if (node.released) {
      throw GradError(std::string(node.name()) +
                      ": backward came here a second time, and what the first one needed was freed; "
                      "give the first one {.retain_graph = true}");
    }
    t_running_node = &node;
    if (anomaly::detecting()) m_upstream_is_finite = anomaly::is_finite(upstream);
    if (profile::active()) [[unlikely]] {
      profile::propagate(node, std::move(upstream), *this);
    } else {
      node.propagate(std::move(upstream), *this);
    }
    if (!m_retain_graph) {
      node.release_saved();
      node.released = true;
    }
  }
}

void Engine::deliver(const Node& from, Node& input, Tensor gradient) {
  if (!gradient.defined()) return;
  conform(from, input, gradient);
  if (anomaly::detecting()) anomaly::check_backward(from, input, gradient, m_upstream_is_finite);
  if (!input.gradient.defined()) {
    input.gradient = std::move(gradient);
    m_waiting.push_back(&input);
    std::push_heap(m_waiting.begin(), m_waiting.end(), Older{});
    return;
  }
  Tensor& sum = input.gradient;
  if (!derivatives_wanted() && !sum.impl()->overwritable() && gradient.impl()->overwritable()) std::swap(sum, gradient);
  if (derivatives_wanted() || !add_in_place(sum, gradient)) sum = sum + gradient;
}

const Tensor* Engine::sum_to_add_to(const Node& input) const {
  const bool possible = input.gradient.defined() && !derivatives_wanted() && input.gradient.impl()->overwritable();
  return possible && !anomaly::detecting() ? &input.gradient : nullptr;
}

// Brings a rule's result to the shape and dtype of the input: what was broadcast is summed, what was promoted is
// converted back. Anything else is an error in the rule.
void Engine::conform(const Node& from, const Node& input, Tensor& gradient) const {
  if (!same(gradient.shape(), input.shape())) {
    if (!broadcasts_to(input.shape(), gradient.shape())) {
      throw GradError(std::string(from.name()) + ": its rule gave a gradient of shape " + to_string(gradient.shape()) +
                      " for an input of shape " + to_string(input.shape()));
    }
    gradient = sum_to_shape(gradient, input.shape());
  }
  if (gradient.dtype() != input.dtype()) {
    if (!is_floating(gradient.dtype())) {
      throw GradError(std::string(from.name()) + ": its rule gave a gradient of " + to_string(gradient.dtype()) +
                      " for an input of " + to_string(input.dtype()));
    }
    gradient = astype(gradient, input.dtype());
  }
}

void Engine::commit() {
  for (auto& [node, gradient] : m_results) {
    TensorImpl* output = node->output();
    if (!output) continue;  // the leaf's last handle is gone
    const Tensor& before = output->ensure_extras().gradient;
    if (before.defined()) {
      gradient = before + gradient;
    } else if (!derivatives_wanted() && !gradient.impl()->exclusive()) {
      gradient = gradient.clone();  // another tensor may share these values
    }
  }
  for (auto& [node, gradient] : m_results) {
    if (node->output()) node->output()->extras->gradient = std::move(gradient);
  }
}

Tensors Engine::gradients_of(const std::vector<Node*>& targets) const {
  Tensors gradients(targets.size());
  for (std::size_t i = 0; i < targets.size(); ++i) {
    for (const auto& [node, gradient] : m_results) {
      if (node == targets[i]) gradients[i] = gradient;
    }
  }
  return gradients;
}

// The gradient to start from: the given one, or 1 for a scalar.
Tensor starting_gradient(const Tensor& root, const Tensor& given, const char* op) {
  if (!root.requires_grad()) {
    throw GradError(std::string(op) + ": the tensor of shape " + to_string(root.shape()) +
                    " requires no gradient: no tensor that it was computed from does, or it was computed under NoGrad");
  }
  if (!given.defined()) {
    if (root.size() != 1) {
      throw GradError(std::string(op) + ": a tensor of shape " + to_string(root.shape()) +
                      " is not a scalar; reduce it with sum() or mean(), or give the gradient to start from");
    }
    return ones_like(root);
  }
  if (given.shape() != root.shape()) {
    throw ShapeError(std::string(op) + ": a gradient of shape " + to_string(given.shape()) + " for a tensor of shape " +
                     to_string(root.shape()));
  }
  return given.dtype() == root.dtype() ? given : astype(given, root.dtype());
}

}  // namespace

void Tensor::backward(const Tensor& gradient, BackwardOptions options) const {
  const profile::Op profiled(Phase::backward, "backward");
  Tensor start = starting_gradient(*this, gradient, "backward");
  Engine engine(options.create_graph, options.retain_graph);
  engine.run(*impl()->node, std::move(start));
  engine.commit();
}

Tensors grad(const Tensor& output, const Tensors& inputs, const GradOptions& options) {
  const profile::Op profiled(Phase::backward, "grad");
  Tensor start = starting_gradient(output, options.gradient, "grad");
  std::vector<Node*> targets;
  for (const Tensor& input : inputs) {
    if (!input.requires_grad())
      throw GradError("grad: an input of shape " + to_string(input.shape()) + " requires no gradient");
    targets.push_back(input.impl()->node);
  }
  Engine engine(options.create_graph, options.retain_graph);
  Node& root = *output.impl()->node;
  engine.aim_at(root, targets);
  engine.run(root, std::move(start));

  Tensors gradients = engine.gradients_of(targets);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!gradients[i].defined() && !options.allow_unused) {
      throw GradError("grad: the output does not depend on input " + std::to_string(i) + " of shape " +
                      to_string(inputs[i].shape()) + "; with {.allow_unused = true} its gradient is undefined");
    }
  }
  return gradients;
}

Tensors gradients_at(const Tensor& output, const std::vector<Node*>& ends, const Tensor& gradient, bool create_graph) {
  Engine engine(create_graph, false);
  Node& root = *output.impl()->node;
  engine.aim_at(root, ends, true);
  engine.run(root, gradient);
  return engine.gradients_of(ends);
}

Tensors grad(const Tensor& output, std::initializer_list<Tensor> inputs, const GradOptions& options) {
  return grad(output, Tensors(inputs), options);
}

Tensor grad(const Tensor& output, const Tensor& input, const GradOptions& options) {
  return grad(output, Tensors{input}, options)[0];
}

}  // namespace xtape
