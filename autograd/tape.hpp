#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include <autograd/tensor.hpp>

namespace xtape {

class Node;
class GradientSink;
using NodePtr = IntrusivePtr<Node>;

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
  /// The local rule: from the gradient of the output to that of every input with a node. Where derivatives_wanted(), in
  /// tensor operations.
  virtual void propagate(Tensor upstream, GradientSink& sink) = 0;
  /// Frees what the rule saved.
  virtual void release_saved() noexcept = 0;
  virtual bool is_leaf() const noexcept { return false; }

  // For pictures of the graph.

  /// What the rule keeps for backward: inputs and perhaps the result. Throws GradError where one was changed since.
  virtual Tensors saved() { return {}; }
  /// The operation once more, on these inputs; where one is undefined, on what was saved of it. Undefined where the
  /// node does not know how.
  virtual Tensor repeat(const Tensors&) const { return {}; }

  std::uint64_t number() const noexcept { return m_number; }
  /// The number that the next node will have or exceed.
  static std::uint64_t next_number() noexcept;
  /// Where it was recorded, under anomaly detection; else "".
  const std::string& place() const noexcept;
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

  /// A function of the node's gradient, run when all of it has arrived; what it returns, if defined, takes its place.
  using Hook = std::function<Tensor(const Tensor& gradient)>;
  /// A module's call whose result the node's output is: the module's name, its type as typeid() spells it, and the
  /// numbers that the nodes recorded meanwhile have, from `first` to before `last`.
  struct Call {
    std::string name;
    const char* type;
    std::uint64_t first, last;
  };
  /// What few nodes have.
  struct Extras {
    std::map<unsigned, Hook> hooks;
    std::string place;
    std::vector<Call> calls;
  };
  Extras& ensure_extras() {
    if (!m_extras) m_extras = std::make_unique<Extras>();
    return *m_extras;
  }
  const Extras* extras() const noexcept { return m_extras.get(); }

  // --- the engine's notes while backward runs

  Tensor gradient;         // sum of what has arrived
  std::uint64_t mark = 0;  // the run that last visited the node
  bool released = false;   // its saved tensors were freed by a backward without retain_graph

 private:
  /// Destroys the node and whatever only it kept alive, one after the other: nothing recurses over the graph.
  static void destroy(Node* node) noexcept;

  ReferenceCount m_references;
  DType m_dtype = DType::float32;
  std::uint64_t m_number;
  TensorImpl* m_output = nullptr;
  Node* m_next_condemned = nullptr;
  std::unique_ptr<Extras> m_extras;
  Shape m_shape;
};

/// Where a node delivers the gradients of its inputs while backward runs; the engine implements it.
class GradientSink {
 public:
  /// Whether this run needs the input's gradient at all.
  bool wants(const Node* input) const noexcept { return input && (m_aim == 0 || input->mark == m_aim); }
  /// Hands over the gradient of the node behind `input`, which may be in the broadcast shape. Undefined means zero.
  virtual void deliver(const Node& from, Node& input, Tensor gradient) = 0;
  /// What has arrived at `input` so far, where a rule may add to it in place of delivering; else null.
  virtual const Tensor* sum_to_add_to(const Node& input) const = 0;

 protected:
  ~GradientSink() = default;

  std::uint64_t m_aim = 0;  // the mark of nodes on the way to what grad() asks for; 0: every node counts
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

/// The level of the innermost jvp() that runs in this thread; 0: none does, and no operation looks for tangents.
extern constinit thread_local unsigned t_forward_level;

/// Whether what is computed now may be differentiated: it is recorded, or tangents travel with it. A rule that has a
/// faster kernel beside its tensor expression uses it only where this is false.
inline bool derivatives_wanted() noexcept { return t_recording || t_forward_level != 0; }

/// The node of a tensor's history, or null.
inline NodePtr node_of(const Tensor& tensor) noexcept { return NodePtr::share(tensor.impl()->node); }

/// The node whose rule runs in this thread, or null: errors name it.
extern constinit thread_local const Node* t_running_node;

}  // namespace xtape
