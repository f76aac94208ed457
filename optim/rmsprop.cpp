#include <optim/rmsprop.hpp>

namespace xtape::optim {

RMSprop::RMSprop(const Tensors& parameters, const Options& options)
    : RuleWith("RMSprop", {"square_avg", "momentum_buffer", "grad_avg"}) {
  add_group(parameters, options);
}

void RMSprop::check(const Options& options) const {
  require(options.alpha >= 0.0, "alpha", ">= 0", options.alpha);
  require(options.eps >= 0.0, "eps", ">= 0", options.eps);
  require(options.weight_decay >= 0.0, "weight_decay", ">= 0", options.weight_decay);
  require(options.momentum >= 0.0, "momentum", ">= 0", options.momentum);
}

bool RMSprop::keeps(std::size_t group, std::size_t state) const {
  return state == 0 || (state == 1 ? *groups()[group].momentum != 0.0 : options(group).centered);
}

void RMSprop::update(const Slot& slot, const UpdateArrays& arrays, const UpdateLoops& loops) const noexcept {
  const Options& o = options(slot.group);
  loops.rmsprop({.terms = {o.weight_decay, o.maximize},
                 .rate = rate_of(slot),
                 .alpha = o.alpha,
                 .eps = o.eps,
                 .momentum = momentum_of(slot),
                 .centered = o.centered},
                arrays);
}

}  // namespace xtape::optim
