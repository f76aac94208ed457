#include <optim/optimizer.hpp>

#include <autograd/factories.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/tape.hpp>

#include <cmath>
#include <sstream>

namespace xtape::optim {

// What one update needs, made ready before the first parameter changes.
struct Optimizer::Update {
  Slot* slot;
  Tensor gradient;
  Tensors state;
};

Optimizer::Optimizer(std::string name, std::vector<std::string> state_names)
    : m_name(std::move(name)), m_state_names(std::move(state_names)) {}

void Optimizer::require(bool holds, const char* option, const char* range, double value) const {
  if (holds) return;
  std::ostringstream message;
  message << m_name << ": " << option << " must be " << range << ", not " << value;
  throw Error(message.str());
}

void Optimizer::check_rate(double rate) const {
  require(rate >= 0.0 && std::isfinite(rate), "the learning rate", "finite and >= 0", rate);
}

void Optimizer::add_parameters(const Tensors& parameters, double learning_rate) {
  check_rate(learning_rate);
  if (parameters.empty()) throw Error(m_name + ": the list of parameters is empty");
  std::vector<Slot> slots = m_slots;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Tensor& parameter = parameters[i];
    const std::string intro = m_name + ": parameter " + std::to_string(i);
    if (!parameter.defined()) throw Error(intro + " is undefined");
    const std::string which = intro + " of shape " + to_string(parameter.shape());
    if (!parameter.is_leaf()) {
      throw GradError(which + " is the result of " + parameter.op_name() + "; only leaves can be optimised");
    }
    if (!is_floating(parameter.dtype())) {
      throw DtypeError(which + " is " + to_string(parameter.dtype()) + "; it must be float32 or float64");
    }
    if (!parameter.is_contiguous()) throw ShapeError(which + " is a strided view; optimise a contiguous tensor");
    for (const Slot& slot : slots) {
      if (slot.parameter.is_same(parameter)) throw Error(which + " is given twice");
    }
    slots.push_back({.parameter = parameter, .group = group_count(), .state = {}});
  }
  m_learning_rates.push_back(learning_rate);
  m_slots = std::move(slots);
}

// --- updating

void Optimizer::check_gradient(const Slot& slot, const Tensor& gradient) const {
  const Tensor& parameter = slot.parameter;
  if (gradient.shape() == parameter.shape() && gradient.dtype() == parameter.dtype() && parameter.is_contiguous())
    return;
  throw GradError(m_name + ": a gradient of shape " + to_string(gradient.shape()) + ", " + to_string(gradient.dtype()) +
                  ", for a parameter of shape " + to_string(parameter.shape()) + ", " + to_string(parameter.dtype()) +
                  "; the parameter must be contiguous and both must agree");
}

void Optimizer::step() {
  const NoGrad guard;
  std::vector<Update> updates;
  updates.reserve(m_slots.size());
  for (Slot& slot : m_slots) {
    const Tensor gradient = slot.parameter.grad();
    if (!gradient.defined()) continue;
    check_gradient(slot, gradient);
    Update update{&slot, gradient.contiguous(), slot.state};
    if (update.state.empty() && keeps_state(slot.group)) {
      for (std::size_t i = 0; i < m_state_names.size(); ++i) update.state.push_back(zeros_like(slot.parameter));
    }
    // A module that moved to another dtype takes what is remembered of it along.
    for (Tensor& state : update.state) state = astype(state, slot.parameter.dtype());
    updates.push_back(std::move(update));
  }
  for (Update& update : updates) {
    update.slot->state.swap(update.state);
    this->update(*update.slot, update.gradient, m_learning_rates[update.slot->group]);
    update.slot->parameter.impl()->storage->bump_version();
    ++update.slot->updates;
  }
}

void Optimizer::zero_grad() const {
  for (const Slot& slot : m_slots) slot.parameter.zero_grad();
}

Tensors Optimizer::parameters() const {
  Tensors result;
  for (const Slot& slot : m_slots) result.push_back(slot.parameter);
  return result;
}

// --- learning rates

double Optimizer::learning_rate(std::size_t group) const {
  if (group < group_count()) return m_learning_rates[group];
  throw IndexError(m_name + ": group " + std::to_string(group) + " of " + std::to_string(group_count()) + " groups");
}

void Optimizer::set_learning_rate(double rate, std::size_t group) {
  learning_rate(group);  // throws where there is no such group
  check_rate(rate);
  m_learning_rates[group] = rate;
}

void Optimizer::set_learning_rate(double rate) {
  check_rate(rate);
  m_learning_rates.assign(group_count(), rate);
}

// --- saving and loading

StateDict Optimizer::state_dict() const {
  StateDict result;
  for (std::size_t i = 0; i < m_slots.size(); ++i) {
    const Slot& slot = m_slots[i];
    if (slot.updates == 0) continue;
    const std::string prefix = std::to_string(i) + '.';
    result.emplace(prefix + "step", Tensor(static_cast<std::int64_t>(slot.updates)));
    for (std::size_t s = 0; s < slot.state.size(); ++s) result.emplace(prefix + m_state_names[s], slot.state[s]);
  }
  return result;
}

void Optimizer::load_state_dict(const StateDict& state) {
  const NoGrad guard;
  std::vector<Slot> slots = m_slots;
  std::size_t used = 0;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    Slot& slot = slots[i];
    const std::string prefix = std::to_string(i) + '.';
    const auto step = state.find(prefix + "step");
    slot.state.clear();
    slot.updates = step == state.end() ? 0 : step->second.item<std::uint64_t>();
    if (step == state.end()) continue;
    ++used;
    if (!keeps_state(slot.group)) continue;
    for (const std::string& name : m_state_names) {
      const auto found = state.find(prefix + name);
      if (found == state.end()) throw Error(m_name + ": load_state_dict: '" + prefix + name + "' is missing");
      if (found->second.shape() != slot.parameter.shape()) {
        throw ShapeError(m_name + ": load_state_dict: '" + prefix + name + "' has shape " +
                         to_string(found->second.shape()) + ", its parameter " + to_string(slot.parameter.shape()));
      }
      slot.state.push_back(astype(found->second.detach(), slot.parameter.dtype()).clone());
      ++used;
    }
  }
  if (used != state.size()) {
    throw Error(m_name + ": load_state_dict: " + std::to_string(state.size() - used) + " of the " +
                std::to_string(state.size()) + " entries belong to no parameter or to another rule");
  }
  m_slots = std::move(slots);
}

}  // namespace xtape::optim
