#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

#include <autograd/anomaly.hpp>
#include <autograd/profile.hpp>
#include <autograd/tape.hpp>

/// How an operation puts itself on the tape: what its local rules save, and record().
namespace xtape {

// --- what rules save

class Saved;

/// While it lives, it collects what this thread copies of Saved: a copy of a rule shows so what the rule has captured.
class SavedCollector {
 public:
  SavedCollector() noexcept : m_outer(std::exchange(t_innermost, this)) {}
  ~SavedCollector() { t_innermost = m_outer; }
  SavedCollector(const SavedCollector&) = delete;
  SavedCollector& operator=(const SavedCollector&) = delete;

  Tensors found;

 private:
  friend class Saved;
  static constinit thread_local SavedCollector* t_innermost;
  SavedCollector* m_outer;
};

/// An input kept for backward. get() throws GradError if it was changed in place since.
class Saved {
 public:
  Saved() noexcept = default;
  Saved(const Saved& other) : m_tensor(other.m_tensor), m_version(other.m_version) {
    if (SavedCollector::t_innermost && kept()) [[unlikely]]
      SavedCollector::t_innermost->found.push_back(get());
  }
  Saved(Saved&& other) noexcept = default;
  Saved& operator=(const Saved& other) noexcept = default;
  Saved& operator=(Saved&& other) noexcept = default;
  ~Saved() = default;
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

/// Those of some saved inputs that are kept.
inline Tensors tensors_of(std::span<const Saved> saved) {
  Tensors found;
  for (const Saved& each : saved) {
    if (each.kept()) found.push_back(each.get());
  }
  return found;
}

/// What a rule has captured with save().
template <class Rule>
void collect_saved(const std::optional<Rule>& rule, Tensors& found) {
  SavedCollector collector;
  [[maybe_unused]] const std::optional<Rule> copy(rule);
  found.insert(found.end(), collector.found.begin(), collector.found.end());
}

/// An output kept by its own node: it holds the memory, not the record, since record and node would keep each other
/// alive for ever.
class SavedOutput {
 public:
  void keep(const TensorImpl& output);
  void free() noexcept {
    m_storage = {};
    m_tangents.reset();  // recorded, they lead back to the node
  }
  bool kept() const noexcept { return static_cast<bool>(m_storage); }
  const std::byte* data() const;
  /// Null where the output is contiguous.
  const Strides* strides() const noexcept { return m_strides.get(); }
  /// The output as a tensor with `node` as its history.
  Tensor get(Node& node) const;

 private:
  StoragePtr m_storage;
  std::byte* m_data = nullptr;
  std::uint32_t m_version = 0;
  std::unique_ptr<const Strides> m_strides;
  std::unique_ptr<std::vector<TensorImpl::Tangent>> m_tangents;
};

// --- what else looks at an operation

/// Whether somebody looks at every operation of this thread: forward mode, or anomaly detection.
inline bool watched() noexcept { return t_forward_level != 0 || anomaly::detecting(); }

/// The local rule of one input, for whoever watches.
using WatchedRule = std::function<Tensor(const Tensor& upstream, const Tensor& output)>;

/// Shows an operation and its result to those who watch: tangents are carried on, anomalies thrown (GradError).
void watch(const char* name, const Tensor& result, std::span<const Tensor* const> inputs,
           std::span<const WatchedRule> rules);

/// The values of `x` as a tensor of its own, recorded: a place of its own on the tape for one use of x.
Tensor alias(const Tensor& x);

/// Where `x` enters a function that is differentiated by itself: behind the history of x where derivatives of that
/// derivative are to be recorded, else a leaf. Requires a gradient where it is `wanted` and the dtype has one.
Tensor entry(const Tensor& x, bool create_graph, bool wanted = true);

// --- recording an operation

/// Whether an operation on these tensors is to be recorded.
bool is_recorded(const Tensors& inputs) noexcept;

/// A rule that reaches only a part of its input: `rule.add_to(gradient, upstream)` adds in place what the rule would
/// put into zeros. It is used where a gradient has arrived already, so that the parts of a split cost as much as the
/// whole.
template <class Rule>
concept AddsInPlace = requires(const Rule& rule, const Tensor& gradient) {
  rule.add_to(gradient, gradient);
};

/// An input of an operation with its local rule: `rule(upstream)` or `rule(upstream, output)` gives the input's
/// gradient as a tensor expression.
template <class Rule>
struct From {
  const Tensor& input;
  Rule rule;
};
template <class Rule>
From(const Tensor&, Rule) -> From<Rule>;

template <class Rule>
Tensor apply_rule(const Rule& rule, const Tensor& upstream, const Tensor& output) {
  if constexpr (std::is_invocable_v<Rule, const Tensor&, const Tensor&>) {
    return rule(upstream, output);
  } else {
    return rule(upstream);
  }
}

template <class... Rules>
class RuleNode final : public Node {
 public:
  /// Takes the rules out of `from`.
  RuleNode(const char* name, From<Rules>&... from) : m_name(name), m_inputs{node_of(from.input)...} {
    keep(std::index_sequence_for<Rules...>{}, from...);
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
  Tensors saved() override {
    Tensors found;
    std::apply([&](const auto&... rule) { (collect_saved(rule, found), ...); }, m_rules);
    if (m_output.kept()) found.push_back(m_output.get(*this));
    return found;
  }
  void keep_output(const TensorImpl& output) {
    if constexpr ((std::is_invocable_v<Rules, const Tensor&, const Tensor&> || ...)) m_output.keep(output);
  }

 private:
  template <std::size_t... I>
  void keep(std::index_sequence<I...>, From<Rules>&... from) {
    ((m_inputs[I] ? void(std::get<I>(m_rules).emplace(std::move(from.rule))) : void()), ...);
  }
  template <std::size_t... I>
  void propagate(std::index_sequence<I...>, const Tensor& upstream, GradientSink& sink) {
    ((sink.wants(m_inputs[I].get()) ? propagate_to(*m_inputs[I], *std::get<I>(m_rules), upstream, sink) : void()), ...);
  }
  template <class Rule>
  void propagate_to(Node& input, const Rule& rule, const Tensor& upstream, GradientSink& sink) {
    if constexpr (AddsInPlace<Rule>) {
      const Tensor* const arrived = sink.sum_to_add_to(input);
      if (arrived && arrived->is_contiguous()) return rule.add_to(*arrived, upstream);
    }
    sink.deliver(*this, input, apply(rule, upstream));
  }
  template <class Rule>
  Tensor apply(const Rule& rule, const Tensor& upstream) {
    constexpr bool needs_output = std::is_invocable_v<Rule, const Tensor&, const Tensor&>;
    return apply_rule(rule, upstream, needs_output ? m_output.get(*this) : Tensor());
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
  const bool recorded = grad_enabled() && (from.input.requires_grad() || ...);
  const std::array<const Tensor*, sizeof...(Rules)> inputs{&from.input...};
  std::vector<WatchedRule> rules;
  if (watched()) {
    (rules.emplace_back([rule = from.rule](const Tensor& g, const Tensor& y) { return apply_rule(rule, g, y); }), ...);
  }
  RuleNode<Rules...>* node = nullptr;
  if (recorded) {
    node = new RuleNode<Rules...>(name, from...);
    node->attach_to(*result.impl());
  }
  if (watched()) watch(name, result, inputs, rules);
  if (node) node->keep_output(*result.impl());
  if (profile::active()) [[unlikely]]
    profile::output(name, result);
  return result;
}

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
      if (sink.wants(m_inputs[i].get())) sink.deliver(*this, *m_inputs[i], (*m_rule)(upstream, i));
    }
  }
  Tensors saved() override {
    Tensors found;
    collect_saved(m_rule, found);
    return found;
  }

 private:
  const char* m_name;
  std::vector<NodePtr> m_inputs;
  std::optional<Rule> m_rule;
};

/// The same for a list of inputs with one rule: `rule(upstream, i)` gives the gradient of input i.
/// Example: `return record_list("stack", result, tensors, [](const Tensor& g, std::size_t i) { return part(g, i); });`
template <class Rule>
Tensor record_list(const char* name, Tensor result, const Tensors& inputs, Rule rule) {
  std::vector<WatchedRule> rules;
  std::vector<const Tensor*> pointers;
  if (watched()) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      rules.emplace_back([rule, i](const Tensor& g, const Tensor&) { return rule(g, i); });
      pointers.push_back(&inputs[i]);
    }
  }
  if (is_recorded(inputs)) (new ListNode<Rule>(name, inputs, std::move(rule)))->attach_to(*result.impl());
  if (watched()) watch(name, result, pointers, rules);
  if (profile::active()) [[unlikely]]
    profile::output(name, result);
  return result;
}

}  // namespace xtape
