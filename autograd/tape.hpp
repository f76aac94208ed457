#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <tuple>
#include <utility>

#include <autograd/tensor.hpp>

namespace xtape {

class Node;
using NodePtr = IntrusivePtr<Node>;

/// Where a node delivers the gradients of its inputs while backward runs; the engine implements it.
class GradientSink {
 public:
  /// Hands over the gradient of the node behind `input`, which may be in the broadcast shape. Undefined means zero.
  virtual void deliver(const Node& from, Node& input, Tensor gradient) = 0;
  bool create_graph() const noexcept { return m_create_graph; }

 protected:
  explicit GradientSink(bool create_graph) noexcept : m_create_graph(create_graph) {}
  ~GradientSink() = default;

 private:
  bool m_create_graph;
};

/// One recorded operation, or a leaf that collects a gradient. Nodes are numbered as they are created, so a node's
/// inputs always have smaller numbers than itself. Nodes hold their inputs' nodes, never their inputs' values: those
/// are saved only where a rule asks for them.
class Node {
 public:
  Node() noexcept;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  virtual ~Node() = default;

  virtual const char* name() const noexcept = 0;
  /// The nodes of the inputs, in order; null where an input needs no gradient.
  virtual std::span<const NodePtr> inputs() const noexcept = 0;
  /// The local rule: from the gradient of the output to that of every input with a node.
  virtual void propagate(Tensor upstream, GradientSink& sink) = 0;
  /// Frees what the rule saved.
  virtual void release_saved() noexcept = 0;
  virtual bool is_leaf() const noexcept { return false; }

  std::uint64_t number() const noexcept { return m_number; }
  const Shape& shape() const noexcept { return m_shape; }
  DType dtype() const noexcept { return m_dtype; }
  /// The output's record while a handle on it is alive, else null.
  TensorImpl* output() const noexcept { return m_output; }
  /// Makes the node the history of `output`, which takes over the caller's reference.
  void attach_to(TensorImpl& output) {
    output.node = this;
    m_output = &output;
    m_shape = output.shape;
    m_dtype = output.dtype;
  }
  void forget_output() noexcept { m_output = nullptr; }

  void retain() noexcept { m_references.increase(); }
  void release() noexcept {
    if (m_references.decrease_to_zero()) destroy(this);
  }

  static void* operator new(std::size_t bytes) { return memory::allocate_block(memory::BlockKind::node, bytes); }
  static void operator delete(void* block, std::size_t bytes) noexcept {
    memory::free_block(memory::BlockKind::node, block, bytes);
  }

  // --- the engine's notes while backward runs

  Tensor gradient;           // sum of what has arrived
  std::uint64_t mark = 0;    // the run that last visited the node
  bool released = false;     // its saved tensors were freed by a backward without retain_graph

 private:
  /// Destroys the node and whatever only it kept alive, one after the other: nothing recurses over the graph.
  static void destroy(Node* node) noexcept;

  ReferenceCount m_references;
  DType m_dtype = DType::float32;
  std::uint64_t m_number;
  TensorImpl* m_output = nullptr;
  Node* m_next_condemned = nullptr;
  Shape m_shape;
};

// --- what is recorded

extern constinit thread_local bool t_recording;

/// Whether operations are recorded in this thread.
inline bool grad_enabled() noexcept { return t_recording; }

/// Sets recording for a scope and restores it at the end.
class GradModeGuard {
 public:
  explicit GradModeGuard(bool enabled) noexcept : m_previous(std::exchange(t_recording, enabled)) {}
  ~GradModeGuard() { t_recording = m_previous; }
  GradModeGuard(const GradModeGuard&) = delete;
  GradModeGuard& operator=(const GradModeGuard&) = delete;

 private:
  bool m_previous;
};

/// While it lives, this thread records nothing. Example: `{ NoGrad guard; accuracy = evaluate(model); }`
class NoGrad : public GradModeGuard {
 public:
  NoGrad() noexcept : GradModeGuard(false) {}
};

/// The node of a tensor's history, or null.
inline NodePtr node_of(const Tensor& tensor) noexcept { return NodePtr::share(tensor.impl()->node); }

// --- what rules save

/// An input kept for backward. get() throws GradError if it was changed in place since.
class Saved {
 public:
  Saved() noexcept = default;
  bool kept() const noexcept { return m_tensor.defined(); }
  explicit Saved(const Tensor& tensor) : m_tensor(tensor), m_version(tensor.impl()->storage->version()) {}
  const Tensor& get() const {
    if (m_tensor.impl()->storage->version() != m_version) changed_in_place();
    return m_tensor;
  }

 private:
  [[noreturn]] void changed_in_place() const;
  Tensor m_tensor;
  std::uint32_t m_version = 0;
};

inline Saved save(const Tensor& tensor) { return Saved(tensor); }

/// An output kept by its own node: it holds the memory, not the record, since record and node would keep each other
/// alive for ever.
class SavedOutput {
 public:
  void keep(const TensorImpl& output);
  void free() noexcept { m_storage = {}; }
  bool kept() const noexcept { return static_cast<bool>(m_storage); }
  const std::byte* data() const;
  /// The output as a tensor with `node` as its history.
  Tensor get(Node& node) const;

 private:
  StoragePtr m_storage;
  std::byte* m_data = nullptr;
  std::uint32_t m_version = 0;
};

/// The node whose rule runs in this thread, or null: errors name it.
extern constinit thread_local const Node* t_running_node;

// --- recording an operation

/// An input of an operation with its local rule: `rule(upstream)` or `rule(upstream, output)` gives the input's
/// gradient as a tensor expression.
template <class Rule>
struct From {
  const Tensor& input;
  Rule rule;
};
template <class Rule>
From(const Tensor&, Rule) -> From<Rule>;

template <class... Rules>
class RuleNode final : public Node {
 public:
  RuleNode(const char* name, From<Rules>... from) : m_name(name), m_inputs{node_of(from.input)...} {
    keep(std::index_sequence_for<Rules...>{}, std::move(from)...);
  }

  const char* name() const noexcept override { return m_name; }
  std::span<const NodePtr> inputs() const noexcept override { return m_inputs; }
  void release_saved() noexcept override {
    std::apply([](auto&... rule) { (rule.reset(), ...); }, m_rules);
    m_output.free();
  }
  void propagate(Tensor upstream, GradientSink& sink) override {
    propagate(std::index_sequence_for<Rules...>{}, upstream, sink);
  }
  void keep_output(const TensorImpl& output) {
    if constexpr ((std::is_invocable_v<Rules, const Tensor&, const Tensor&> || ...)) m_output.keep(output);
  }

 private:
  template <std::size_t... I>
  void keep(std::index_sequence<I...>, From<Rules>... from) {
    ((m_inputs[I] ? void(std::get<I>(m_rules).emplace(std::move(from.rule))) : void()), ...);
  }
  template <std::size_t... I>
  void propagate(std::index_sequence<I...>, const Tensor& upstream, GradientSink& sink) {
    ((m_inputs[I] ? sink.deliver(*this, *m_inputs[I], apply(*std::get<I>(m_rules), upstream)) : void()), ...);
  }
  template <class Rule>
  Tensor apply(const Rule& rule, const Tensor& upstream) {
    if constexpr (std::is_invocable_v<Rule, const Tensor&, const Tensor&>) {
      return rule(upstream, m_output.get(*this));
    } else {
      return rule(upstream);
    }
  }

  const char* m_name;
  std::array<NodePtr, sizeof...(Rules)> m_inputs;
  std::tuple<std::optional<Rules>...> m_rules;
  SavedOutput m_output;
};

/// Records `result` as the output of the operation `name`, if recording is on and an input requires a gradient.
/// A rule is kept only for an input that does, so that what it saves is not held in vain.
/// Example: `return record("transpose", result, From{x, [](const Tensor& g) { return transpose(g); }});`
template <class... Rules>
Tensor record(const char* name, Tensor result, From<Rules>... from) {
  if (!grad_enabled() || !(from.input.requires_grad() || ...)) return result;
  auto* node = new RuleNode<Rules...>(name, std::move(from)...);
  node->attach_to(*result.impl());
  node->keep_output(*result.impl());
  return result;
}

/// The same for a list of inputs with one rule: `rule(upstream, i)` gives the gradient of input i.
template <class Rule>
class ListNode final : public Node {
 public:
  ListNode(const char* name, const Tensors& inputs, Rule rule) : m_name(name), m_rule(std::move(rule)) {
    for (const Tensor& input : inputs) m_inputs.push_back(node_of(input));
  }
  const char* name() const noexcept override { return m_name; }
  std::span<const NodePtr> inputs() const noexcept override { return m_inputs; }
  void release_saved() noexcept override { m_rule.reset(); }
  void propagate(Tensor upstream, GradientSink& sink) override {
    for (std::size_t i = 0; i < m_inputs.size(); ++i) {
      if (m_inputs[i]) sink.deliver(*this, *m_inputs[i], (*m_rule)(upstream, i));
    }
  }

 private:
  const char* m_name;
  std::vector<NodePtr> m_inputs;
  std::optional<Rule> m_rule;
};

template <class Rule>
Tensor record_list(const char* name, Tensor result, const Tensors& inputs, Rule rule) {
  bool needed = false;
  for (const Tensor& input : inputs) needed = needed || input.requires_grad();
  if (grad_enabled() && needed) (new ListNode<Rule>(name, inputs, std::move(rule)))->attach_to(*result.impl());
  return result;
}

}  // namespace xtape
