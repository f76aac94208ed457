#pragma once

#include <cstdint>
#include <iterator>

#include <data/dataset.hpp>

namespace xtape::data {

/// Goes through a data set in batches, once for every begin(). Example:
///
///     data::DataLoader loader(train, {.batch_size = 32, .shuffle = true, .seed = 1});
///     for (const auto& [x, t] : loader) step(x, t);
///
/// The order depends on the seed and the number of the epoch alone: epoch e (the first is 0) is shuffled by
/// random::Generator(seed + e * 0x9e3779b97f4a7c15). A batch is a copy: inputs (B, ...), targets (B, ...).
class DataLoader {
 public:
  struct Options {
    std::size_t batch_size = 1;
    bool shuffle = false;    ///< another order in every epoch
    std::uint64_t seed = 0;  ///< of the orders
    bool drop_last = false;  ///< leave out a last batch of fewer than batch_size samples
  };

  /// The batches of one epoch. An input iterator: the copies of one go their own ways, and the end is
  /// std::default_sentinel. It stays valid without its loader.
  class Iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using difference_type = std::ptrdiff_t;
    using value_type = Sample;

    const Sample& operator*() const noexcept { return m_batch; }
    const Sample* operator->() const noexcept { return &m_batch; }
    Iterator& operator++();
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const noexcept { return m_position >= m_end; }

   private:
    friend DataLoader;
    Iterator(Dataset dataset, std::vector<std::size_t> order, std::size_t end, std::size_t batch_size);
    void read();

    Dataset m_dataset;
    std::shared_ptr<const std::vector<std::size_t>> m_order;
    std::size_t m_position = 0;
    std::size_t m_end;
    std::size_t m_batch_size;
    Sample m_batch;
  };

  explicit DataLoader(Dataset dataset) : DataLoader(std::move(dataset), Options{}) {}
  /// Throws Error where the batch size is 0.
  DataLoader(Dataset dataset, Options options);

  /// The first batch of the next epoch. Example: `auto [x, t] = *loader.begin();`
  Iterator begin();
  std::default_sentinel_t end() const noexcept { return {}; }

  /// Number of batches in an epoch.
  std::size_t size() const;
  const Dataset& dataset() const noexcept { return m_dataset; }
  /// Number of the epoch that the next begin() starts.
  std::uint64_t epoch() const noexcept { return m_epoch; }
  /// Goes on with another epoch, as a resumed training does. Example: `loader.set_epoch(finished_epochs);`
  void set_epoch(std::uint64_t epoch) noexcept { m_epoch = epoch; }

 private:
  Dataset m_dataset;
  Options m_options;
  std::uint64_t m_epoch = 0;
};

}  // namespace xtape::data
