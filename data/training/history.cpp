#include <data/training/history.hpp>

#include <algorithm>

namespace xtape::training {

namespace {

const std::string validation_prefix = "validation_";

std::optional<double> find_score(const Scores& scores, const std::string& name) {
  if (name == "loss") return scores.loss;
  const auto found = scores.metrics.find(name);
  if (found == scores.metrics.end()) return std::nullopt;
  return found->second;
}

}  // namespace

std::optional<double> EpochResult::find(const std::string& name) const {
  if (name == "epoch") return static_cast<double>(epoch);
  if (name == "step") return static_cast<double>(step);
  if (name == "lr") return lr;
  if (name == "seconds") return seconds;
  if (name == "samples_per_second") return samples_per_second();
  if (!name.starts_with(validation_prefix)) return find_score(train, name);
  return validation ? find_score(*validation, name.substr(validation_prefix.size())) : std::nullopt;
}

std::vector<double> History::column(const std::string& name) const {
  std::vector<double> values;
  for (const EpochResult& result : epochs) {
    const std::optional<double> value = result.find(name);
    if (!value) throw Error("History: epoch " + std::to_string(result.epoch) + " has no '" + name + "'");
    values.push_back(*value);
  }
  return values;
}

std::vector<std::string> column_names(const std::vector<Metric>& metrics, bool validated) {
  std::vector<std::string> names{"epoch", "step", "lr", "loss"};
  for (const Metric& metric : metrics) names.push_back(metric.name);
  if (validated) {
    names.push_back(validation_prefix + "loss");
    for (const Metric& metric : metrics) names.push_back(validation_prefix + metric.name);
  }
  names.insert(names.end(), {"seconds", "samples_per_second"});
  return names;
}

void check_metrics(const std::vector<Metric>& metrics) {
  std::vector<std::string> names = column_names({}, false);
  for (const Metric& metric : metrics) {
    const std::string intro = "Trainer: the metric's name '" + metric.name + "' ";
    if (metric.name.empty()) throw Error(intro + "is empty");
    if (metric.name.starts_with(validation_prefix)) throw Error(intro + "must not begin with 'validation_'");
    if (metric.name.find_first_of(",\"\n\r") != std::string::npos) {
      throw Error(intro + "must not have commas, quotes and line breaks, which would break a line of the log");
    }
    if (std::find(names.begin(), names.end(), metric.name) != names.end()) {
      throw Error(intro +
                  "is taken: names are unique, and epoch, step, lr, loss, seconds and samples_per_second the "
                  "trainer's own");
    }
    if (!metric.value) throw Error("Trainer: the metric '" + metric.name + "' has no function");
    names.push_back(metric.name);
  }
}

}  // namespace xtape::training
