#pragma once

#include <concepts>
#include <initializer_list>
#include <vector>

#include <data/dataset.hpp>

/// Parts of data sets. They share the samples; nothing is copied.
namespace xtape::data {

/// The samples at `indices`, in that order; one may come more than once. Throws IndexError.
/// Example: `data::subset(test, {0, 7, 7})`.
Dataset subset(const Dataset& dataset, std::vector<std::size_t> indices);

/// The samples of several data sets, one after another. Throws Error where there are none.
Dataset concatenate(std::vector<Dataset> datasets);

struct SplitOptions {
  std::uint64_t seed = 0;  ///< of the order, random::Generator(seed)
};

/// Two random parts: round(fraction * size) samples and the others. Throws Error where the fraction is not in [0, 1].
/// Example: `auto [larger, smaller] = data::random_split(spiral, 0.9, {.seed = 7});`
Split random_split(const Dataset& dataset, double fraction, SplitOptions options = {});

/// Several random parts: with fractions f, part k ends at round((f_0 + ... + f_k) * size). Throws Error where the
/// fractions do not add up to 1, or counts not to the size. Example: `auto parts = data::random_split(digits, {0.8,
/// 0.1, 0.1}, {.seed = 7});`, `data::random_split(spiral, {250, 50})`.
std::vector<Dataset> random_split(const Dataset& dataset, const std::vector<double>& fractions,
                                  SplitOptions options = {});
std::vector<Dataset> random_split(const Dataset& dataset, const std::vector<std::size_t>& counts,
                                  SplitOptions options = {});
template <std::floating_point T>
std::vector<Dataset> random_split(const Dataset& dataset, std::initializer_list<T> fractions,
                                  SplitOptions options = {}) {
  return random_split(dataset, std::vector<double>(fractions.begin(), fractions.end()), options);
}
template <std::integral T>
std::vector<Dataset> random_split(const Dataset& dataset, std::initializer_list<T> counts, SplitOptions options = {}) {
  return random_split(dataset, std::vector<std::size_t>(counts.begin(), counts.end()), options);
}

/// The same where each part has the classes in the proportions of the whole, to within one sample; the parts have the
/// sizes of random_split() to within one, too. Targets are one integer a sample (ShapeError, DtypeError).
/// Example: `auto [train, test] = data::stratified_split(data::iris(), 0.8, {.seed = 1});`
Split stratified_split(const Dataset& dataset, double fraction, SplitOptions options = {});
std::vector<Dataset> stratified_split(const Dataset& dataset, const std::vector<double>& fractions,
                                      SplitOptions options = {});

struct FoldOptions {
  std::uint64_t seed = 0;
  bool shuffle = true;      ///< false: folds are runs of neighbours
  bool stratified = false;  ///< each fold has the classes in the proportions of the whole
};

/// Cross-validation: `folds` times a training and a test set, where every sample is in one of the test sets, whose
/// sizes differ by 1 at most. Throws Error where there are fewer than 2 folds or fewer samples than folds, or where
/// folds are to be stratified but not shuffled. Example: `for (const auto& [train, test] : data::k_folds(data::iris(),
/// 5)) ...`
std::vector<Split> k_folds(const Dataset& dataset, std::size_t folds, FoldOptions options = {});

}  // namespace xtape::data
