#include <optim/schedule.hpp>

#include <cmath>

namespace xtape::optim {

void Schedule::step() {
  ++m_epoch;
  for (std::size_t group = 0; group < m_optimizer->group_count(); ++group) {
    m_optimizer->set_learning_rate(next_rate(m_optimizer->learning_rate(group), m_epoch), group);
  }
}

StepLR::StepLR(Optimizer& optimizer, const Options& options) : Schedule(optimizer), m_options(options) {
  if (options.step_size == 0) throw Error("StepLR: step_size is 0; it counts epochs between two changes, from 1 up");
  if (!(options.gamma >= 0.0) || !std::isfinite(options.gamma)) {
    throw Error("StepLR: gamma must be finite and >= 0, not " + std::to_string(options.gamma));
  }
}

double StepLR::next_rate(double rate, std::uint64_t epoch) const {
  return epoch % m_options.step_size == 0 ? rate * m_options.gamma : rate;
}

}  // namespace xtape::optim
