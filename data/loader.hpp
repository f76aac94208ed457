#pragma once

#include <cstdint>
#include <functional>
#include <iterator>
#include <optional>

#include <data/dataset.hpp>
#include <data/draws.hpp>
#include <data/sampler.hpp>

namespace xtape::data {

/// What is done to each batch as a whole, such as MixUp; its random numbers depend on the seed, the epoch and the
/// batch's number in it.
using BatchTransform = std::function<Sample(Sample batch, Draws& draws)>;

/// Goes through a data set in batches, once for every begin(). Example:
///
///     data::DataLoader loader(train, {.batch_size = 32, .shuffle = true, .seed = 1, .workers = 2});
///     for (const auto& [x, t] : loader) step(x, t);
///
/// The batches depend on the seed and the number of the epoch alone, not on the number of workers. Epoch e (the first
/// is 0) is shuffled, or sampled, by random::Generator(seed + e * 0x9e3779b97f4a7c15); what is random about the sample
/// at index i is drawn from Draws(sample_key(seed, e, i)), and where it comes again in that epoch, from
/// sample_key(seed, e, i, earlier times). A batch is a copy: inputs (B, ...), targets (B, ...).
///
/// With workers, threads assemble the batches to come while the caller computes; the data set and its transforms are
/// then called from several threads at once. What they throw arrives where the batch would have.
class DataLoader {
 public:
  struct Options {
    std::size_t batch_size = 1;
    bool shuffle = false;      ///< another order in every epoch
    std::uint64_t seed = 0;    ///< of the orders and of random transforms
    bool drop_last = false;    ///< leave out a last batch of fewer than batch_size samples
    std::size_t workers = 0;   ///< threads that assemble batches; 0: the caller's does, when it asks for one
    std::size_t prefetch = 2;  ///< batches that each worker may be ahead
    Sampler sampler = {};      ///< in place of shuffle: which samples, in which order
    BatchTransform batch_transform = {};
  };

 private:
  class Prefetcher;
  struct Epoch;
  struct Progress;

 public:
  /// The batches of one epoch. An input iterator: the copies of one go their own ways, and the end is
  /// std::default_sentinel. It stays valid without its loader. Where a batch cannot be made, begin() or ++ throws; the
  /// next ++ goes on with the batch behind it.
  class Iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using difference_type = std::ptrdiff_t;
    using value_type = Sample;

    const Sample& operator*() const noexcept { return m_batch; }
    const Sample* operator->() const noexcept { return &m_batch; }
    Iterator& operator++();
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const noexcept;

   private:
    friend DataLoader;
    Iterator(std::shared_ptr<const Epoch> epoch, std::shared_ptr<Progress> progress, std::size_t first,
             const Options& options);
    void read();

    std::shared_ptr<const Epoch> m_epoch;
    std::shared_ptr<Progress> m_progress;
    std::shared_ptr<Prefetcher> m_prefetcher;
    std::size_t m_number;  // of the batch in its epoch
    Sample m_batch;
  };

  /// Where a pass through the data stands: the epoch, and how many of its batches were handed out.
  struct State {
    std::uint64_t epoch = 0;
    std::size_t position = 0;
    bool operator==(const State&) const = default;
  };

  explicit DataLoader(Dataset dataset) : DataLoader(std::move(dataset), Options{}) {}
  /// Throws Error where the batch size is 0, where both shuffle and a sampler are given, or where prefetch is 0.
  DataLoader(Dataset dataset, Options options);
  DataLoader(DataLoader&&) noexcept = default;
  DataLoader& operator=(DataLoader&&) noexcept = default;

  /// The first batch of the next epoch, or, after set_state(), of what is left of one. Example:
  /// `auto [x, t] = *loader.begin();`
  Iterator begin();
  std::default_sentinel_t end() const noexcept { return {}; }

  /// Number of batches in an epoch.
  std::size_t size() const;
  const Dataset& dataset() const noexcept { return m_dataset; }
  const Options& options() const noexcept { return m_options; }
  /// Number of the epoch that the next begin() starts.
  std::uint64_t epoch() const noexcept { return m_epoch; }
  /// Goes on with another epoch, from its first batch. Example: `loader.set_epoch(finished_epochs);`
  void set_epoch(std::uint64_t epoch) noexcept;

  /// The place behind the batch that was handed out last; behind the last one of an epoch, the end of that epoch while
  /// its loop body runs, and the start of the next one once the loop has ended.
  State state() const noexcept;
  /// Goes on from such a place: the next begin() gives the rest of that epoch, batch for batch as they would have come.
  /// Throws Error where the epoch has fewer batches. Example: `loader.set_state({.epoch = 3, .position = 120});`
  void set_state(const State& state);

 private:
  std::size_t samples() const;

  Dataset m_dataset;
  Options m_options;
  std::uint64_t m_epoch = 0;
  std::size_t m_position = 0;  // where in it the next begin() starts
  std::shared_ptr<Progress> m_progress;
};

}  // namespace xtape::data
