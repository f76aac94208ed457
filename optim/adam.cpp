#include <optim/adam.hpp>

#include <cmath>

namespace xtape::optim {

namespace {

// What Adam and AdamW have in common, for the update that follows `updates` others.
template <class Options>
AdamUpdate adam_update(const Options& options, double rate, double beta1, std::uint64_t updates) {
  const auto t = static_cast<double>(updates + 1);
  return {.terms = {.maximize = options.maximize},
          .beta1 = beta1,
          .beta2 = options.beta2,
          .eps = options.eps,
          .keep = 1.0,
          .step = rate / (1.0 - std::pow(beta1, t)),
          .root_scale = 1.0 / std::sqrt(1.0 - std::pow(options.beta2, t))};
}

}  // namespace

Adam::Adam(const Tensors& parameters, const Options& options)
    : RuleWith("Adam", {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"}) {
  add_group(parameters, options);
}

void Adam::check(const Options& options) const { check_moments(options); }

void Adam::update(const Slot& slot, const UpdateArrays& arrays, const UpdateLoops& loops) const noexcept {
  AdamUpdate update = adam_update(options(slot.group), rate_of(slot), momentum_of(slot), slot.updates);
  update.terms.weight_decay = options(slot.group).weight_decay;
  loops.adam(update, arrays);
}

AdamW::AdamW(const Tensors& parameters, const Options& options)
    : RuleWith("AdamW", {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"}) {
  add_group(parameters, options);
}

void AdamW::check(const Options& options) const { check_moments(options); }

void AdamW::update(const Slot& slot, const UpdateArrays& arrays, const UpdateLoops& loops) const noexcept {
  AdamUpdate update = adam_update(options(slot.group), rate_of(slot), momentum_of(slot), slot.updates);
  update.keep = 1.0 - rate_of(slot) * options(slot.group).weight_decay;
  loops.adam(update, arrays);
}

}  // namespace xtape::optim
