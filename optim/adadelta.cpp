#include <optim/adadelta.hpp>

namespace xtape::optim {

Adadelta::Adadelta(const Tensors& parameters, const Options& options)
    : RuleWith("Adadelta", {"square_avg", "acc_delta"}) {
  add_group(parameters, options);
}

void Adadelta::check(const Options& options) const {
  require(options.rho >= 0.0 && options.rho <= 1.0, "rho", "in [0, 1]", options.rho);
  require(options.eps >= 0.0, "eps", ">= 0", options.eps);
  require(options.weight_decay >= 0.0, "weight_decay", ">= 0", options.weight_decay);
}

void Adadelta::update(const Slot& slot, const UpdateArrays& arrays, const UpdateLoops& loops) const noexcept {
  const Options& o = options(slot.group);
  loops.adadelta({.terms = {o.weight_decay, o.maximize}, .rate = rate_of(slot), .rho = o.rho, .eps = o.eps}, arrays);
}

}  // namespace xtape::optim
