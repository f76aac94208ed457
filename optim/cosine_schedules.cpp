#include <optim/cosine_schedules.hpp>

#include <cmath>
#include <numbers>

namespace xtape::optim {

namespace {
constexpr double pi = std::numbers::pi;
}

CosineAnnealingLR::CosineAnnealingLR(Optimizer& optimizer, const Options& options)
    : RateSchedule("CosineAnnealingLR", optimizer), m_options(options) {
  require(options.T_max > 0, "T_max", "given, >= 1", 0.0);
  require(options.eta_min >= 0.0 && std::isfinite(options.eta_min), "eta_min", "finite and >= 0", options.eta_min);
  start();
}

double CosineAnnealingLR::next_rate(std::size_t group, double rate, std::uint64_t epoch) const {
  if (epoch == 0) return rate;
  const auto now = static_cast<double>(epoch), period = static_cast<double>(m_options.T_max);
  const double eta_min = m_options.eta_min;
  // At the smallest rate the quotient below has no information: one addition leads away from it.
  if ((epoch - 1) % (2 * m_options.T_max) == m_options.T_max) {
    return rate + (base_rate(group) - eta_min) * (1.0 - std::cos(pi / period)) / 2.0;
  }
  return (1.0 + std::cos(pi * now / period)) / (1.0 + std::cos(pi * (now - 1.0) / period)) * (rate - eta_min) + eta_min;
}

CosineAnnealingWarmRestarts::CosineAnnealingWarmRestarts(Optimizer& optimizer, const Options& options)
    : RateSchedule("CosineAnnealingWarmRestarts", optimizer), m_options(options) {
  require(options.T_0 > 0, "T_0", "given, >= 1", 0.0);
  require(options.T_mult > 0, "T_mult", ">= 1", 0.0);
  require(options.eta_min >= 0.0 && std::isfinite(options.eta_min), "eta_min", "finite and >= 0", options.eta_min);
  start();
}

void CosineAnnealingWarmRestarts::start() {
  m_since = 0.0;
  m_period = static_cast<double>(m_options.T_0);
  RateSchedule::start();
}

void CosineAnnealingWarmRestarts::step() {
  m_since += 1.0;
  if (m_since >= m_period) {
    m_since -= m_period;
    m_period *= static_cast<double>(m_options.T_mult);
  }
  RateSchedule::step();
}

void CosineAnnealingWarmRestarts::step(double moment) {
  require(moment >= 0.0 && std::isfinite(moment), "the moment", "finite and >= 0", moment);
  m_period = static_cast<double>(m_options.T_0);
  m_since = m_options.T_mult == 1 ? std::fmod(moment, m_period) : moment;
  while (m_since >= m_period) {
    m_since -= m_period;
    m_period *= static_cast<double>(m_options.T_mult);
  }
  set_rates(static_cast<std::uint64_t>(moment));
}

double CosineAnnealingWarmRestarts::next_rate(std::size_t group, double, std::uint64_t) const {
  return m_options.eta_min + (base_rate(group) - m_options.eta_min) * (1.0 + std::cos(pi * m_since / m_period)) / 2.0;
}

void CosineAnnealingWarmRestarts::write(StateDict& state, const std::string& prefix) const {
  Schedule::write(state, prefix);
  state.emplace(prefix + "T_cur", Tensor(m_since));
  state.emplace(prefix + "T_i", Tensor(m_period));
}

std::function<void()> CosineAnnealingWarmRestarts::read(StateReader& reader, const std::string& prefix) {
  const double since = reader.number(prefix + "T_cur"), period = reader.number(prefix + "T_i");
  return [this, since, period, base = Schedule::read(reader, prefix)] {
    base();
    m_since = since;
    m_period = period;
  };
}

}  // namespace xtape::optim
