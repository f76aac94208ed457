// Every optimizer takes PyTorch's path, with schedules, clipping and averages, also where it is saved and made anew on
// the way. generate.py recorded the paths.

#include <cmath>
#include <cstdio>
#include <golden/optim/from_json.hpp>

using namespace golden_optim;

namespace {

constexpr double tolerance = 1e-8;
constexpr int steps[] = {1, 2, 10, 50, 200};
constexpr int no_stop = 0;

// The network that learns; the file begins with its first parameters and the data.
struct Problem {
  explicit Problem(const File& file) {
    std::size_t place = 0;
    for (const Shape& shape : {Shape{7, 5}, Shape{7}, Shape{3, 7}, Shape{3}, Shape{16, 5}, Shape{16, 3}}) {
      (place < 66 ? first : data).push_back(file.tensor(place, shape));
      place += element_count(shape);
    }
    labels = argmax(data[1], 1);
  }
  Tensor loss(const Tensors& p, const Json& test) const {
    const Tensor out = linear(tanh(linear(data[0], p[0], p[1])), p[2], p[3]);
    Tensor loss = test.at("loss") == "mse" ? nn::mse_loss(out, data[1]) : nn::cross_entropy(out, labels);
    if (test.contains("penalty")) {
      for (const Tensor& parameter : p) loss = loss + test.at("penalty").get<double>() * sum(square(parameter));
    }
    return test.at("groups")[0].value("maximize", false) ? -loss : loss;
  }

  Tensors first, data;
  Tensor labels;
};

void clip(const Tensors& parameters, const Json& how) {
  if (how.contains("value")) return optim::clip_grad_value(parameters, how.at("value"));
  const Json& p = how.at("norm_type");
  const double norm_type = p == "inf" ? std::numeric_limits<double>::infinity() : p.get<double>();
  optim::clip_grad_norm(parameters, how.at("max_norm"), {.norm_type = norm_type});
}

// One run: parameters from the given values, and all that a case asks for.
class Run {
 public:
  Run(const Problem& problem, const Json& test, const Tensors& values) : m_problem(problem), m_test(test) {
    for (const Tensor& value : values) m_parameters.push_back(value.detach().clone().requires_grad_());
    const Tensors& p = m_parameters;
    const auto groups =
        test.at("groups").size() == 1 ? std::vector<Tensors>{p} : std::vector<Tensors>{{p[0], p[1]}, {p[2], p[3]}};
    m_rule = rule_makers.at(test.at("rule"))(test.at("groups"), groups);
    m_maker = std::make_unique<ScheduleMaker>(*m_rule);
    if (test.contains("schedule")) m_schedule = m_maker->make(test.at("schedule"));
    if (test.contains("average")) {
      m_average = std::make_unique<optim::ExponentialMovingAverage>(
          p, optim::ExponentialMovingAverage::Options{.decay = test.at("average")});
    }
  }

  // The same, in new objects that know the old ones only by their values and state.
  std::unique_ptr<Run> again() const {
    auto next = std::make_unique<Run>(m_problem, m_test, m_parameters);
    next->m_rule->load_state_dict(m_rule->state_dict());
    if (m_schedule) next->m_schedule->load_state_dict(m_schedule->state_dict());
    if (m_average) next->m_average->load_state_dict(m_average->state_dict());
    return next;
  }

  void step() {
    const auto closure = [&] {
      m_rule->zero_grad();
      Tensor loss = m_problem.loss(m_parameters, m_test);
      loss.backward();
      if (m_test.contains("clip")) clip(m_parameters, m_test.at("clip"));
      return loss;
    };
    m_rule->step(closure);
    if (m_schedule) m_schedule->step();
    if (m_average) m_average->update();
  }

  // What the file has for a step.
  Tensors values() const {
    Tensors result = m_average ? m_average->averages() : m_parameters;
    if (m_test.at("rule") != "ASGD") return result;
    const StateDict state = m_rule->state_dict();
    for (std::size_t i = 0; i < m_parameters.size(); ++i) result.push_back(state.at(std::to_string(i) + ".ax"));
    return result;
  }

 private:
  const Problem& m_problem;
  const Json& m_test;
  Tensors m_parameters;
  std::unique_ptr<optim::Optimizer> m_rule;
  std::unique_ptr<ScheduleMaker> m_maker;
  SchedulePtr m_schedule;
  std::unique_ptr<optim::ExponentialMovingAverage> m_average;
};

// The largest difference from PyTorch's path; nan counts as infinite.
double difference(const File& file, const Problem& problem, const Json& test, int stop) {
  auto run = std::make_unique<Run>(problem, test, problem.first);
  const double* expected = file.at(test.at("at"));
  double largest = 0.0;
  int done = 0;
  for (int step : steps) {
    for (; done < step; ++done) {
      if (done == stop && stop != no_stop) run = run->again();
      run->step();
    }
    for (const Tensor& value : run->values()) {
      for (std::size_t i = 0; i < value.size(); ++i, ++expected) {
        const double off = std::abs(value.data<double>()[i] - *expected);
        largest = std::isnan(off) ? std::numeric_limits<double>::infinity() : std::max(largest, off);
      }
    }
  }
  return largest;
}

}  // namespace

TEST_CASE("golden paths: optimizers agree with PyTorch") {
  const File file("paths.npz");
  const Problem problem(file);
  std::map<std::string, int> cases;
  double largest = 0.0;
  for (const Json& test : file.cases) {
    ++cases[test.at("rule")];
    for (int stop : {no_stop, 1, 37}) {
      INFO(test.dump());
      INFO("saved and made anew after step " << stop);
      double off = 0.0;
      CHECK_NOTHROW(off = difference(file, problem, test, stop));
      CHECK(off < tolerance);
      largest = std::max(largest, off);
    }
  }
  std::printf("golden paths: %zu optimizers, %zu cases, 200 steps each, largest difference %.1e\n", cases.size(),
              file.cases.size(), largest);
  CHECK(cases.size() == rule_makers.size());
  for (const auto& entry : cases) CHECK(entry.second >= 3);
}
