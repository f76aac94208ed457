#include <optim/cycle_schedules.hpp>

#include <cmath>
#include <numbers>

namespace xtape::optim {

namespace {

// Checks an option with a value for each group.
void check_all(const PerGroup<double>& option, const char* schedule, const char* name, std::size_t groups, double end) {
  if (!option.given()) throw Error(std::string(schedule) + ": " + name + " must be given");
  option.check(schedule, name, groups);
  for (double value : option.values()) {
    if (value >= 0.0 && value < end) continue;
    throw Error(std::string(schedule) + ": " + name + " must be finite and >= 0" +
                (end <= 1.0 ? " and < 1, not " : ", not ") + std::to_string(value));
  }
}

template <class Options>
void check_momentum(const Options& options, const char* schedule, const Optimizer& optimizer) {
  if (!options.cycle_momentum) return;
  if (!optimizer.has_momentum()) {
    throw Error(std::string(schedule) + ": the optimizer has no momentum to cycle; set cycle_momentum to false");
  }
  check_all(options.base_momentum, schedule, "base_momentum", optimizer.group_count(), 1.0);
  check_all(options.max_momentum, schedule, "max_momentum", optimizer.group_count(), 1.0);
}

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

// --- OneCycleLR

OneCycleLR::OneCycleLR(Optimizer& optimizer, const Options& options)
    : RateSchedule("OneCycleLR", optimizer), m_options(options) {
  if (m_options.total_steps == 0) m_options.total_steps = options.epochs * options.steps_per_epoch;
  if (m_options.total_steps == 0) {
    throw Error("OneCycleLR: give total_steps, or epochs and steps_per_epoch; they are " +
                std::to_string(options.total_steps) + ", " + std::to_string(options.epochs) + " and " +
                std::to_string(options.steps_per_epoch));
  }
  check_all(options.max_lr, name(), "max_lr", optimizer.group_count(), infinity);
  require(options.pct_start >= 0.0 && options.pct_start <= 1.0, "pct_start", "in [0, 1]", options.pct_start);
  require(options.div_factor > 0.0, "div_factor", "> 0", options.div_factor);
  require(options.final_div_factor > 0.0, "final_div_factor", "> 0", options.final_div_factor);
  check_momentum(options, name(), optimizer);
  for (std::size_t group = 0; group < optimizer.group_count(); ++group) {
    set_base_rate(options.max_lr.of(group, name(), "max_lr") / options.div_factor, group);
  }
  start();
}

// Where a step lies: between which two of the rates, and how far from the first.
struct OneCycleLR::Place {
  enum Rate { first, largest, last } from, to;
  double part;
};

OneCycleLR::Place OneCycleLR::place(std::uint64_t epoch) const {
  const auto total = static_cast<double>(m_options.total_steps), now = static_cast<double>(epoch);
  if (epoch > m_options.total_steps) {
    throw Error("OneCycleLR: step " + std::to_string(epoch) + " of " + std::to_string(m_options.total_steps) +
                "; the cycle is over");
  }
  const double top = m_options.pct_start * total - 1.0, down = 2.0 * m_options.pct_start * total - 2.0;
  // Beyond the last step, and in a phase of no length, the end counts.
  const auto part = [&](double begin, double end) { return now >= end ? 1.0 : (now - begin) / (end - begin); };
  if (now <= top) return {Place::first, Place::largest, part(0.0, top)};
  if (!m_options.three_phase) return {Place::largest, Place::last, part(top, total - 1.0)};
  if (now <= down) return {Place::largest, Place::first, part(top, down)};
  return {Place::first, Place::last, part(down, total - 1.0)};
}

double OneCycleLR::anneal(double from, double to, double part) const {
  if (m_options.anneal_strategy == Anneal::linear) return (to - from) * part + from;
  return to + (from - to) / 2.0 * (std::cos(std::numbers::pi * part) + 1.0);
}

double OneCycleLR::next_rate(std::size_t group, double, std::uint64_t epoch) const {
  const double largest = m_options.max_lr.of(group, name(), "max_lr"), first = largest / m_options.div_factor;
  const double rates[] = {first, largest, first / m_options.final_div_factor};
  const Place at = place(epoch);
  return anneal(rates[at.from], rates[at.to], at.part);
}

double OneCycleLR::next_momentum(std::size_t group, std::uint64_t epoch) const {
  const double base = m_options.base_momentum.of(group, name(), "base_momentum");
  const double largest = m_options.max_momentum.of(group, name(), "max_momentum");
  const double momenta[] = {largest, base, largest};
  const Place at = place(epoch);
  return anneal(momenta[at.from], momenta[at.to], at.part);
}

// --- CyclicLR

CyclicLR::CyclicLR(Optimizer& optimizer, const Options& options)
    : RateSchedule("CyclicLR", optimizer), m_options(options) {
  if (m_options.step_size_down == 0) m_options.step_size_down = options.step_size_up;
  require(options.step_size_up > 0, "step_size_up", ">= 1", 0.0);
  require(options.gamma >= 0.0, "gamma", ">= 0", options.gamma);
  check_all(options.base_lr, name(), "base_lr", optimizer.group_count(), infinity);
  check_all(options.max_lr, name(), "max_lr", optimizer.group_count(), infinity);
  check_momentum(options, name(), optimizer);
  for (std::size_t group = 0; group < optimizer.group_count(); ++group) {
    set_base_rate(options.base_lr.of(group, name(), "base_lr"), group);
  }
  start();
}

double CyclicLR::scale(double cycle, std::uint64_t epoch) const {
  const auto now = static_cast<double>(epoch);
  if (m_options.scale_fn) return m_options.scale_fn(m_options.scale_mode == ScaleMode::cycle ? cycle : now);
  switch (m_options.mode) {
    case Mode::triangular:
      return 1.0;
    case Mode::triangular2:
      return 1.0 / std::pow(2.0, cycle - 1.0);
    case Mode::exp_range:
      break;
  }
  return std::pow(m_options.gamma, now);
}

// How far up it is, from 0 at the smallest rate to 1 at the largest, scaled.
double CyclicLR::height(std::uint64_t epoch) const {
  const auto up = static_cast<double>(m_options.step_size_up);
  const double total = up + static_cast<double>(m_options.step_size_down), cycles = static_cast<double>(epoch) / total;
  const double cycle = std::floor(1.0 + cycles), part = 1.0 + cycles - cycle, top = up / total;
  return (part <= top ? part / top : (part - 1.0) / (top - 1.0)) * scale(cycle, epoch);
}

double CyclicLR::next_rate(std::size_t group, double, std::uint64_t epoch) const {
  const double base = m_options.base_lr.of(group, name(), "base_lr");
  return base + (m_options.max_lr.of(group, name(), "max_lr") - base) * height(epoch);
}

double CyclicLR::next_momentum(std::size_t group, std::uint64_t epoch) const {
  const double base = m_options.base_momentum.of(group, name(), "base_momentum");
  const double largest = m_options.max_momentum.of(group, name(), "max_momentum");
  return largest - (largest - base) * height(epoch);
}

}  // namespace xtape::optim
