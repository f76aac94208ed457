#pragma once

#include <optim/schedule.hpp>

/// Schedules made of others, which must outlive them. Only the whole is stepped.
namespace xtape::optim {

using Schedules = std::vector<std::reference_wrapper<Schedule>>;

/// What both have in common. The state of every part stands behind "_schedulers.0.".
class ScheduleList : public Schedule {
 protected:
  ScheduleList(const char* name, Optimizer& optimizer, Schedules schedules);
  void write(StateDict& state, const std::string& prefix) const override;
  std::function<void()> read(StateReader& reader, const std::string& prefix) override;

  const Schedules& schedules() const noexcept { return m_schedules; }

 private:
  Schedules m_schedules;
};

/// One schedule after the other: the next begins, from the rates at the start, when a milestone is reached, given in
/// epochs. PyTorch's SequentialLR. Throws Error unless the schedules belong to the optimizer and the milestones
/// increase from 1 up and are one less.
///
///     optim::LinearLR warm_up(adam, {.total_iters = 5});
///     optim::CosineAnnealingLR decay(adam, {.T_max = 95});
///     optim::SequentialLR schedule(adam, {warm_up, decay}, {.milestones = {5}});
class SequentialLR : public ScheduleList {
 public:
  struct Options {
    std::vector<std::uint64_t> milestones = {};
  };

  SequentialLR(Optimizer& optimizer, Schedules schedules, const Options& options);
  void step() override;

 private:
  void start() override;

  std::vector<std::uint64_t> m_milestones;
};

/// Several schedules at once, each of which changes the rates that the one before it left; their factors multiply.
/// PyTorch's ChainedScheduler. Throws Error unless there are some, of one optimizer.
/// Example: `optim::ChainedScheduler schedule({warm_up, decay});`
class ChainedScheduler : public ScheduleList {
 public:
  explicit ChainedScheduler(const Schedules& schedules);
  void step() override;

 private:
  void start() override;
};

}  // namespace xtape::optim
