#include <autograd/custom_op.hpp>
#include <autograd/forward.hpp>
#include <autograd/record.hpp>

namespace xtape {

namespace {

Tensors apply_backward(const CustomOp& op, const Tensor& upstream, const Tensors& inputs, const Tensor& output) {
  Tensors gradients = op.backward(upstream, inputs, output);
  if (gradients.size() != inputs.size()) {
    throw GradError(op.name + ": its backward rule gave " + std::to_string(gradients.size()) + " gradients for " +
                    std::to_string(inputs.size()) + " inputs; an undefined Tensor stands for zero");
  }
  return gradients;
}

class CustomNode final : public Node {
 public:
  CustomNode(const CustomOp& op, const Tensors& inputs) : m_op(op) {
    for (const Tensor& input : inputs) {
      m_inputs.push_back(node_of(input));
      m_saved.push_back(save(input));
    }
  }

  const char* name() const noexcept override { return m_op.name.c_str(); }
  std::span<const NodePtr> inputs() const noexcept override { return m_inputs; }
  void keep_output(const TensorImpl& output) { m_output.keep(output); }
  void release_saved() noexcept override {
    m_saved.clear();
    m_output.free();
  }

  void propagate(Tensor upstream, GradientSink& sink) override {
    Tensors inputs;
    for (const Saved& saved : m_saved) inputs.push_back(saved.get());
    const Tensors gradients = apply_backward(m_op, upstream, inputs, m_output.get(*this));
    for (std::size_t i = 0; i < m_inputs.size(); ++i) {
      if (sink.wants(m_inputs[i].get())) sink.deliver(*this, *m_inputs[i], gradients[i]);
    }
  }
  Tensors saved() override {
    Tensors found = tensors_of(m_saved);
    if (m_output.kept()) found.push_back(m_output.get(*this));
    return found;
  }

 private:
  CustomOp m_op;
  std::vector<NodePtr> m_inputs;
  std::vector<Saved> m_saved;
  SavedOutput m_output;
};

Tensor value_of(const CustomOp& op, const Tensors& inputs) {
  const NoGrad guard;
  const forward::Limit no_tangents(0);
  return op.forward(inputs).detach();  // a record of its own, even where it returns an input
}

}  // namespace

Tensor custom_op(const CustomOp& op, const Tensors& inputs) {
  const profile::Op profiled(op.name.c_str(), inputs);
  Tensor result = value_of(op, inputs);
  CustomNode* node = nullptr;
  if (is_recorded(inputs)) {
    node = new CustomNode(op, inputs);
    node->attach_to(*result.impl());
  }
  if (watched()) {
    std::vector<const Tensor*> pointers;
    std::vector<WatchedRule> rules;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      pointers.push_back(&inputs[i]);
      rules.emplace_back([&, i](const Tensor& g, const Tensor& y) { return apply_backward(op, g, inputs, y)[i]; });
    }
    watch(op.name.c_str(), result, pointers, rules);
  }
  if (node) node->keep_output(*result.impl());
  return profiled.result(result);
}

}  // namespace xtape
