#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <autograd/tensor.hpp>
#include <optim/state_reader.hpp>

/// Update rules, learning-rate schedules, gradient clipping and averages of weights, with PyTorch's formulas, names and
/// defaults.
namespace xtape::optim {

/// What all optimizers have in common. An optimizer holds its parameters in groups, each with options of its own; the
/// constructor makes the first group, the rule's add_group() more. It is neither copied nor moved: schedules refer to
/// it.
class Optimizer {
 public:
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;
  virtual ~Optimizer() = default;

  /// The rule's: "Adam".
  const std::string& name() const noexcept { return m_name; }

  /// Updates every parameter that has a gradient, in place; the others are left alone. Throws GradError for a gradient
  /// that does not fit its parameter; then no parameter was changed.
  virtual void step() = 0;
  /// What computes the loss anew: forgets the gradients, runs backward, returns the loss.
  using Closure = std::function<Tensor()>;
  /// Calls `closure` while recording, then updates; returns the loss. Rules that look at the loss more than once, as
  /// LBFGS does, have this form alone.
  /// Example: `rule.step([&] { rule.zero_grad(); Tensor loss = f(w); loss.backward(); return loss; });`
  virtual Tensor step(const Closure& closure);
  /// Forgets the gradients of every parameter.
  void zero_grad() const;

  // --- groups

  /// Every parameter, group after group.
  Tensors parameters() const;
  std::size_t group_count() const noexcept { return m_groups.size(); }
  /// Step size of a group. Throws IndexError for a group that does not exist, as all that follow do.
  double learning_rate(std::size_t group = 0) const { return checked(group).lr; }
  /// Sets the step size of one group, or of all. Throws Error for one that is negative or not finite.
  void set_learning_rate(double rate, std::size_t group);
  void set_learning_rate(double rate);
  /// Sets the step sizes of the first groups, one for each; after an error none.
  void set_learning_rates(const std::vector<double>& rates);
  /// The step size from which the schedules start: that of the moment when the first schedule was made.
  double initial_learning_rate(std::size_t group = 0) const;
  /// For schedules.
  void set_initial_learning_rate(double rate, std::size_t group);

  /// Whether the rule has a momentum, or a beta1 in its place, which schedules can change.
  bool has_momentum() const noexcept { return m_groups[0].momentum.has_value(); }
  /// Throws Error where the rule has none.
  double momentum(std::size_t group = 0) const;
  /// Throws Error for one outside [0, 1), too.
  void set_momentum(double momentum, std::size_t group);

  // --- saving and loading

  /// What the rule remembers, as PyTorch's state_dict() has it: of each parameter by its number, "0.exp_avg", and
  /// "0.step" for the number of updates (a parameter that was never updated has no entry); of each group what schedules
  /// change, "param_groups.0.lr". The tensors of parameters share the optimizer's memory.
  virtual StateDict state_dict() const = 0;
  /// Takes over such a state, so that training goes on as if it had not stopped. Entries of groups may be missing.
  /// Throws Error for a name that does not belong to this rule and its parameters or is missing, ShapeError for a shape
  /// that does not fit; then nothing changed.
  virtual void load_state_dict(const StateDict& state) = 0;

 protected:
  /// Parameters that have their options in common, and those of the options that schedules change.
  struct Group {
    Tensors parameters;
    double lr = 0.0;
    std::optional<double> momentum;
    std::optional<double> initial_lr;
  };

  /// `name` is for errors.
  explicit Optimizer(std::string name) : m_name(std::move(name)) {}
  /// Checks and takes over the next group. Its parameters are floating, contiguous leaves, none of them known already,
  /// of which one or more require a gradient.
  void add_parameters(const Tensors& parameters, double learning_rate, std::optional<double> momentum = {});
  /// Throws Error unless `holds`: "Adam: beta1 must be in [0, 1), not 1.5".
  void require(bool holds, const char* option, const char* range, double value) const;
  /// Throws GradError for a gradient that does not fit its parameter.
  void check_gradient(const Tensor& parameter, const Tensor& gradient) const;

  const std::vector<Group>& groups() const noexcept { return m_groups; }
  void write_groups(StateDict& state) const;
  std::vector<Group> read_groups(StateReader& reader) const;
  void set_groups(std::vector<Group>&& groups) noexcept { m_groups.swap(groups); }

 private:
  const Group& checked(std::size_t group) const;
  Group& checked(std::size_t group) { return const_cast<Group&>(std::as_const(*this).checked(group)); }
  void check_rate(double rate) const;
  void check_parameter(const Tensor& parameter, const std::string& intro) const;

  std::string m_name;
  std::vector<Group> m_groups;
};

}  // namespace xtape::optim
