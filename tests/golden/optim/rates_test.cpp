// Every schedule gives PyTorch's learning rates and momenta, also where it is saved and made anew on the way.
// generate.py recorded them.

#include <cmath>
#include <cstdio>
#include <golden/optim/from_json.hpp>

using namespace golden_optim;

namespace {

constexpr double tolerance = 1e-12;

// Two groups and a schedule of either kind.
class Run {
 public:
  explicit Run(const Json& test) : m_momentum(test.at("momentum")) {
    const auto parameter = [] { return Tensors{zeros({1}, {.dtype = float64, .requires_grad = true})}; };
    m_rule = std::make_unique<optim::SGD>(parameter(), optim::SGDOptions{.lr = 0.5, .momentum = 0.9});
    m_rule->add_group(parameter(), {.lr = 0.04, .momentum = 0.9});
    m_maker = std::make_unique<ScheduleMaker>(*m_rule);
    const Json& schedule = test.at("schedule");
    if (schedule.at("name") == "ReduceLROnPlateau") {
      m_plateau = std::make_unique<optim::ReduceLROnPlateau>(
          *m_rule, options_of<optim::ReduceLROnPlateau::Options>(schedule, 1));
    } else {
      m_schedule = m_maker->make(schedule);
    }
  }

  void go_on_from(const Run& other) {
    m_rule->load_state_dict(other.m_rule->state_dict());
    if (m_schedule) m_schedule->load_state_dict(other.m_schedule->state_dict());
    if (m_plateau) m_plateau->load_state_dict(other.m_plateau->state_dict());
  }
  void step(double metric) { m_plateau ? m_plateau->step(metric) : m_schedule->step(); }
  std::uint64_t epoch() const { return m_plateau ? m_plateau->epoch() : m_schedule->epoch(); }

  // The rates, and the momenta where the schedule changes them.
  std::vector<double> values() const {
    std::vector<double> result{m_rule->learning_rate(0), m_rule->learning_rate(1)};
    if (m_momentum) result.insert(result.end(), {m_rule->momentum(0), m_rule->momentum(1)});
    return result;
  }

 private:
  bool m_momentum;
  std::unique_ptr<optim::SGD> m_rule;
  std::unique_ptr<ScheduleMaker> m_maker;
  SchedulePtr m_schedule;
  std::unique_ptr<optim::ReduceLROnPlateau> m_plateau;
};

double difference(const File& file, const Json& test, int stop) {
  auto run = std::make_unique<Run>(test);
  const double* expected = file.at(test.at("at"));
  const double* metrics = test.contains("metrics") ? file.at(test.at("metrics")) : nullptr;
  double largest = 0.0;
  const int steps = test.at("steps");
  for (int step = 0; step <= steps; ++step) {
    for (double value : run->values()) {
      const double off = std::abs(value - *expected++);
      largest = std::isnan(off) ? std::numeric_limits<double>::infinity() : std::max(largest, off);
    }
    if (step == steps) break;
    if (step == stop) {
      auto next = std::make_unique<Run>(test);
      next->go_on_from(*run);
      run.swap(next);
    }
    run->step(metrics ? metrics[step] : 0.0);
    CHECK(run->epoch() == static_cast<std::uint64_t>(step + 1));
  }
  return largest;
}

}  // namespace

TEST_CASE("golden rates: schedules agree with PyTorch") {
  const File file("rates.npz");
  std::map<std::string, int> cases;
  double largest = 0.0;
  for (const Json& test : file.cases) {
    ++cases[test.at("schedule").at("name")];
    for (int stop : {-1, 0, 9, 13, 16}) {
      INFO(test.dump());
      INFO("saved and made anew after step " << stop);
      double off = 0.0;
      CHECK_NOTHROW(off = difference(file, test, stop));
      CHECK(off < tolerance);
      largest = std::max(largest, off);
    }
  }
  std::printf("golden rates: %zu schedules, %zu cases, largest difference %.1e\n", cases.size(), file.cases.size(),
              largest);
  CHECK(cases.size() == 15);
  for (const auto& entry : cases) CHECK(entry.second >= 3);
}
