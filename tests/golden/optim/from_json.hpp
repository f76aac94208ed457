#pragma once

#include <doctest/doctest.h>
#include <folder.hpp>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <xtape.hpp>

/// Optimizers and schedules from their descriptions in the golden files; see generate.py.
namespace golden_optim {

using namespace xtape;
using Json = nlohmann::json;

/// A golden file: the cases, and the values that they point into.
struct File {
  explicit File(const std::string& name) {
    const StateDict arrays = data::npz::load(tests_folder() / "golden/optim" / name);
    const auto* text = arrays.at("cases").data<std::uint8_t>();
    cases = Json::parse(text, text + arrays.at("cases").size());
    values = arrays.at("values");
  }
  const double* at(std::size_t place) const { return values.data<double>() + place; }
  Tensor tensor(std::size_t place, const Shape& shape) const {
    const Tensor result = zeros(shape, {.dtype = float64});
    std::copy_n(at(place), result.size(), static_cast<double*>(result.mutable_data()));
    return result;
  }

  Json cases;
  Tensor values;
};

/// The functions that the files name.
inline double named_function(const std::string& name, double x) {
  if (name == "decay") return std::pow(0.95, x);
  if (name == "warm_up") return std::min(1.0, (x + 1.0) / 10.0);
  if (name == "inverse") return 1.0 / (1.0 + 0.1 * x);
  REQUIRE(name == "root");
  return 1.0 / std::sqrt(1.0 + x);
}

/// Reads options by PyTorch's names into the fields of the same name, and counts them.
class OptionReader {
 public:
  explicit OptionReader(const Json& json) : m_json(json) {}

  template <class T>
  void read(const char* name, T& field) {
    if (!m_json.contains(name)) return;
    ++m_read;
    assign(m_json.at(name), field);
  }
  void read_pair(const char* name, double& first, double& second) {
    if (!m_json.contains(name)) return;
    ++m_read;
    first = m_json.at(name)[0];
    second = m_json.at(name)[1];
  }
  /// How many options had no field.
  std::size_t unread() const { return m_json.size() - m_read; }

 private:
  template <class T>
  static void assign(const Json& value, T& field) {
    value.get_to(field);
  }
  static void assign(const Json& value, optim::PerGroup<double>& field) {
    if (value.is_array()) {
      field = value.get<std::vector<double>>();
    } else {
      field = value.get<double>();
    }
  }
  static void assign(const Json& value, optim::LineSearch& field) {
    REQUIRE(value == "strong_wolfe");
    field = optim::LineSearch::strong_wolfe;
  }
  static void assign(const Json& value, optim::Anneal& field) {
    field = value == "linear" ? optim::Anneal::linear : optim::Anneal::cos;
  }
  static void assign(const Json& value, optim::CyclicLR::Mode& field) {
    using Mode = optim::CyclicLR::Mode;
    field = value == "triangular2" ? Mode::triangular2 : value == "exp_range" ? Mode::exp_range : Mode::triangular;
  }
  static void assign(const Json& value, optim::CyclicLR::ScaleMode& field) {
    using Mode = optim::CyclicLR::ScaleMode;
    field = value == "iterations" ? Mode::iterations : Mode::cycle;
  }
  static void assign(const Json& value, optim::ReduceLROnPlateau::Mode& field) {
    using Mode = optim::ReduceLROnPlateau::Mode;
    field = value == "max" ? Mode::max : Mode::min;
  }
  static void assign(const Json& value, optim::ReduceLROnPlateau::ThresholdMode& field) {
    using Mode = optim::ReduceLROnPlateau::ThresholdMode;
    field = value == "abs" ? Mode::abs : Mode::rel;
  }
  static void assign(const Json& value, std::function<double(double)>& field) {
    field = [name = value.get<std::string>()](double x) { return named_function(name, x); };
  }

  const Json& m_json;
  std::size_t m_read = 0;
};

/// Any rule's or schedule's options from their description, of which `others` entries are no options.
template <class Options>
Options options_of(const Json& json, std::size_t others = 0) {
  Options o;
  OptionReader reader(json);
#define XTAPE_READ(field) \
  if constexpr (requires { o.field; }) reader.read(#field, o.field)
  XTAPE_READ(lr);
  XTAPE_READ(momentum);
  XTAPE_READ(dampening);
  XTAPE_READ(weight_decay);
  XTAPE_READ(nesterov);
  XTAPE_READ(maximize);
  XTAPE_READ(lambd);
  XTAPE_READ(alpha);
  XTAPE_READ(t0);
  XTAPE_READ(lr_decay);
  XTAPE_READ(initial_accumulator_value);
  XTAPE_READ(eps);
  XTAPE_READ(rho);
  XTAPE_READ(centered);
  XTAPE_READ(amsgrad);
  XTAPE_READ(momentum_decay);
  XTAPE_READ(max_iter);
  XTAPE_READ(max_eval);
  XTAPE_READ(tolerance_grad);
  XTAPE_READ(tolerance_change);
  XTAPE_READ(history_size);
  XTAPE_READ(line_search_fn);
  XTAPE_READ(step_size);
  XTAPE_READ(gamma);
  XTAPE_READ(milestones);
  XTAPE_READ(factor);
  XTAPE_READ(total_iters);
  XTAPE_READ(start_factor);
  XTAPE_READ(end_factor);
  XTAPE_READ(power);
  XTAPE_READ(T_max);
  XTAPE_READ(eta_min);
  XTAPE_READ(T_0);
  XTAPE_READ(T_mult);
  XTAPE_READ(max_lr);
  XTAPE_READ(total_steps);
  XTAPE_READ(epochs);
  XTAPE_READ(steps_per_epoch);
  XTAPE_READ(pct_start);
  XTAPE_READ(anneal_strategy);
  XTAPE_READ(cycle_momentum);
  XTAPE_READ(base_momentum);
  XTAPE_READ(max_momentum);
  XTAPE_READ(div_factor);
  XTAPE_READ(final_div_factor);
  XTAPE_READ(three_phase);
  XTAPE_READ(base_lr);
  XTAPE_READ(step_size_up);
  XTAPE_READ(step_size_down);
  XTAPE_READ(mode);
  XTAPE_READ(scale_fn);
  XTAPE_READ(scale_mode);
  XTAPE_READ(patience);
  XTAPE_READ(threshold);
  XTAPE_READ(threshold_mode);
  XTAPE_READ(cooldown);
  XTAPE_READ(min_lr);
#undef XTAPE_READ
  if constexpr (requires { o.beta1; }) reader.read_pair("betas", o.beta1, o.beta2);
  if constexpr (requires { o.etaplus; }) {
    reader.read_pair("etas", o.etaminus, o.etaplus);
    reader.read_pair("step_sizes", o.step_size_min, o.step_size_max);
  }
  INFO(json.dump());
  REQUIRE(reader.unread() == others);
  return o;
}

// --- optimizers

/// An optimizer over the parameters of each group.
using MakeRule = std::unique_ptr<optim::Optimizer> (*)(const Json& groups, const std::vector<Tensors>& parameters);

template <class Rule>
std::unique_ptr<optim::Optimizer> make_rule(const Json& groups, const std::vector<Tensors>& parameters) {
  using Options = typename Rule::Options;
  auto rule = std::make_unique<Rule>(parameters[0], options_of<Options>(groups[0]));
  for (std::size_t i = 1; i < parameters.size(); ++i) {
    if constexpr (requires { rule->add_group(parameters[i], Options()); }) {
      rule->add_group(parameters[i], options_of<Options>(groups[i]));
    }
  }
  return rule;
}

inline const std::map<std::string, MakeRule> rule_makers = {
    {"SGD", make_rule<optim::SGD>},         {"ASGD", make_rule<optim::ASGD>},
    {"Adagrad", make_rule<optim::Adagrad>}, {"Adadelta", make_rule<optim::Adadelta>},
    {"RMSprop", make_rule<optim::RMSprop>}, {"Adam", make_rule<optim::Adam>},
    {"AdamW", make_rule<optim::AdamW>},     {"Adamax", make_rule<optim::Adamax>},
    {"NAdam", make_rule<optim::NAdam>},     {"RAdam", make_rule<optim::RAdam>},
    {"Rprop", make_rule<optim::Rprop>},     {"LBFGS", make_rule<optim::LBFGS>},
};

// --- schedules

using SchedulePtr = std::unique_ptr<optim::Schedule>;

template <class S>
SchedulePtr make_plain(optim::Optimizer& rule, const Json& json) {
  return std::make_unique<S>(rule, options_of<typename S::Options>(json, 1));
}

template <class S>
SchedulePtr make_of_lambdas(optim::Optimizer& rule, const Json& json) {
  std::vector<optim::RateLambda> functions;
  const Json& names = json.at("lr_lambda");
  for (const Json& name : names.is_array() ? names : Json::array({names})) {
    functions.emplace_back([function = name.get<std::string>()](std::uint64_t epoch) {
      return named_function(function, static_cast<double>(epoch));
    });
  }
  return std::make_unique<S>(rule, functions);
}

/// Schedules by their description; keeps the parts of those that are made of others.
class ScheduleMaker {
 public:
  explicit ScheduleMaker(optim::Optimizer& rule) : m_rule(rule) {}

  SchedulePtr make(const Json& json) {
    const std::string name = json.at("name");
    if (const auto found = plain.find(name); found != plain.end()) return found->second(m_rule, json);
    optim::Schedules parts;
    for (const Json& part : json.at("schedules")) {
      m_parts.push_back(make(part));
      parts.push_back(*m_parts.back());
    }
    if (name == "ChainedScheduler") return std::make_unique<optim::ChainedScheduler>(parts);
    REQUIRE(name == "SequentialLR");
    return std::make_unique<optim::SequentialLR>(m_rule, parts, options_of<optim::SequentialLR::Options>(json, 2));
  }

 private:
  using Make = SchedulePtr (*)(optim::Optimizer&, const Json&);
  static inline const std::map<std::string, Make> plain = {
      {"StepLR", make_plain<optim::StepLR>},
      {"MultiStepLR", make_plain<optim::MultiStepLR>},
      {"ExponentialLR", make_plain<optim::ExponentialLR>},
      {"ConstantLR", make_plain<optim::ConstantLR>},
      {"LinearLR", make_plain<optim::LinearLR>},
      {"PolynomialLR", make_plain<optim::PolynomialLR>},
      {"LambdaLR", make_of_lambdas<optim::LambdaLR>},
      {"MultiplicativeLR", make_of_lambdas<optim::MultiplicativeLR>},
      {"CosineAnnealingLR", make_plain<optim::CosineAnnealingLR>},
      {"CosineAnnealingWarmRestarts", make_plain<optim::CosineAnnealingWarmRestarts>},
      {"OneCycleLR", make_plain<optim::OneCycleLR>},
      {"CyclicLR", make_plain<optim::CyclicLR>},
  };

  optim::Optimizer& m_rule;
  std::vector<SchedulePtr> m_parts;
};

}  // namespace golden_optim
