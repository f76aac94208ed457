#include <optim/update_rule.hpp>

#include <autograd/factories.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/profile.hpp>
#include <autograd/tape.hpp>
#include <optim/sweep.hpp>

namespace xtape::optim {

// What one update needs, made ready before the first parameter changes.
struct UpdateRule::Update {
  Slot* slot;
  Tensor gradient;
  Tensors state;
  std::vector<double> numbers;
};

UpdateRule::UpdateRule(std::string name, std::vector<std::string> state_names, std::vector<std::string> number_names)
    : Optimizer(std::move(name)), m_state_names(std::move(state_names)), m_number_names(std::move(number_names)) {}

void UpdateRule::add_parameters(const Tensors& parameters, double learning_rate, std::optional<double> momentum) {
  std::vector<Slot> slots = m_slots;
  for (const Tensor& parameter : parameters) {
    slots.push_back({.parameter = parameter, .group = group_count(), .state = {}, .numbers = {}});
  }
  Optimizer::add_parameters(parameters, learning_rate, momentum);
  m_slots.swap(slots);
}

// --- updating

// The state for the next update: made where it is missing, in the dtype that the parameter has by now.
Tensors UpdateRule::ready_state(const Slot& slot) const {
  Tensors state = slot.state;
  state.resize(m_state_names.size());
  for (std::size_t s = 0; s < state.size(); ++s) {
    if (!state[s].defined()) {
      if (!keeps(slot.group, s)) continue;
      state[s] = full(slot.parameter.shape(), initial_state(slot.group, s), {.dtype = slot.parameter.dtype()});
    } else if (state[s].dtype() != slot.parameter.dtype()) {
      state[s] = astype(state[s], slot.parameter.dtype());
    }
  }
  return state;
}

// The gradient is read, the parameter and its state are read and written.
std::size_t UpdateRule::bytes_moved(const Update& update) {
  std::size_t arrays = 3;
  for (const Tensor& state : update.state) arrays += state.defined() ? 2 : 0;
  return arrays * update.gradient.size() * item_bytes(update.gradient.dtype());
}

void UpdateRule::step() {
  const profile::Op profiled(Phase::optimizer, name().c_str(), ".step");
  const NoGrad guard;
  std::vector<Update> updates;
  std::vector<std::size_t> sizes;
  updates.reserve(m_slots.size());
  sizes.reserve(m_slots.size());
  for (Slot& slot : m_slots) {
    const Tensor gradient = slot.parameter.grad();
    if (!gradient.defined()) continue;
    check_gradient(slot.parameter, gradient);
    Update update{&slot, gradient.contiguous(), ready_state(slot), slot.numbers};
    if (slot.updates == 0 && update.numbers.empty()) {
      for (std::size_t i = 0; i < m_number_names.size(); ++i) update.numbers.push_back(initial_number(slot.group, i));
    }
    if (profile::active()) profile::count_bytes(bytes_moved(update));
    updates.push_back(std::move(update));
    sizes.push_back(slot.parameter.size());
  }

  // From here on nothing throws.
  for (Update& update : updates) {
    update.slot->state.swap(update.state);
    update.slot->numbers.swap(update.numbers);
  }
  const std::size_t grain = kernels::parallel_grain / (1 + m_state_names.size());
  sweep_arrays(sizes, grain, [&](std::size_t i, std::size_t begin, std::size_t end) {
    const Slot& slot = *updates[i].slot;
    UpdateArrays arrays{slot.parameter.mutable_data(), updates[i].gradient.raw_data(), {}, begin, end};
    for (std::size_t s = 0; s < slot.state.size(); ++s) {
      if (slot.state[s].defined()) arrays.state[s] = slot.state[s].mutable_data();
    }
    update(slot, arrays, update_loops(slot.parameter.dtype()));
  });
  for (Update& update : updates) {
    update.slot->parameter.impl()->storage->bump_version();
    ++update.slot->updates;
    advance(*update.slot);
  }
}

// --- saving and loading

StateDict UpdateRule::state_dict() const {
  StateDict result;
  write_groups(result);
  for (std::size_t i = 0; i < m_slots.size(); ++i) {
    const Slot& slot = m_slots[i];
    if (slot.updates == 0) continue;
    const std::string prefix = std::to_string(i) + '.';
    result.emplace(prefix + "step", Tensor(static_cast<std::int64_t>(slot.updates)));
    for (std::size_t s = 0; s < slot.state.size(); ++s) {
      if (slot.state[s].defined()) result.emplace(prefix + m_state_names[s], slot.state[s]);
    }
    for (std::size_t n = 0; n < slot.numbers.size(); ++n) {
      result.emplace(prefix + m_number_names[n], Tensor(slot.numbers[n]));
    }
  }
  return result;
}

void UpdateRule::load_state_dict(const StateDict& state) {
  StateReader reader(name(), state);
  std::vector<Group> groups = read_groups(reader);
  std::vector<Slot> slots = m_slots;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    Slot& slot = slots[i];
    const std::string prefix = std::to_string(i) + '.';
    slot.state.assign(m_state_names.size(), Tensor());
    slot.numbers.clear();
    slot.updates = reader.has(prefix + "step") ? reader.count(prefix + "step") : 0;
    if (slot.updates == 0) continue;
    for (std::size_t s = 0; s < m_state_names.size(); ++s) {
      const std::string entry = prefix + m_state_names[s];
      if (!keeps(slot.group, s) && !reader.has(entry)) continue;
      slot.state[s] = reader.tensor(entry, slot.parameter.shape(), slot.parameter.dtype());
    }
    for (const std::string& number : m_number_names) slot.numbers.push_back(reader.number(prefix + number));
  }
  reader.finish();
  m_slots.swap(slots);
  set_groups(std::move(groups));
}

}  // namespace xtape::optim
