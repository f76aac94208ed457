#pragma once

#include <cstdint>

#include <optim/optimizer.hpp>
#include <optim/update_loops.hpp>

namespace xtape::optim {

/// What the rules have in common that update every element by itself, from its gradient and what they remember of it:
/// all but LBFGS. A step is one pass over all parameters, see update_loops.hpp.
class UpdateRule : public Optimizer {
 public:
  void step() override;
  using Optimizer::step;
  StateDict state_dict() const override;
  void load_state_dict(const StateDict& state) override;

 protected:
  /// One parameter with what the rule remembers of it.
  struct Slot {
    Tensor parameter;
    std::size_t group = 0;
    Tensors state;                // by name; undefined what the options do without, and before the first update
    std::vector<double> numbers;  // by name
    std::uint64_t updates = 0;    // before the one that runs
  };

  /// The rule remembers a tensor for each of `state_names` and a number for each of `number_names`.
  UpdateRule(std::string name, std::vector<std::string> state_names, std::vector<std::string> number_names = {});
  /// Optimizer's, and makes the slots of the group.
  void add_parameters(const Tensors& parameters, double learning_rate, std::optional<double> momentum);

  /// Whether the rule, with the options of this group, keeps that state.
  virtual bool keeps(std::size_t /*group*/, std::size_t /*state*/) const { return true; }
  /// What fills a state before the first update.
  virtual double initial_state(std::size_t /*group*/, std::size_t /*state*/) const { return 0.0; }
  /// What a number is before the first update.
  virtual double initial_number(std::size_t /*group*/, std::size_t /*number*/) const { return 1.0; }
  /// Updates elements [arrays.begin, arrays.end) of the parameter and its state, with the loops of its dtype.
  virtual void update(const Slot& slot, const UpdateArrays& arrays, const UpdateLoops& loops) const noexcept = 0;
  /// Brings the numbers up to date when all elements have been updated.
  virtual void advance(Slot&) const noexcept {}

  double rate_of(const Slot& slot) const noexcept { return groups()[slot.group].lr; }
  double momentum_of(const Slot& slot) const noexcept { return *groups()[slot.group].momentum; }

 private:
  struct Update;
  static std::size_t bytes_moved(const Update& update);
  Tensors ready_state(const Slot& slot) const;

  std::vector<std::string> m_state_names;
  std::vector<std::string> m_number_names;
  std::vector<Slot> m_slots;
};

/// A rule with its options by group.
template <class O>
class RuleWith : public UpdateRule {
 public:
  using Options = O;

  /// Adds parameters with options of their own. Throws what the constructor does; then nothing changed.
  void add_group(const Tensors& parameters, const Options& options = {}) {
    check(options);
    m_options.reserve(m_options.size() + 1);
    std::optional<double> momentum;
    if constexpr (requires { options.momentum; }) {
      momentum = options.momentum;
    } else if constexpr (requires { options.beta1; }) {
      momentum = options.beta1;
    }
    add_parameters(parameters, options.lr, momentum);
    m_options.push_back(options);
  }

 protected:
  using UpdateRule::UpdateRule;
  /// Throws Error for options outside their ranges.
  virtual void check(const Options& options) const = 0;
  /// Those of Adam and its relatives.
  void check_moments(const Options& options) const {
    require(options.beta1 >= 0.0 && options.beta1 < 1.0, "beta1", "in [0, 1)", options.beta1);
    require(options.beta2 >= 0.0 && options.beta2 < 1.0, "beta2", "in [0, 1)", options.beta2);
    require(options.eps >= 0.0, "eps", ">= 0", options.eps);
    require(options.weight_decay >= 0.0, "weight_decay", ">= 0", options.weight_decay);
  }
  /// What schedules change, lr and momentum or beta1, is not read from here.
  const Options& options(std::size_t group) const noexcept { return m_options[group]; }

 private:
  std::vector<Options> m_options;
};

}  // namespace xtape::optim
