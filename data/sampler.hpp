#pragma once

#include <functional>
#include <vector>

#include <autograd/random.hpp>
#include <data/dataset.hpp>

/// Which samples an epoch of a DataLoader has, and in which order, where neither the data set's own order nor a
/// shuffled one will do: `data::DataLoader(train, {.sampler = data::BalancedSampler(train)})`.
namespace xtape::data {

/// A function that draws the order of an epoch. The classes below are samplers; this class makes one of a function.
class Sampler {
 public:
  /// The indices of one epoch of a data set with `size` samples.
  using Function = std::function<std::vector<std::size_t>(std::size_t size, random::Generator& generator)>;

  /// No sampler: the loader goes by its own options.
  Sampler() = default;
  /// `draws` is the number of indices that the function gives; 0 stands for as many as there are samples.
  explicit Sampler(Function function, std::size_t draws = 0) : m_function(std::move(function)), m_draws(draws) {}

  explicit operator bool() const noexcept { return static_cast<bool>(m_function); }
  /// Number of indices of an epoch.
  std::size_t size(std::size_t samples) const noexcept { return m_draws == 0 ? samples : m_draws; }
  /// The indices of one epoch. Throws Error where the function gives another number of them, IndexError where one is
  /// out of range.
  std::vector<std::size_t> order(std::size_t samples, random::Generator& generator) const;

 private:
  Function m_function;
  std::size_t m_draws = 0;
};

/// How samplers draw.
struct Sampling {
  std::size_t draws = 0;    ///< samples of an epoch; 0: as many as the data set has
  bool replacement = true;  ///< a sample may come more than once
};

/// Every sample is as likely as any other. Without replacement: a random part of the data set in each epoch. Throws
/// Error, when the epoch begins, where more are to be drawn than there are.
class RandomSampler : public Sampler {
 public:
  explicit RandomSampler(Sampling options = {});
};

/// A sample is as likely as its weight says. Without replacement, too (by the keys of Efraimidis and Spirakis, 2006).
/// Throws Error where a weight is negative or not finite, or fewer are above 0 than are to be drawn; when an epoch
/// begins, where there are not as many weights as samples. Example: `data::WeightedRandomSampler({1, 1, 8})`.
class WeightedRandomSampler : public Sampler {
 public:
  explicit WeightedRandomSampler(std::vector<double> weights, Sampling options = {});
};

/// Every class is as likely as any other, however many samples it has: the weight of a sample is 1 divided by the size
/// of its class. Takes the targets, one integer a sample, or the data set that has them (DtypeError, ShapeError).
class BalancedSampler : public WeightedRandomSampler {
 public:
  explicit BalancedSampler(const Tensor& targets, Sampling options = {});
  explicit BalancedSampler(const Dataset& dataset, Sampling options = {})
      : BalancedSampler(dataset.targets(), options) {}
};

/// The classes of targets, one integer a sample (ShapeError, DtypeError naming `op`).
std::vector<std::int64_t> class_labels(const char* op, const Tensor& targets);

}  // namespace xtape::data
