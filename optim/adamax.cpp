#include <optim/adamax.hpp>

#include <cmath>

namespace xtape::optim {

Adamax::Adamax(const Tensors& parameters, const Options& options) : RuleWith("Adamax", {"exp_avg", "exp_inf"}) {
  add_group(parameters, options);
}

void Adamax::check(const Options& options) const { check_moments(options); }

void Adamax::update(const Slot& slot, const UpdateArrays& arrays, const UpdateLoops& loops) const noexcept {
  const Options& o = options(slot.group);
  const double beta1 = momentum_of(slot);
  loops.adamax({.terms = {o.weight_decay, o.maximize},
                .beta1 = beta1,
                .beta2 = o.beta2,
                .eps = o.eps,
                .step = rate_of(slot) / (1.0 - std::pow(beta1, static_cast<double>(slot.updates + 1)))},
               arrays);
}

}  // namespace xtape::optim
