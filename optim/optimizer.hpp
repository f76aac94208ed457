#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <autograd/tensor.hpp>

/// Update rules, learning-rate schedules and gradient clipping, with PyTorch's formulas, names and defaults.
namespace xtape::optim {

/// What the update rules have in common. An optimizer holds its parameters in groups, each with options of its own; the
/// constructor makes the first group, the rule's add_group() more. For each parameter it keeps what the rule remembers
/// (such as a velocity) and how often it was updated. It is neither copied nor moved: schedules refer to it.
class Optimizer {
 public:
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;
  virtual ~Optimizer() = default;

  /// Updates every parameter that has a gradient, in place; the others are left alone. Throws GradError for a gradient
  /// that does not fit its parameter; then no parameter was changed.
  void step();
  /// Forgets the gradients of every parameter.
  void zero_grad() const;

  /// Every parameter, group after group.
  Tensors parameters() const;
  std::size_t group_count() const noexcept { return m_learning_rates.size(); }
  /// Step size of a group. Throws IndexError for a group that does not exist.
  double learning_rate(std::size_t group = 0) const;
  /// Sets the step size of one group, or of all. Throws Error for one that is negative or not finite.
  void set_learning_rate(double rate, std::size_t group);
  void set_learning_rate(double rate);

  /// What the rule remembers of each parameter, as PyTorch's state_dict() has it: "0.exp_avg", and "0.step" for the
  /// number of updates. A parameter that was never updated has no entry. The tensors share the optimizer's memory.
  StateDict state_dict() const;
  /// Takes over such a state, so that training goes on as if it had not stopped. Throws Error for a name that does not
  /// belong to this rule and its parameters or is missing, ShapeError for a shape that does not fit; then nothing
  /// changed.
  void load_state_dict(const StateDict& state);

 protected:
  /// One parameter with its state.
  struct Slot {
    Tensor parameter;
    std::size_t group = 0;
    Tensors state;              // of the parameter's shape and dtype, zero before the first update
    std::uint64_t updates = 0;  // before the one that runs
  };

  /// `name` is for errors; the state of each parameter is one tensor for each of `state_names`.
  Optimizer(std::string name, std::vector<std::string> state_names);
  /// Checks and takes over the parameters of the next group: floating, contiguous leaves, none of them known already.
  void add_parameters(const Tensors& parameters, double learning_rate);
  /// Throws Error unless `holds`: "Adam: beta1 must be in [0, 1), not 1.5".
  void require(bool holds, const char* option, const char* range, double value) const;

  /// Whether the rule, with the options of this group, keeps state at all.
  virtual bool keeps_state(std::size_t) const { return true; }
  /// Changes the parameter's values, and its state; `gradient` is contiguous and of the parameter's shape and dtype.
  virtual void update(const Slot& slot, const Tensor& gradient, double learning_rate) noexcept = 0;

 private:
  struct Update;
  void check_rate(double rate) const;
  void check_gradient(const Slot& slot, const Tensor& gradient) const;

  std::string m_name;
  std::vector<std::string> m_state_names;
  std::vector<Slot> m_slots;
  std::vector<double> m_learning_rates;  // by group
};

}  // namespace xtape::optim
