#include <optim/schedule.hpp>

#include <sstream>

namespace xtape::optim {

Schedule::Schedule(const char* name, Optimizer& optimizer) : m_name(name), m_optimizer(&optimizer) { adopt_groups(); }

void Schedule::adopt_groups() {
  for (std::size_t group = m_base_rates.size(); group < m_optimizer->group_count(); ++group) {
    m_base_rates.push_back(m_optimizer->initial_learning_rate(group));
    m_optimizer->set_initial_learning_rate(m_base_rates.back(), group);
  }
}

void Schedule::set_base_rate(double rate, std::size_t group) {
  m_optimizer->set_initial_learning_rate(rate, group);
  m_base_rates[group] = rate;
}

void Schedule::restart() {
  m_optimizer->set_learning_rates(m_base_rates);
  start();
}

void Schedule::require(bool holds, const char* option, const char* range, double value) const {
  if (holds) return;
  std::ostringstream message;
  message << m_name << ": " << option << " must be " << range << ", not " << value;
  throw Error(message.str());
}

// --- saving and loading

StateDict Schedule::state_dict() const {
  StateDict result;
  write(result, "");
  return result;
}

void Schedule::load_state_dict(const StateDict& state) {
  StateReader reader(m_name, state);
  const auto take_over = read(reader, "");
  reader.finish();
  take_over();
}

void Schedule::write(StateDict& state, const std::string& prefix) const {
  state.emplace(prefix + "last_epoch", Tensor(static_cast<std::int64_t>(m_epoch)));
  state.emplace(prefix + "base_lrs", to_tensor(m_base_rates));
}

std::function<void()> Schedule::read(StateReader& reader, const std::string& prefix) {
  const std::uint64_t epoch = reader.count(prefix + "last_epoch");
  return [this, epoch, rates = reader.numbers(prefix + "base_lrs", m_optimizer->group_count())]() mutable {
    m_epoch = epoch;
    m_base_rates.swap(rates);
  };
}

// --- rates

void RateSchedule::set_rates(std::uint64_t epoch) {
  adopt_groups();
  Optimizer& rule = optimizer();
  std::vector<double> rates, momenta;
  for (std::size_t group = 0; group < rule.group_count(); ++group) {
    rates.push_back(next_rate(group, rule.learning_rate(group), epoch));
    if (cycles_momentum()) momenta.push_back(next_momentum(group, epoch));
  }
  rule.set_learning_rates(rates);
  for (std::size_t group = 0; group < momenta.size(); ++group) rule.set_momentum(momenta[group], group);
  set_epoch(epoch);
}

}  // namespace xtape::optim
