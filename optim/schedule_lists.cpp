#include <optim/schedule_lists.hpp>

#include <algorithm>

namespace xtape::optim {

namespace {

std::string prefix_of(const std::string& prefix, std::size_t i) {
  return prefix + "_schedulers." + std::to_string(i) + '.';
}

}  // namespace

ScheduleList::ScheduleList(const char* name, Optimizer& optimizer, Schedules schedules)
    : Schedule(name, optimizer), m_schedules(std::move(schedules)) {
  for (std::size_t i = 0; i < m_schedules.size(); ++i) {
    if (&m_schedules[i].get().optimizer() != &optimizer) {
      throw Error(std::string(name) + ": schedule " + std::to_string(i) + " belongs to another optimizer");
    }
  }
}

void ScheduleList::write(StateDict& state, const std::string& prefix) const {
  Schedule::write(state, prefix);
  for (std::size_t i = 0; i < m_schedules.size(); ++i) m_schedules[i].get().write(state, prefix_of(prefix, i));
}

std::function<void()> ScheduleList::read(StateReader& reader, const std::string& prefix) {
  std::vector<std::function<void()>> parts{Schedule::read(reader, prefix)};
  for (std::size_t i = 0; i < m_schedules.size(); ++i) {
    parts.push_back(m_schedules[i].get().read(reader, prefix_of(prefix, i)));
  }
  return [parts = std::move(parts)] {
    for (const auto& part : parts) part();
  };
}

// --- SequentialLR

SequentialLR::SequentialLR(Optimizer& optimizer, Schedules schedules, const Options& options)
    : ScheduleList("SequentialLR", optimizer, std::move(schedules)), m_milestones(options.milestones) {
  const std::size_t count = this->schedules().size();
  if (m_milestones.size() + 1 != count) {
    throw Error("SequentialLR: " + std::to_string(count) + " schedules with " + std::to_string(m_milestones.size()) +
                " milestones; there must be one schedule more");
  }
  std::uint64_t before = 0;
  for (std::uint64_t milestone : m_milestones) {
    if (milestone <= before) {
      throw Error("SequentialLR: the milestones must increase from 1 up; " + std::to_string(milestone) + " follows " +
                  std::to_string(before));
    }
    before = milestone;
  }
  restart();  // what the schedules' constructors did to the rates counts only for the first of them
}

void SequentialLR::start() {
  schedules()[0].get().start();
  set_epoch(0);
}

void SequentialLR::step() {
  const std::uint64_t next = epoch() + 1;
  const auto passed = std::upper_bound(m_milestones.begin(), m_milestones.end(), next);
  Schedule& schedule = schedules()[static_cast<std::size_t>(passed - m_milestones.begin())];
  if (passed != m_milestones.begin() && passed[-1] == next) {
    schedule.restart();
  } else {
    schedule.step();
  }
  set_epoch(next);
}

// --- ChainedScheduler

namespace {

Optimizer& first_optimizer(const Schedules& schedules) {
  if (schedules.empty()) throw Error("ChainedScheduler: the list of schedules is empty");
  return schedules[0].get().optimizer();
}

}  // namespace

// The schedules' constructors have set the rates of the first epoch, one upon the other.
ChainedScheduler::ChainedScheduler(const Schedules& schedules)
    : ScheduleList("ChainedScheduler", first_optimizer(schedules), schedules) {}

void ChainedScheduler::start() {
  for (Schedule& schedule : schedules()) schedule.start();
  set_epoch(0);
}

void ChainedScheduler::step() {
  for (Schedule& schedule : schedules()) schedule.step();
  set_epoch(epoch() + 1);
}

}  // namespace xtape::optim
