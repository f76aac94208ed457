#include <optim/rprop.hpp>

namespace xtape::optim {

Rprop::Rprop(const Tensors& parameters, const Options& options) : RuleWith("Rprop", {"prev", "step_size"}) {
  add_group(parameters, options);
}

void Rprop::check(const Options& options) const {
  require(options.etaminus > 0.0 && options.etaminus < 1.0, "etaminus", "in (0, 1)", options.etaminus);
  require(options.etaplus > 1.0, "etaplus", "> 1", options.etaplus);
  require(options.step_size_min >= 0.0, "step_size_min", ">= 0", options.step_size_min);
  require(options.step_size_max >= options.step_size_min, "step_size_max", "no less than step_size_min",
          options.step_size_max);
}

double Rprop::initial_state(std::size_t group, std::size_t state) const {
  return state == 0 ? 0.0 : groups()[group].lr;
}

void Rprop::update(const Slot& slot, const UpdateArrays& arrays, const UpdateLoops& loops) const noexcept {
  const Options& o = options(slot.group);
  loops.rprop({.terms = {.maximize = o.maximize},
               .etaminus = o.etaminus,
               .etaplus = o.etaplus,
               .smallest = o.step_size_min,
               .largest = o.step_size_max},
              arrays);
}

}  // namespace xtape::optim
