#include <autograd/derivatives.hpp>
#include <autograd/engine.hpp>
#include <autograd/random.hpp>
#include <autograd/record.hpp>

#include <algorithm>
#include <set>

namespace xtape {

namespace {

// Draws again what was drawn when the snapshot was taken, for its lifetime.
class Replay {
 public:
  explicit Replay(const random::Generator& snapshot)
      : m_present(std::exchange(random::default_generator(), snapshot)) {}
  ~Replay() { random::default_generator() = m_present; }
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

 private:
  random::Generator m_present;
};

// The nodes older than `first` that the graph of `y` begins with.
std::vector<NodePtr> nodes_before(std::uint64_t first, const Tensor& y) {
  std::set<Node*> seen;
  std::vector<Node*> reached{y.impl()->node};
  std::vector<NodePtr> result;
  for (std::size_t i = 0; i < reached.size(); ++i) {
    if (reached[i]->number() < first) {
      result.push_back(NodePtr::share(reached[i]));
      continue;
    }
    for (const NodePtr& input : reached[i]->inputs()) {
      if (input && seen.insert(input.get()).second) reached.push_back(input.get());
    }
  }
  return result;
}

class CheckpointNode final : public Node {
 public:
  CheckpointNode(const TensorFunction& function, const Tensors& inputs, const std::vector<NodePtr>& captured,
                 const random::Generator& generator)
      : m_function(function), m_generator(generator) {
    for (const Tensor& input : inputs) {
      m_saved.push_back(save(input));
      m_inputs.push_back(node_of(input));
    }
    m_inputs.insert(m_inputs.end(), captured.begin(), captured.end());
  }

  const char* name() const noexcept override { return "checkpoint"; }
  std::span<const NodePtr> inputs() const noexcept override { return m_inputs; }
  void release_saved() noexcept override { m_saved.clear(); }
  Tensors saved() override { return tensors_of(m_saved); }

  void propagate(Tensor upstream, GradientSink& sink) override {
    const bool create_graph = grad_enabled();
    Tensors places;
    std::vector<std::size_t> wanted;
    std::vector<Node*> ends;
    for (std::size_t i = 0; i < m_inputs.size(); ++i) {
      const bool is_input = i < m_saved.size();
      if (is_input) places.push_back(entry(m_saved[i].get(), create_graph, m_saved[i].get().requires_grad()));
      if (!sink.wants(m_inputs[i].get())) continue;
      wanted.push_back(i);
      ends.push_back(is_input ? places[i].impl()->node : m_inputs[i].get());
    }
    const Tensor y = compute(places);
    const Tensors gradients = gradients_at(y, ends, upstream, create_graph);
    for (std::size_t k = 0; k < wanted.size(); ++k) sink.deliver(*this, *m_inputs[wanted[k]], gradients[k]);
  }

 private:
  Tensor compute(const Tensors& places) const {
    const GradModeGuard recording(true);
    const Replay replay(m_generator);
    return m_function(places);
  }

  TensorFunction m_function;
  random::Generator m_generator;
  std::vector<Saved> m_saved;
  std::vector<NodePtr> m_inputs;  // those of the inputs, then those of what the function captured
};

}  // namespace

Tensor checkpoint(const TensorFunction& function, const Tensors& inputs) {
  if (!grad_enabled() || t_forward_level != 0) return function(inputs);
  const profile::Op profiled("checkpoint", inputs);
  const random::Generator generator = random::default_generator();
  const std::uint64_t first = Node::next_number();
  // Recorded once to learn what else the function depends on; this graph is gone when the result is detached.
  Tensors places;
  for (const Tensor& input : inputs) {
    places.push_back(input.detach());
    if (input.requires_grad()) places.back().requires_grad_();
  }
  const Tensor y = function(places);
  if (!y.requires_grad()) return y;
  const Tensor result = y.detach();
  (new CheckpointNode(function, inputs, nodes_before(first, y), generator))->attach_to(*result.impl());
  return profiled.result(result);
}

}  // namespace xtape
