#include <optim/plateau.hpp>

#include <algorithm>
#include <limits>

namespace xtape::optim {

namespace {
constexpr const char* schedule_name = "ReduceLROnPlateau";
}

ReduceLROnPlateau::ReduceLROnPlateau(Optimizer& optimizer, const Options& options)
    : m_optimizer(&optimizer), m_options(options) {
  if (!(options.factor >= 0.0 && options.factor < 1.0)) {
    throw Error("ReduceLROnPlateau: factor must be in [0, 1), not " + std::to_string(options.factor));
  }
  options.min_lr.check(schedule_name, "min_lr", optimizer.group_count());
  for (double rate : options.min_lr.values()) {
    if (!(rate >= 0.0)) throw Error("ReduceLROnPlateau: min_lr must be >= 0, not " + std::to_string(rate));
  }
  constexpr double infinity = std::numeric_limits<double>::infinity();
  m_progress.best = options.mode == Mode::min ? infinity : -infinity;
}

bool ReduceLROnPlateau::is_better(double metric) const {
  const double best = m_progress.best, threshold = m_options.threshold;
  const bool relative = m_options.threshold_mode == ThresholdMode::rel;
  if (m_options.mode == Mode::min) return metric < (relative ? best * (1.0 - threshold) : best - threshold);
  return metric > (relative ? best * (1.0 + threshold) : best + threshold);
}

void ReduceLROnPlateau::reduce() {
  std::vector<double> rates;
  for (std::size_t group = 0; group < m_optimizer->group_count(); ++group) {
    const double rate = m_optimizer->learning_rate(group);
    const double reduced = std::max(rate * m_options.factor, m_options.min_lr.of(group, schedule_name, "min_lr"));
    rates.push_back(rate - reduced > m_options.eps ? reduced : rate);
  }
  m_optimizer->set_learning_rates(rates);
}

void ReduceLROnPlateau::step(double metric) {
  Progress next = m_progress;
  ++next.epoch;
  if (is_better(metric)) {
    next.best = metric;
    next.bad_epochs = 0;
  } else {
    ++next.bad_epochs;
  }
  if (next.cooldown > 0) {
    --next.cooldown;
    next.bad_epochs = 0;
  }
  if (next.bad_epochs > m_options.patience) {
    reduce();
    next.cooldown = m_options.cooldown;
    next.bad_epochs = 0;
  }
  m_progress = next;
}

StateDict ReduceLROnPlateau::state_dict() const {
  const auto count = [](std::uint64_t n) { return Tensor(static_cast<std::int64_t>(n)); };
  return {{"last_epoch", count(m_progress.epoch)},
          {"best", Tensor(m_progress.best)},
          {"num_bad_epochs", count(m_progress.bad_epochs)},
          {"cooldown_counter", count(m_progress.cooldown)}};
}

void ReduceLROnPlateau::load_state_dict(const StateDict& state) {
  StateReader reader(schedule_name, state);
  const Progress progress{.epoch = reader.count("last_epoch"),
                          .best = reader.number("best"),
                          .bad_epochs = reader.count("num_bad_epochs"),
                          .cooldown = reader.count("cooldown_counter")};
  reader.finish();
  m_progress = progress;
}

}  // namespace xtape::optim
