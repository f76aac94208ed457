#pragma once

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include <data/loader.hpp>

/// The inside of DataLoader.
namespace xtape::data {

/// What the batches of an epoch are made from; shared by the iterators and workers, which only read it.
struct DataLoader::Epoch {
  std::uint64_t number = 0;
  Dataset dataset;
  std::vector<std::size_t> order;
  std::vector<std::uint64_t> keys;  // one for each place in the order
  std::size_t batch_size = 1;
  std::size_t batches = 0;
  BatchTransform batch_transform;
  std::uint64_t batch_key = 0;

  /// Makes one batch. Throws what the data set and its transforms throw.
  Sample assemble(std::size_t batch_number) const;
};

/// How far the iterators of the latest begin() have come.
struct DataLoader::Progress {
  State place;
};

/// Threads that assemble the batches of an epoch, in order, some ahead of their use.
class DataLoader::Prefetcher {
 public:
  /// Starts with batch `first`; up to `ahead` batches wait to be taken.
  Prefetcher(std::shared_ptr<const Epoch> epoch, std::size_t first, std::size_t workers, std::size_t ahead);
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;
  /// Waits for the workers to finish the batch that each is at.
  ~Prefetcher();

  /// One batch: the next one in order, as soon as a worker has it, or one that was taken before, made again. Throws
  /// what the worker met.
  Sample take(std::size_t number);

 private:
  struct Slot {
    bool ready = false;
    Sample batch;
    std::exception_ptr error;
  };

  void start(std::size_t workers);
  void stop() noexcept;
  void work();
  Slot assemble(std::size_t number) const noexcept;
  Slot& slot(std::size_t number) { return m_slots[number % m_slots.size()]; }

  const std::shared_ptr<const Epoch> m_epoch;
  std::mutex m_mutex;
  std::condition_variable m_batch_ready, m_room;
  std::vector<Slot> m_slots;  // batch n lies at n modulo their number, from its assembly until it is taken
  std::size_t m_next;         // the next batch that a worker begins
  std::size_t m_taken;        // the next batch to be taken
  bool m_stopping = false;
  std::vector<std::thread> m_threads;
};

}  // namespace xtape::data
