#include <autograd/ops/shape.hpp>
#include <data/sampler.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace xtape::data {

namespace {

[[noreturn]] void throw_too_few(const char* op, std::size_t draws, std::size_t choices, const char* what) {
  throw Error(std::string(op) + ": " + std::to_string(draws) + " draws without replacement from " +
              std::to_string(choices) + " " + what);
}

std::vector<std::size_t> draw_evenly(std::size_t size, const Sampling& options, random::Generator& generator) {
  const std::size_t draws = options.draws == 0 ? size : options.draws;
  if (options.replacement) {
    std::vector<std::size_t> order(size == 0 ? 0 : draws);
    for (std::size_t& index : order) index = generator.below(size);
    return order;
  }
  if (draws > size) throw_too_few("RandomSampler", draws, size, "samples");
  std::vector<std::size_t> order(size);
  std::iota(order.begin(), order.end(), std::size_t{0});
  generator.shuffle(order);
  order.resize(draws);
  return order;
}

std::vector<std::size_t> draw_repeatedly(const std::vector<double>& weights, std::size_t draws,
                                         random::Generator& generator) {
  std::vector<double> sums(weights.size());
  std::partial_sum(weights.begin(), weights.end(), sums.begin());
  std::vector<std::size_t> order(draws);
  for (std::size_t& index : order) {
    const auto found = std::upper_bound(sums.begin(), sums.end(), generator.uniform() * sums.back());
    index = static_cast<std::size_t>(found - sums.begin());
  }
  return order;
}

// The largest of log(u) / weight come first.
std::vector<std::size_t> draw_once(const std::vector<double>& weights, std::size_t draws,
                                   random::Generator& generator) {
  std::vector<std::pair<double, std::size_t>> keys;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double u = 1.0 - generator.uniform();
    if (weights[i] > 0.0) keys.emplace_back(-std::log(u) / weights[i], i);
  }
  std::sort(keys.begin(), keys.end());
  std::vector<std::size_t> order(draws);
  for (std::size_t i = 0; i < draws; ++i) order[i] = keys[i].second;
  return order;
}

std::vector<std::size_t> draw_weighted(const std::vector<double>& weights, std::size_t size, const Sampling& options,
                                       random::Generator& generator) {
  if (weights.size() != size) {
    throw Error("WeightedRandomSampler: " + std::to_string(weights.size()) + " weights for a data set of " +
                std::to_string(size) + " samples; each needs one");
  }
  const std::size_t draws = options.draws == 0 ? size : options.draws;
  return options.replacement ? draw_repeatedly(weights, draws, generator) : draw_once(weights, draws, generator);
}

void check_weights(const std::vector<double>& weights, const Sampling& options) {
  std::size_t positive = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (!(weights[i] >= 0.0 && std::isfinite(weights[i]))) {
      throw Error("WeightedRandomSampler: the weight at " + std::to_string(i) + " is " + std::to_string(weights[i]) +
                  "; weights are finite and not negative");
    }
    if (weights[i] > 0.0) ++positive;
  }
  const std::size_t draws = options.draws == 0 ? weights.size() : options.draws;
  if (!options.replacement && draws > positive) {
    throw_too_few("WeightedRandomSampler", draws, positive, "samples of a weight above 0");
  }
  if (positive == 0 && draws > 0) throw Error("WeightedRandomSampler: no weight is above 0");
}

std::vector<double> balancing_weights(const Tensor& targets) {
  const std::vector<std::int64_t> labels = class_labels("BalancedSampler", targets);
  std::map<std::int64_t, double> counts;
  for (const std::int64_t label : labels) ++counts[label];
  std::vector<double> weights(labels.size());
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = 1.0 / counts[labels[i]];
  return weights;
}

}  // namespace

std::vector<std::size_t> Sampler::order(std::size_t samples, random::Generator& generator) const {
  std::vector<std::size_t> indices = m_function(samples, generator);
  if (indices.size() != size(samples)) {
    throw Error("Sampler: it gave " + std::to_string(indices.size()) + " indices for an epoch of " +
                std::to_string(size(samples)));
  }
  for (const std::size_t index : indices) {
    if (index < samples) continue;
    throw IndexError("Sampler: it gave the index " + std::to_string(index) + " of a data set of " +
                     std::to_string(samples) + " samples");
  }
  return indices;
}

RandomSampler::RandomSampler(Sampling options)
    : Sampler(
          [options](std::size_t size, random::Generator& generator) { return draw_evenly(size, options, generator); },
          options.draws) {}

WeightedRandomSampler::WeightedRandomSampler(std::vector<double> weights, Sampling options)
    : Sampler(
          [weights, options](std::size_t size, random::Generator& generator) {
            return draw_weighted(weights, size, options, generator);
          },
          options.draws) {
  check_weights(weights, options);
}

BalancedSampler::BalancedSampler(const Tensor& targets, Sampling options)
    : WeightedRandomSampler(balancing_weights(targets), options) {}

std::vector<std::int64_t> class_labels(const char* op, const Tensor& targets) {
  if (targets.dimension() != 1) {
    throw ShapeError(std::string(op) + ": targets of shape " + to_string(targets.shape()) +
                     "; classes are one integer a sample, (N,)");
  }
  if (is_floating(targets.dtype())) {
    throw DtypeError(std::string(op) + ": the targets are " + to_string(targets.dtype()) + "; classes are integers");
  }
  const Tensor labels = astype(targets.detach(), int64).contiguous();
  const std::int64_t* first = labels.data<std::int64_t>();
  return {first, first + labels.size()};
}

}  // namespace xtape::data
