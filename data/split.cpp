#include <autograd/ops/slice.hpp>
#include <autograd/random.hpp>
#include <data/sampler.hpp>
#include <data/split.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace xtape::data {

namespace {

using Indices = std::vector<std::size_t>;

class Subset final : public Source {
 public:
  Subset(std::shared_ptr<const Source> source, Indices indices)
      : m_source(std::move(source)), m_indices(std::move(indices)) {}

  std::size_t size() const override { return m_indices.size(); }
  Sample sample(std::size_t index) const override { return batch_of_one(index); }
  Sample batch(std::span<const std::size_t> indices, std::span<const std::uint64_t> keys) const override {
    Indices inner(indices.size());
    for (std::size_t i = 0; i < inner.size(); ++i) inner[i] = m_indices[indices[i]];
    return m_source->batch(inner, keys);
  }
  Tensor targets() const override { return take_rows(m_source->targets()); }

 private:
  Tensor take_rows(const Tensor& rows) const {
    const Dataset pairs(rows, rows);
    return pairs.batch(m_indices).second;
  }

  std::shared_ptr<const Source> m_source;
  Indices m_indices;
};

class Concatenation final : public Source {
 public:
  explicit Concatenation(const std::vector<Dataset>& datasets) {
    for (const Dataset& dataset : datasets) {
      m_begins.push_back(m_size);
      m_size += dataset.size();
      m_sources.push_back(dataset.source());
    }
  }

  std::size_t size() const override { return m_size; }
  Sample sample(std::size_t index) const override { return batch_of_one(index); }
  Sample batch(std::span<const std::size_t> indices, std::span<const std::uint64_t> keys) const override;
  Tensor targets() const override {
    Tensors parts;
    for (const auto& source : m_sources) parts.push_back(source->targets());
    return xtape::concatenate(parts);
  }

 private:
  std::size_t part_of(std::size_t index) const {
    return static_cast<std::size_t>(std::upper_bound(m_begins.begin(), m_begins.end(), index) - m_begins.begin()) - 1;
  }

  std::vector<std::shared_ptr<const Source>> m_sources;
  Indices m_begins;
  std::size_t m_size = 0;
};

// One batch from each part, and the rows put in the order that was asked for.
Sample Concatenation::batch(std::span<const std::size_t> indices, std::span<const std::uint64_t> keys) const {
  if (indices.empty()) return m_sources[0]->batch(indices, keys);
  std::vector<Indices> places(m_sources.size());
  for (std::size_t i = 0; i < indices.size(); ++i) places[part_of(indices[i])].push_back(i);
  Tensors inputs, targets;
  Indices rows(indices.size());
  std::size_t row = 0;
  for (std::size_t part = 0; part < m_sources.size(); ++part) {
    if (places[part].empty()) continue;
    Indices inner;
    std::vector<std::uint64_t> inner_keys;
    for (const std::size_t place : places[part]) {
      inner.push_back(indices[place] - m_begins[part]);
      inner_keys.push_back(keys[place]);
      rows[place] = row++;
    }
    auto [input, target] = m_sources[part]->batch(inner, inner_keys);
    if (inner.size() == indices.size()) return {input, target};
    inputs.push_back(std::move(input));
    targets.push_back(std::move(target));
  }
  return Dataset(xtape::concatenate(inputs), xtape::concatenate(targets)).batch(rows);
}

void check_fraction(const char* op, double fraction) {
  if (fraction >= 0.0 && fraction <= 1.0) return;
  throw Error(std::string(op) + ": a fraction of " + std::to_string(fraction) + "; it must be from 0 to 1");
}

void check_fractions(const char* op, const std::vector<double>& fractions) {
  for (const double fraction : fractions) check_fraction(op, fraction);
  const double total = std::accumulate(fractions.begin(), fractions.end(), 0.0);
  if (std::abs(total - 1.0) > 1e-6) {
    throw Error(std::string(op) + ": the fractions add up to " + std::to_string(total) + ", not to 1");
  }
}

// The counts that fractions stand for: each part ends at the rounded sum of the fractions so far.
Indices counts_of(const std::vector<double>& fractions, std::size_t size) {
  Indices counts;
  double sum = 0.0;
  std::size_t begin = 0;
  for (const double fraction : fractions) {
    sum += fraction;
    const auto end = std::min(size, static_cast<std::size_t>(std::llround(sum * static_cast<double>(size))));
    counts.push_back(end - begin);
    begin = end;
  }
  if (!counts.empty()) counts.back() += size - begin;
  return counts;
}

Indices sequence(std::size_t size) {
  Indices indices(size);
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  return indices;
}

Indices shuffled(Indices indices, random::Generator& generator) {
  generator.shuffle(indices);
  return indices;
}

std::vector<Indices> cut(const Indices& indices, const Indices& counts) {
  std::vector<Indices> parts;
  auto begin = indices.begin();
  for (const std::size_t count : counts) {
    const auto end = begin + static_cast<std::ptrdiff_t>(count);
    parts.emplace_back(begin, end);
    begin = end;
  }
  return parts;
}

// Every sample in random order within its class, class by class.
Indices by_class(const char* op, const Dataset& dataset, random::Generator& generator) {
  const std::vector<std::int64_t> labels = class_labels(op, dataset.targets());
  std::map<std::int64_t, Indices> classes;
  for (std::size_t i = 0; i < labels.size(); ++i) classes[labels[i]].push_back(i);
  Indices order;
  for (auto& [label, members] : classes) {
    generator.shuffle(members);
    order.insert(order.end(), members.begin(), members.end());
  }
  return order;
}

// Hands out the samples in turn, each to the part that is furthest behind its share: so every run of them, such as a
// class, is divided in proportion.
std::vector<Indices> hand_out(const Indices& order, const std::vector<double>& shares, random::Generator& generator) {
  std::vector<Indices> parts(shares.size());
  double given = 0.0;
  for (const std::size_t index : order) {
    given += 1.0;
    const auto lack = [&](std::size_t part) { return shares[part] * given - static_cast<double>(parts[part].size()); };
    std::size_t neediest = 0;
    for (std::size_t part = 1; part < parts.size(); ++part) {
      if (lack(part) > lack(neediest)) neediest = part;
    }
    parts[neediest].push_back(index);
  }
  for (Indices& part : parts) generator.shuffle(part);
  return parts;
}

std::vector<Dataset> subsets(const Dataset& dataset, std::vector<Indices> parts) {
  std::vector<Dataset> result;
  for (Indices& part : parts) result.push_back(subset(dataset, std::move(part)));
  return result;
}

Split as_split(const std::vector<Dataset>& parts) { return {parts[0], parts[1]}; }

std::vector<Indices> folds_of(const Dataset& dataset, std::size_t folds, const FoldOptions& options) {
  random::Generator generator(options.seed);
  if (options.stratified) {
    const std::vector<double> shares(folds, 1.0 / static_cast<double>(folds));
    return hand_out(by_class("k_folds", dataset, generator), shares, generator);
  }
  Indices order = sequence(dataset.size());
  if (options.shuffle) generator.shuffle(order);
  Indices counts(folds);
  for (std::size_t f = 0; f < folds; ++f) {
    counts[f] = dataset.size() / folds + (f < dataset.size() % folds ? 1 : 0);
  }
  return cut(order, counts);
}

}  // namespace

Dataset subset(const Dataset& dataset, std::vector<std::size_t> indices) {
  for (const std::size_t index : indices) {
    if (index < dataset.size()) continue;
    throw IndexError("subset: index " + std::to_string(index) + " of a data set of " + std::to_string(dataset.size()) +
                     " samples");
  }
  return Dataset(std::make_shared<Subset>(dataset.source(), std::move(indices)));
}

Dataset concatenate(std::vector<Dataset> datasets) {
  if (datasets.empty()) throw Error("concatenate: no data sets; it needs at least one");
  return Dataset(std::make_shared<Concatenation>(datasets));
}

Split random_split(const Dataset& dataset, double fraction, SplitOptions options) {
  check_fraction("random_split", fraction);
  return as_split(random_split(dataset, {fraction, 1.0 - fraction}, options));
}

std::vector<Dataset> random_split(const Dataset& dataset, const std::vector<double>& fractions, SplitOptions options) {
  check_fractions("random_split", fractions);
  return random_split(dataset, counts_of(fractions, dataset.size()), options);
}

std::vector<Dataset> random_split(const Dataset& dataset, const std::vector<std::size_t>& counts,
                                  SplitOptions options) {
  const std::size_t total = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  if (total != dataset.size()) {
    throw Error("random_split: the counts add up to " + std::to_string(total) + ", not to the " +
                std::to_string(dataset.size()) + " samples of the data set");
  }
  random::Generator generator(options.seed);
  return subsets(dataset, cut(shuffled(sequence(dataset.size()), generator), counts));
}

Split stratified_split(const Dataset& dataset, double fraction, SplitOptions options) {
  check_fraction("stratified_split", fraction);
  return as_split(stratified_split(dataset, {fraction, 1.0 - fraction}, options));
}

std::vector<Dataset> stratified_split(const Dataset& dataset, const std::vector<double>& fractions,
                                      SplitOptions options) {
  check_fractions("stratified_split", fractions);
  random::Generator generator(options.seed);
  return subsets(dataset, hand_out(by_class("stratified_split", dataset, generator), fractions, generator));
}

std::vector<Split> k_folds(const Dataset& dataset, std::size_t folds, FoldOptions options) {
  if (folds < 2 || folds > dataset.size()) {
    throw Error("k_folds: " + std::to_string(folds) + " folds of a data set of " + std::to_string(dataset.size()) +
                " samples; it needs at least 2 folds and a sample for each");
  }
  if (options.stratified && !options.shuffle) {
    throw Error("k_folds: stratified folds are drawn within the classes; they need shuffle");
  }
  const std::vector<Indices> tests = folds_of(dataset, folds, options);
  std::vector<Split> result;
  for (std::size_t test = 0; test < folds; ++test) {
    Indices train;
    for (std::size_t other = 0; other < folds; ++other) {
      if (other != test) train.insert(train.end(), tests[other].begin(), tests[other].end());
    }
    result.push_back({subset(dataset, std::move(train)), subset(dataset, tests[test])});
  }
  return result;
}

}  // namespace xtape::data
