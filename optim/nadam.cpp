#include <optim/nadam.hpp>

#include <cmath>

namespace xtape::optim {

NAdam::NAdam(const Tensors& parameters, const Options& options)
    : RuleWith("NAdam", {"exp_avg", "exp_avg_sq"}, {"mu_product"}) {
  add_group(parameters, options);
}

void NAdam::check(const Options& options) const {
  check_moments(options);
  require(options.momentum_decay >= 0.0, "momentum_decay", ">= 0", options.momentum_decay);
}

// The momentum of update t.
double NAdam::mu(const Slot& slot, double t) const noexcept {
  return momentum_of(slot) * (1.0 - 0.5 * std::pow(0.96, t * options(slot.group).momentum_decay));
}

void NAdam::update(const Slot& slot, const UpdateArrays& arrays, const UpdateLoops& loops) const noexcept {
  const Options& o = options(slot.group);
  const auto t = static_cast<double>(slot.updates + 1);
  const double mu_now = mu(slot, t), mu_next = mu(slot, t + 1.0);
  const double product = slot.numbers[0] * mu_now;
  loops.nadam({.terms = {o.weight_decay, o.maximize},
               .beta1 = momentum_of(slot),
               .beta2 = o.beta2,
               .eps = o.eps,
               .gradient_step = rate_of(slot) * (1.0 - mu_now) / (1.0 - product),
               .mean_step = rate_of(slot) * mu_next / (1.0 - product * mu_next),
               .root_scale = 1.0 / std::sqrt(1.0 - std::pow(o.beta2, t))},
              arrays);
}

void NAdam::advance(Slot& slot) const noexcept { slot.numbers[0] *= mu(slot, static_cast<double>(slot.updates)); }

}  // namespace xtape::optim
