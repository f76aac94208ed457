#pragma once

// An engine for automatic differentiation of arrays, in one file. The same tape, the same rules and the same interface
// as the library's, without what makes the library fast.

#include <autograd/xtensor.hpp>
#if __has_include(<xtensor/core/xmath.hpp>)
#include <xtensor/core/xmath.hpp>
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>
#endif

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace mini {

using Array = xt::xarray<double>;
using Shape = Array::shape_type;

class Tensor;
struct Node;
using Tensors = std::vector<Tensor>;
using NodePtr = std::shared_ptr<Node>;

// --- what is recorded

inline thread_local bool recording = true;

struct GradMode {
  explicit GradMode(bool on) : before(std::exchange(recording, on)) {}
  ~GradMode() { recording = before; }
  bool before;
};
struct NoGrad : GradMode {
  NoGrad() : GradMode(false) {}
};

struct BackwardOptions {
  bool retain_graph = false, create_graph = false;
};

// --- a variable: values, where they came from, and a gradient

struct Variable {
  std::shared_ptr<Array> values;
  NodePtr node;
  std::shared_ptr<Variable> gradient;
};

class Tensor {
 public:
  Tensor() = default;
  Tensor(double value) : Tensor(Array(value)) {}
  template <class E>
  requires xt::is_xexpression<E>::value Tensor(const E& expression)
      : m_variable(std::make_shared<Variable>(Variable{std::make_shared<Array>(expression), {}, {}})) {}
  explicit Tensor(std::shared_ptr<Variable> variable) : m_variable(std::move(variable)) {}
  explicit Tensor(const NodePtr& result_of);

  bool defined() const { return m_variable != nullptr; }
  const Array& array() const { return *m_variable->values; }
  const Shape& shape() const { return array().shape(); }
  std::size_t size() const { return array().size(); }
  double item(std::size_t i = 0) const { return array().flat(i); }
  void assign(const Tensor& source) const { *m_variable->values = xt::broadcast(source.array(), shape()); }
  Tensor detach() const { return Tensor(std::make_shared<Variable>(Variable{m_variable->values, {}, {}})); }

  bool requires_grad() const { return m_variable->node != nullptr; }
  Tensor requires_grad_() const;
  Tensor retain_grad() const;
  Tensor grad() const { return Tensor(m_variable->gradient); }
  void zero_grad() const { m_variable->gradient = nullptr; }
  void backward(BackwardOptions options = {}) const;

  const std::shared_ptr<Variable>& variable() const { return m_variable; }
  const NodePtr& node() const { return m_variable->node; }

 private:
  std::shared_ptr<Variable> m_variable;
};

// --- a node: one recorded operation, or a leaf

using Rule = std::function<Tensors(const Tensor& upstream, const Tensor& result)>;

inline std::uint64_t nodes_made = 0;

struct Node {
  std::uint64_t number = ++nodes_made;  // the inputs of a node are older: they have smaller numbers
  std::vector<NodePtr> inputs = {};     // null where an input needs no gradient
  Rule rule = {};                       // none: a leaf
  std::shared_ptr<Array> values = {};   // of the result, for rules that use it
  Shape shape = {};
  std::weak_ptr<Variable> variable = {};
  bool is_leaf = false, keeps_gradient = false;

  ~Node();
};

// A node that goes may be the last to hold its inputs' nodes, and these the last to hold theirs. Each puts what it held
// on a list, and the first one empties it: nothing recurses.
inline Node::~Node() {
  static thread_local std::vector<std::pair<std::vector<NodePtr>, Rule>> condemned;
  static thread_local bool busy = false;
  condemned.emplace_back(std::move(inputs), std::move(rule));
  if (std::exchange(busy, true)) return;
  while (!condemned.empty()) {
    const auto next = std::move(condemned.back());
    condemned.pop_back();
  }
  busy = false;
}

inline Tensor::Tensor(const NodePtr& result_of)
    : Tensor(std::make_shared<Variable>(Variable{result_of->values, result_of, {}})) {}

inline Tensor Tensor::requires_grad_() const {
  if (requires_grad()) return *this;
  m_variable->node = std::make_shared<Node>();
  m_variable->node->is_leaf = true;
  m_variable->node->shape = shape();
  m_variable->node->variable = m_variable;
  return retain_grad();
}

inline Tensor Tensor::retain_grad() const {
  m_variable->node->keeps_gradient = true;
  return *this;
}

// The result of an operation, with its place on the tape if anything may ask for its derivative.
inline Tensor record(Array values, const Tensors& inputs, Rule rule) {
  const Tensor result(values);
  const auto needs_gradient = [](const Tensor& input) { return input.requires_grad(); };
  if (!recording || std::none_of(inputs.begin(), inputs.end(), needs_gradient)) return result;
  const auto node = std::make_shared<Node>();
  for (const Tensor& input : inputs) node->inputs.push_back(input.node());
  node->rule = std::move(rule);
  node->values = result.variable()->values;
  node->shape = result.shape();
  node->variable = result.variable();
  result.variable()->node = node;
  return result;
}

// --- operations: a value, and the gradient of each input from that of the result

inline Tensor operator+(const Tensor& a, const Tensor& b) {
  return record(a.array() + b.array(), {a, b}, [](const Tensor& g, const Tensor&) { return Tensors{g, g}; });
}
inline Tensor operator*(const Tensor& a, const Tensor& b) {
  return record(a.array() * b.array(), {a, b}, [a, b](const Tensor& g, const Tensor&) {
    return Tensors{g * b, g * a};
  });
}
inline Tensor operator-(const Tensor& a) {
  return record(-a.array(), {a}, [](const Tensor& g, const Tensor&) { return Tensors{-g}; });
}
inline Tensor operator-(const Tensor& a, const Tensor& b) { return a + (-b); }
inline Tensor operator/(const Tensor& a, const Tensor& b) {
  return record(a.array() / b.array(), {a, b}, [b](const Tensor& g, const Tensor& y) {
    return Tensors{g / b, -g * y / b};
  });
}
inline Tensor square(const Tensor& x) {
  return record(x.array() * x.array(), {x}, [x](const Tensor& g, const Tensor&) { return Tensors{g * (2.0 * x)}; });
}
inline Tensor pow(const Tensor& x, double n) {
  return record(xt::pow(x.array(), n), {x},
                [x, n](const Tensor& g, const Tensor&) { return Tensors{g * (n * pow(x, n - 1.0))}; });
}
inline Tensor exp(const Tensor& x) {
  return record(xt::exp(x.array()), {x}, [](const Tensor& g, const Tensor& y) { return Tensors{g * y}; });
}
inline Tensor tanh(const Tensor& x) {
  return record(xt::tanh(x.array()), {x}, [](const Tensor& g, const Tensor& y) { return Tensors{g * (1.0 - y * y)}; });
}
inline Tensor cos(const Tensor& x);
inline Tensor sin(const Tensor& x) {
  return record(xt::sin(x.array()), {x}, [x](const Tensor& g, const Tensor&) { return Tensors{g * cos(x)}; });
}
inline Tensor cos(const Tensor& x) {
  return record(xt::cos(x.array()), {x}, [x](const Tensor& g, const Tensor&) { return Tensors{-g * sin(x)}; });
}
inline Tensor relu(const Tensor& x) {
  const Array positive = xt::cast<double>(x.array() > 0.0);
  return record(x.array() * positive, {x},
                [positive](const Tensor& g, const Tensor&) { return Tensors{g * Tensor(positive)}; });
}

// --- shapes

inline Tensor sum_to_shape(const Tensor& x, const Shape& shape);
inline Tensor broadcast_to(const Tensor& x, const Shape& shape) {
  return record(xt::broadcast(x.array(), shape), {x}, [](const Tensor& g, const Tensor&) { return Tensors{g}; });
}
inline Tensor sum_to_shape(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  const std::size_t added = x.shape().size() - shape.size();
  std::vector<std::size_t> axes;
  for (std::size_t i = 0; i < x.shape().size(); ++i) {
    if (i < added || shape[i - added] != x.shape()[i]) axes.push_back(i);
  }
  Array values = xt::sum(x.array(), axes);
  values.reshape(shape);
  return record(values, {x},
                [from = x.shape()](const Tensor& g, const Tensor&) { return Tensors{broadcast_to(g, from)}; });
}
inline Tensor sum(const Tensor& x) { return sum_to_shape(x, Shape()); }
inline Tensor mean(const Tensor& x) { return sum(x) / static_cast<double>(x.size()); }
inline Tensor transpose(const Tensor& x) {
  return record(xt::transpose(x.array()), {x}, [](const Tensor& g, const Tensor&) { return Tensors{transpose(g)}; });
}
inline Tensor matmul(const Tensor& a, const Tensor& b) {
  const auto rows = xt::view(a.array(), xt::all(), xt::all(), xt::newaxis());
  const auto columns = xt::view(b.array(), xt::newaxis(), xt::all(), xt::all());
  return record(xt::sum(rows * columns, {1}), {a, b}, [a, b](const Tensor& g, const Tensor&) {
    return Tensors{matmul(g, transpose(b)), matmul(transpose(a), g)};
  });
}

// --- the engine

// Runs backward from `root` and calls visit(node, gradient) with each node when all of its gradient has arrived.
template <class Visit>
void run(const Tensor& root, BackwardOptions options, const Visit& visit) {
  if (!root.requires_grad()) throw std::runtime_error("backward: nothing that this depends on requires a gradient");
  const GradMode mode(options.create_graph);
  std::map<std::uint64_t, std::pair<NodePtr, Tensor>> waiting;  // sorted by number: the youngest comes last
  waiting[root.node()->number] = {root.node(), Tensor(xt::ones<double>(root.shape()))};
  while (!waiting.empty()) {
    const auto [node, upstream] = waiting.extract(std::prev(waiting.end())).mapped();
    visit(node, upstream);
    if (node->is_leaf) continue;
    if (!node->rule) throw std::runtime_error("backward came here a second time; retain_graph the first time");
    const Tensors gradients = node->rule(upstream, Tensor(node));
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      const NodePtr& input = node->inputs[i];
      if (!input) continue;
      auto& [receiver, total] = waiting[input->number];
      const Tensor gradient = sum_to_shape(gradients[i], input->shape);
      receiver = input;
      total = total.defined() ? total + gradient : gradient;
    }
    if (!options.retain_graph && !options.create_graph) node->rule = nullptr, node->values = nullptr;
  }
}

inline void Tensor::backward(BackwardOptions options) const {
  run(*this, options, [](const NodePtr& node, const Tensor& gradient) {
    const auto owner = node->variable.lock();
    if (!owner || !node->keeps_gradient) return;
    owner->gradient = (owner->gradient ? Tensor(owner->gradient) + gradient : gradient).variable();
  });
}

// The gradient of `y` with respect to `x` as a value: no grad() changes.
inline Tensor grad(const Tensor& y, const Tensor& x, BackwardOptions options = {}) {
  Tensor result;
  run(y, options, [&](const NodePtr& node, const Tensor& gradient) {
    if (node == x.node()) result = gradient;
  });
  return result;
}

}  // namespace mini
