#include <optim/sgd.hpp>

namespace xtape::optim {

SGD::SGD(const Tensors& parameters, const Options& options) : RuleWith("SGD", {"momentum_buffer"}) {
  add_group(parameters, options);
}

void SGD::check(const Options& options) const {
  require(options.momentum >= 0.0, "momentum", ">= 0", options.momentum);
  require(options.weight_decay >= 0.0, "weight_decay", ">= 0", options.weight_decay);
  require(!options.nesterov || options.momentum > 0.0, "momentum", "> 0 with nesterov", options.momentum);
  require(!options.nesterov || options.dampening == 0.0, "dampening", "0 with nesterov", options.dampening);
}

void SGD::update(const Slot& slot, const UpdateArrays& arrays, const UpdateLoops& loops) const noexcept {
  const Options& o = options(slot.group);
  loops.sgd({.terms = {o.weight_decay, o.maximize},
             .rate = rate_of(slot),
             .momentum = momentum_of(slot),
             .take = slot.updates == 0 ? 1.0 : 1.0 - o.dampening,
             .nesterov = o.nesterov},
            arrays);
}

}  // namespace xtape::optim
