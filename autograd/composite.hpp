#pragma once

#include <optional>
#include <utility>
#include <vector>

#include <autograd/record.hpp>

/// Operations that stand for an expression of others: the value and the first-order gradients come from kernels that
/// see the whole of it, higher orders and forward mode from the expression itself.
namespace xtape {

/// What such an operation brings along. `expression(inputs)` computes the result in recorded operations;
/// `gradients(inputs, upstream, wanted)` computes by kernels, for each input where `wanted`, the gradient that the
/// expression has, in the input's shape and dtype.
template <class Rule>
concept CompositeRule = requires(const Rule& rule, const Tensors& inputs, const Tensor& upstream,
                                 const std::vector<bool>& wanted) {
  { rule.expression(inputs) } -> std::same_as<Tensor>;
  { rule.gradients(inputs, upstream, wanted) } -> std::same_as<Tensors>;
};

/// The gradients of `expression(inputs)` at the inputs where `wanted`, by running it again; they can be differentiated.
Tensors gradients_of_expression(const std::function<Tensor(const Tensors&)>& expression, const Tensors& inputs,
                                const Tensor& upstream, const std::vector<bool>& wanted);

template <CompositeRule Rule>
class CompositeNode final : public Node {
 public:
  CompositeNode(const char* name, const Tensors& inputs, Rule rule) : m_name(name), m_rule(std::move(rule)) {
    for (const Tensor& input : inputs) {
      m_saved.push_back(input.defined() ? save(input) : Saved());
      m_inputs.push_back(input.defined() ? node_of(input) : NodePtr());
    }
  }
  const char* name() const noexcept override { return m_name; }
  std::span<const NodePtr> inputs() const noexcept override { return m_inputs; }
  void release_saved() noexcept override {
    m_saved.clear();
    m_rule.reset();
  }
  void propagate(Tensor upstream, GradientSink& sink) override {
    Tensors inputs;
    std::vector<bool> wanted;
    for (std::size_t i = 0; i < m_inputs.size(); ++i) {
      inputs.push_back(m_saved[i].kept() ? m_saved[i].get() : Tensor());
      wanted.push_back(sink.wants(m_inputs[i].get()));
    }
    const auto expression = [this](const Tensors& x) { return m_rule->expression(x); };
    Tensors gradients = derivatives_wanted() ? gradients_of_expression(expression, inputs, upstream, wanted)
                                             : m_rule->gradients(inputs, upstream, wanted);
    for (std::size_t i = 0; i < m_inputs.size(); ++i) {
      if (wanted[i]) sink.deliver(*this, *m_inputs[i], std::move(gradients[i]));
    }
  }
  Tensors saved() override {
    Tensors found = tensors_of(m_saved);
    collect_saved(m_rule, found);
    return found;
  }

 private:
  const char* m_name;
  std::vector<NodePtr> m_inputs;  // null where an input needs no gradient
  std::vector<Saved> m_saved;
  std::optional<Rule> m_rule;
};

/// Records `result` as the output of the operation `name` on `inputs`, some of which may be undefined, if recording is
/// on and an input requires a gradient. The rule is not asked about operations that are watched(): compute those by
/// their expression. Example: `return record_composite("lstm", result, {x, weight}, LstmRule{result});`
template <CompositeRule Rule>
Tensor record_composite(const char* name, Tensor result, const Tensors& inputs, Rule rule) {
  if (is_recorded(inputs)) (new CompositeNode<Rule>(name, inputs, std::move(rule)))->attach_to(*result.impl());
  if (profile::active()) [[unlikely]]
    profile::output(name, result);
  return result;
}

}  // namespace xtape
