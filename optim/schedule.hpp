#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <vector>

#include <optim/optimizer.hpp>

namespace xtape::optim {

/// An option of a schedule: one value for all groups of the optimizer, or a list with one for each.
/// Example: `.max_lr = 0.1`, `.max_lr = {0.1, 0.01}`.
template <class T>
class PerGroup {
 public:
  PerGroup() = default;  ///< not given
  template <std::convertible_to<T> U>
  PerGroup(U one) : m_values{T(std::move(one))} {}
  PerGroup(std::initializer_list<T> values) : m_values(values) {}
  PerGroup(std::vector<T> values) : m_values(std::move(values)) {}

  bool given() const noexcept { return !m_values.empty(); }
  const std::vector<T>& values() const noexcept { return m_values; }
  /// That of a group. Throws Error where the list is shorter: "CyclicLR: max_lr has 2 values for 3 groups".
  const T& of(std::size_t group, const char* schedule, const char* option) const {
    if (m_values.size() == 1) return m_values[0];
    if (group < m_values.size()) return m_values[group];
    fail(schedule, option, m_values.size(), group + 1);
  }
  /// Throws Error unless it has one value, or as many as there are groups.
  void check(const char* schedule, const char* option, std::size_t groups) const {
    if (m_values.size() != 1 && m_values.size() != groups) fail(schedule, option, m_values.size(), groups);
  }

 private:
  [[noreturn]] static void fail(const char* schedule, const char* option, std::size_t values, std::size_t groups) {
    throw Error(std::string(schedule) + ": " + option + " has " + std::to_string(values) + " values for " +
                std::to_string(groups) + " groups");
  }

  std::vector<T> m_values;
};

/// What learning-rate schedules have in common. A schedule refers to an optimizer, which must outlive it, and changes
/// the learning rate of each of its groups. Its constructor sets the rates of the first epoch; step() is called after
/// every epoch (for OneCycleLR and CyclicLR every batch), after the optimizer's own steps.
class Schedule {
 public:
  virtual ~Schedule() = default;

  /// The schedule's: "StepLR".
  const char* name() const noexcept { return m_name; }
  /// Counts one more epoch and sets the learning rates for the next. Throws Error for a rate that is negative or not
  /// finite; then nothing changed.
  virtual void step() = 0;
  /// How many epochs are over.
  std::uint64_t epoch() const noexcept { return m_epoch; }
  Optimizer& optimizer() const noexcept { return *m_optimizer; }

  /// How far it is, "last_epoch", and where it started, "base_lrs". The rates themselves are part of the optimizer's
  /// state, since most schedules compute the next from the present one: to go on, make both anew and load both.
  StateDict state_dict() const;
  /// Takes over such a state. The options are those of the constructor. Throws Error for entries that are missing or
  /// belong to another schedule, ShapeError for another number of groups; then nothing changed.
  void load_state_dict(const StateDict& state);

 protected:
  friend class ScheduleList;
  friend class SequentialLR;
  friend class ChainedScheduler;

  /// `name` is for errors.
  Schedule(const char* name, Optimizer& optimizer);
  Schedule(const Schedule&) = default;
  Schedule& operator=(const Schedule&) = default;

  /// Begins with epoch 0, from the present rates: the end of every constructor.
  virtual void start() = 0;
  /// Begins anew, from the rates at which the schedules began.
  virtual void restart();
  /// Adds its state to `state`, behind `prefix`.
  virtual void write(StateDict& state, const std::string& prefix) const;
  /// Reads what write() wrote; nothing changes before the result is called.
  virtual std::function<void()> read(StateReader& reader, const std::string& prefix);

  /// Throws Error unless `holds`: "StepLR: gamma must be finite and >= 0, not -1".
  void require(bool holds, const char* option, const char* range, double value) const;
  double base_rate(std::size_t group) const noexcept { return m_base_rates[group]; }
  /// Sets where a group starts, also for schedules that are made later.
  void set_base_rate(double rate, std::size_t group);
  void set_epoch(std::uint64_t epoch) noexcept { m_epoch = epoch; }
  /// Takes in groups that the optimizer got since.
  void adopt_groups();

 private:
  const char* m_name;
  Optimizer* m_optimizer;
  std::uint64_t m_epoch = 0;
  std::vector<double> m_base_rates;  // by group
};

/// A schedule that computes each group's rate.
class RateSchedule : public Schedule {
 public:
  void step() override { set_rates(epoch() + 1); }

 protected:
  using Schedule::Schedule;
  void start() override { set_rates(0); }
  /// The rate of a group after `epoch` epochs; `rate` is the present one.
  virtual double next_rate(std::size_t group, double rate, std::uint64_t epoch) const = 0;
  /// The same of the momentum; for schedules that cycles_momentum().
  virtual double next_momentum(std::size_t /*group*/, std::uint64_t /*epoch*/) const { return 0.0; }
  virtual bool cycles_momentum() const { return false; }
  /// Computes and sets the rates of all groups, and counts.
  void set_rates(std::uint64_t epoch);
};

}  // namespace xtape::optim
