#include <optim/optimizer.hpp>

#include <algorithm>
#include <autograd/tape.hpp>
#include <cmath>
#include <set>
#include <sstream>

namespace xtape::optim {

Tensor Optimizer::step(const Closure& closure) {
  Tensor loss = [&] {
    const GradModeGuard recording(true);
    return closure();
  }();
  step();
  return loss;
}

void Optimizer::zero_grad() const {
  for (const Group& group : m_groups) {
    for (const Tensor& parameter : group.parameters) parameter.zero_grad();
  }
}

// --- checks

void Optimizer::require(bool holds, const char* option, const char* range, double value) const {
  if (holds) return;
  std::ostringstream message;
  message << m_name << ": " << option << " must be " << range << ", not " << value;
  throw Error(message.str());
}

void Optimizer::check_rate(double rate) const {
  require(rate >= 0.0 && std::isfinite(rate), "the learning rate", "finite and >= 0", rate);
}

void Optimizer::check_parameter(const Tensor& parameter, const std::string& intro) const {
  if (!parameter.defined()) throw Error(intro + " is undefined");
  const std::string which = intro + " of shape " + to_string(parameter.shape());
  if (!parameter.is_leaf()) {
    throw GradError(which + " is the result of " + parameter.op_name() + "; only leaves can be optimised");
  }
  if (!is_floating(parameter.dtype())) {
    throw DtypeError(which + " is " + to_string(parameter.dtype()) + "; it must be float32 or float64");
  }
  if (!parameter.is_contiguous()) throw ShapeError(which + " is a strided view; optimise a contiguous tensor");
}

void Optimizer::check_gradient(const Tensor& parameter, const Tensor& gradient) const {
  if (gradient.shape() == parameter.shape() && gradient.dtype() == parameter.dtype() && parameter.is_contiguous())
    return;
  throw GradError(m_name + ": a gradient of shape " + to_string(gradient.shape()) + ", " + to_string(gradient.dtype()) +
                  ", for a parameter of shape " + to_string(parameter.shape()) + ", " + to_string(parameter.dtype()) +
                  "; the parameter must be contiguous and both must agree");
}

// --- groups

void Optimizer::add_parameters(const Tensors& parameters, double learning_rate, std::optional<double> momentum) {
  check_rate(learning_rate);
  if (parameters.empty()) throw Error(m_name + ": the list of parameters is empty");
  std::set<const TensorImpl*> known;
  for (const Tensor& parameter : this->parameters()) known.insert(parameter.impl());
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const std::string intro = m_name + ": parameter " + std::to_string(i);
    check_parameter(parameters[i], intro);
    if (!known.insert(parameters[i].impl()).second) {
      throw Error(intro + " of shape " + to_string(parameters[i].shape()) + " is given twice");
    }
  }
  // Some of them may be frozen for a while; where all are, requires_grad_() was forgotten.
  if (std::none_of(parameters.begin(), parameters.end(), [](const Tensor& t) { return t.requires_grad(); })) {
    throw GradError(m_name + ": none of the " + std::to_string(parameters.size()) +
                    " parameters requires a gradient; call requires_grad_() on what is to be learned");
  }
  m_groups.push_back({.parameters = parameters, .lr = learning_rate, .momentum = momentum, .initial_lr = {}});
}

Tensors Optimizer::parameters() const {
  Tensors result;
  for (const Group& group : m_groups) result.insert(result.end(), group.parameters.begin(), group.parameters.end());
  return result;
}

const Optimizer::Group& Optimizer::checked(std::size_t group) const {
  if (group < group_count()) return m_groups[group];
  throw IndexError(m_name + ": group " + std::to_string(group) + " of " + std::to_string(group_count()) + " groups");
}

void Optimizer::set_learning_rate(double rate, std::size_t group) {
  Group& changed = checked(group);
  check_rate(rate);
  changed.lr = rate;
}

void Optimizer::set_learning_rate(double rate) { set_learning_rates(std::vector<double>(group_count(), rate)); }

void Optimizer::set_learning_rates(const std::vector<double>& rates) {
  if (!rates.empty()) checked(rates.size() - 1);
  for (double rate : rates) check_rate(rate);
  for (std::size_t i = 0; i < rates.size(); ++i) m_groups[i].lr = rates[i];
}

double Optimizer::initial_learning_rate(std::size_t group) const {
  return checked(group).initial_lr.value_or(checked(group).lr);
}

void Optimizer::set_initial_learning_rate(double rate, std::size_t group) {
  Group& changed = checked(group);
  check_rate(rate);
  changed.initial_lr = rate;
}

double Optimizer::momentum(std::size_t group) const {
  const Group& asked = checked(group);
  if (!asked.momentum) throw Error(m_name + " has no momentum");
  return *asked.momentum;
}

void Optimizer::set_momentum(double momentum, std::size_t group) {
  this->momentum(group);  // throws where there is none
  require(momentum >= 0.0 && momentum < 1.0, "the momentum", "in [0, 1)", momentum);
  m_groups[group].momentum = momentum;
}

// --- saving and loading

void Optimizer::write_groups(StateDict& state) const {
  for (std::size_t i = 0; i < group_count(); ++i) {
    const std::string prefix = "param_groups." + std::to_string(i) + '.';
    state.emplace(prefix + "lr", Tensor(m_groups[i].lr));
    if (m_groups[i].initial_lr) state.emplace(prefix + "initial_lr", Tensor(*m_groups[i].initial_lr));
    if (m_groups[i].momentum) state.emplace(prefix + "momentum", Tensor(*m_groups[i].momentum));
  }
}

std::vector<Optimizer::Group> Optimizer::read_groups(StateReader& reader) const {
  std::vector<Group> groups = m_groups;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const std::string prefix = "param_groups." + std::to_string(i) + '.';
    if (reader.has(prefix + "lr")) check_rate(groups[i].lr = reader.number(prefix + "lr"));
    if (reader.has(prefix + "initial_lr")) groups[i].initial_lr = reader.number(prefix + "initial_lr");
    if (groups[i].momentum && reader.has(prefix + "momentum")) {
      groups[i].momentum = reader.number(prefix + "momentum");
    }
  }
  return groups;
}

}  // namespace xtape::optim
