#include <optim/adagrad.hpp>

namespace xtape::optim {

Adagrad::Adagrad(const Tensors& parameters, const Options& options) : RuleWith("Adagrad", {"sum"}) {
  add_group(parameters, options);
}

void Adagrad::check(const Options& options) const {
  require(options.lr_decay >= 0.0, "lr_decay", ">= 0", options.lr_decay);
  require(options.weight_decay >= 0.0, "weight_decay", ">= 0", options.weight_decay);
  require(options.initial_accumulator_value >= 0.0, "initial_accumulator_value", ">= 0",
          options.initial_accumulator_value);
  require(options.eps >= 0.0, "eps", ">= 0", options.eps);
}

void Adagrad::update(const Slot& slot, const UpdateArrays& arrays, const UpdateLoops& loops) const noexcept {
  const Options& o = options(slot.group);
  loops.adagrad({.terms = {o.weight_decay, o.maximize},
                 .rate = rate_of(slot) / (1.0 + static_cast<double>(slot.updates) * o.lr_decay),
                 .eps = o.eps},
                arrays);
}

}  // namespace xtape::optim
