#include <autograd/kernels/threads.hpp>
#include <autograd/memory/pool.hpp>
#include <autograd/tape.hpp>
#include <data/prefetcher.hpp>

#include <algorithm>
#include <system_error>

namespace xtape::data {

namespace {

// Batches are made by the workers and let go by the caller: their records must find their way back now and then.
constexpr std::size_t batches_between_sharing = 256;

}  // namespace

Sample DataLoader::Epoch::assemble(std::size_t batch_number) const {
  const std::size_t begin = batch_number * batch_size;
  const std::size_t count = std::min(batch_size, order.size() - begin);
  Sample batch = dataset.batch(std::span(order).subspan(begin, count), std::span(keys).subspan(begin, count));
  if (batch_transform) {
    Draws draws(derived_key(batch_key, batch_number));
    batch = batch_transform(std::move(batch), draws);
  }
  return batch;
}

DataLoader::Prefetcher::Prefetcher(std::shared_ptr<const Epoch> epoch, std::size_t first, std::size_t workers,
                                   std::size_t ahead)
    : m_epoch(std::move(epoch)), m_slots(ahead), m_next(first), m_taken(first) {
  start(std::min(workers, m_epoch->batches - first));
}

DataLoader::Prefetcher::~Prefetcher() {
  stop();
  memory::share_free_blocks();
}

void DataLoader::Prefetcher::start(std::size_t workers) {
  m_threads.reserve(workers);
  try {
    while (m_threads.size() < workers) m_threads.emplace_back([this] { work(); });
  } catch (const std::system_error&) {
    if (m_threads.empty()) throw;  // with fewer threads the batches are the same
  }
}

void DataLoader::Prefetcher::stop() noexcept {
  {
    const std::lock_guard lock(m_mutex);
    m_stopping = true;
  }
  m_room.notify_all();
  for (std::thread& thread : m_threads) thread.join();
}

void DataLoader::Prefetcher::work() {
  kernels::work_alone();
  std::unique_lock lock(m_mutex);
  for (;;) {
    m_room.wait(lock, [&] { return m_stopping || m_next == m_epoch->batches || m_next < m_taken + m_slots.size(); });
    if (m_stopping || m_next == m_epoch->batches) return;
    const std::size_t number = m_next++;
    lock.unlock();
    Slot made = assemble(number);
    lock.lock();
    slot(number) = std::move(made);
    m_batch_ready.notify_one();
  }
}

DataLoader::Prefetcher::Slot DataLoader::Prefetcher::assemble(std::size_t number) const noexcept {
  const NoGrad guard;
  Slot result{.ready = true, .batch = {}, .error = nullptr};
  try {
    result.batch = m_epoch->assemble(number);
  } catch (...) {
    result.error = std::current_exception();
  }
  return result;
}

Sample DataLoader::Prefetcher::take(std::size_t number) {
  std::unique_lock lock(m_mutex);
  if (number < m_taken) {  // by another copy of the iterator
    lock.unlock();
    const NoGrad guard;
    return m_epoch->assemble(number);
  }
  m_batch_ready.wait(lock, [&] { return slot(number).ready; });
  Slot taken = std::exchange(slot(number), Slot{});
  ++m_taken;
  lock.unlock();
  m_room.notify_one();
  if (m_taken % batches_between_sharing == 0) memory::share_free_blocks();
  if (taken.error) std::rethrow_exception(taken.error);
  return std::move(taken.batch);
}

}  // namespace xtape::data
