#include <optim/radam.hpp>

#include <cmath>

namespace xtape::optim {

RAdam::RAdam(const Tensors& parameters, const Options& options) : RuleWith("RAdam", {"exp_avg", "exp_avg_sq"}) {
  add_group(parameters, options);
}

void RAdam::check(const Options& options) const { check_moments(options); }

void RAdam::update(const Slot& slot, const UpdateArrays& arrays, const UpdateLoops& loops) const noexcept {
  const Options& o = options(slot.group);
  const auto t = static_cast<double>(slot.updates + 1);
  const double correction1 = 1.0 - std::pow(momentum_of(slot), t), correction2 = 1.0 - std::pow(o.beta2, t);
  // The number of gradients that the mean square stands for, in the end and now.
  const double r = 2.0 / (1.0 - o.beta2) - 1.0, r_t = r - 2.0 * t * (1.0 - correction2) / correction2;
  const bool rectified = r_t > 5.0;
  double step = rate_of(slot) / correction1;
  if (rectified) {
    step *= std::sqrt((r_t - 4.0) * (r_t - 2.0) * r / ((r - 4.0) * (r - 2.0) * r_t)) * std::sqrt(correction2);
  }
  loops.radam({.terms = {o.weight_decay, o.maximize},
               .beta1 = momentum_of(slot),
               .beta2 = o.beta2,
               .eps = o.eps,
               .step = step,
               .rectified = rectified},
              arrays);
}

}  // namespace xtape::optim
