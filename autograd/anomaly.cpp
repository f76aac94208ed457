#include <autograd/anomaly.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/reduce.hpp>

#include <algorithm>

namespace xtape {

namespace anomaly {

constinit thread_local bool t_detecting = false;

namespace {

thread_local std::string t_scope;

}  // namespace

const std::string& scope() noexcept { return t_scope; }

}  // namespace anomaly

DetectAnomaly::DetectAnomaly(bool enabled) noexcept : m_previous(std::exchange(anomaly::t_detecting, enabled)) {}
DetectAnomaly::~DetectAnomaly() { anomaly::t_detecting = m_previous; }

NameScope::NameScope(const std::string& name) : m_outer(anomaly::t_scope.size()), m_region(name.c_str()) {
  anomaly::t_scope += (m_outer == 0 ? "" : ".") + name;
}
NameScope::~NameScope() { anomaly::t_scope.resize(m_outer); }

namespace anomaly {

namespace {

// Reads values with operations that are themselves not watched.
template <class Test>
bool any_element(const Tensor& x, const Test& test) {
  const NoGrad guard;
  const DetectAnomaly off(false);
  return is_floating(x.dtype()) && any(test(x.detach())).template item<bool>();
}

bool has_nan(const Tensor& x) {
  return any_element(x, [](const Tensor& values) { return isnan(values); });
}

// What is wrong with `x`, or "": a nan always is, an infinity where it came from finite values.
std::string anomaly_of(const Tensor& x, bool from_finite) {
  if (has_nan(x)) return "a nan";
  return from_finite && !is_finite(x) ? "an infinity" : "";
}

std::string text_of(const Place& place) {
  std::string text = place.file ? std::string(place.file) + ":" + std::to_string(place.line) : "";
  if (!t_scope.empty()) text += (text.empty() ? "in '" : ", in '") + t_scope + "'";
  return text;
}

std::string recorded(const std::string& place) {
  return place.empty() ? " (a NameScope around the computation would say where it was recorded)"
                       : ", recorded at " + place;
}

}  // namespace

bool is_finite(const Tensor& x) {
  return !any_element(x, [](const Tensor& values) { return logical_not(isfinite(values)); });
}

void check_forward(const char* op, const Tensor& result, std::span<const Tensor* const> inputs, const Place& place) {
  const bool from_finite = std::all_of(inputs.begin(), inputs.end(), [](const Tensor* x) { return is_finite(*x); });
  const std::string found = anomaly_of(result, from_finite), where_recorded = text_of(place);
  if (found.empty()) {
    if (result.requires_grad()) result.impl()->node->ensure_extras().place = where_recorded;
    return;
  }
  std::string message = std::string(op) + ": its result of shape " + to_string(result.shape()) + " has " + found;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    message += (i == 0 ? "; inputs: " : ", ") + to_string(inputs[i]->shape());
    if (!inputs[i]->name().empty()) message += " '" + inputs[i]->name() + "'";
    if (!is_finite(*inputs[i])) message += has_nan(*inputs[i]) ? " with a nan already" : " with an infinity";
  }
  throw GradError(message + recorded(where_recorded));
}

void check_backward(const Node& node, const Node& input, const Tensor& gradient, bool upstream_is_finite) {
  const std::string found = anomaly_of(gradient, upstream_is_finite);
  if (found.empty()) return;
  std::string shapes;
  for (const NodePtr& each : node.inputs()) {
    if (!each) continue;
    shapes += (shapes.empty() ? "" : ", ") + to_string(each->shape());
    if (each->output() && each->output()->extras && !each->output()->extras->name.empty())
      shapes += " '" + each->output()->extras->name + "'";
  }
  throw GradError(std::string(node.name()) + ": its backward rule gave " + found +
                  " in the gradient of the input of shape " + to_string(input.shape()) +
                  (upstream_is_finite ? " from a finite upstream" : "") + "; inputs with a gradient: " + shapes +
                  recorded(node.place()));
}

}  // namespace anomaly

}  // namespace xtape
