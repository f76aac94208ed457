#include <optim/asgd.hpp>

#include <algorithm>
#include <cmath>

namespace xtape::optim {

namespace {
constexpr std::size_t eta = 0, mu = 1;  // the numbers
}

ASGD::ASGD(const Tensors& parameters, const Options& options) : RuleWith("ASGD", {"ax"}, {"eta", "mu"}) {
  add_group(parameters, options);
}

void ASGD::check(const Options& options) const {
  require(options.lambd >= 0.0, "lambd", ">= 0", options.lambd);
  require(options.t0 >= 0.0, "t0", ">= 0", options.t0);
  require(options.weight_decay >= 0.0, "weight_decay", ">= 0", options.weight_decay);
}

double ASGD::initial_number(std::size_t group, std::size_t number) const {
  return number == eta ? groups()[group].lr : 1.0;
}

void ASGD::update(const Slot& slot, const UpdateArrays& arrays, const UpdateLoops& loops) const noexcept {
  const Options& o = options(slot.group);
  loops.asgd({.terms = {o.weight_decay, o.maximize},
              .keep = 1.0 - o.lambd * slot.numbers[eta],
              .rate = slot.numbers[eta],
              .mix = slot.numbers[mu]},
             arrays);
}

void ASGD::advance(Slot& slot) const noexcept {
  const Options& o = options(slot.group);
  const auto t = static_cast<double>(slot.updates);
  slot.numbers[eta] = rate_of(slot) / std::pow(1.0 + o.lambd * rate_of(slot) * t, o.alpha);
  slot.numbers[mu] = 1.0 / std::max(1.0, t - o.t0);
}

}  // namespace xtape::optim
