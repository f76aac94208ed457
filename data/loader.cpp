#include <autograd/profile.hpp>
#include <autograd/tape.hpp>
#include <data/loader.hpp>
#include <data/prefetcher.hpp>

#include <algorithm>
#include <numeric>

namespace xtape::data {

namespace {

std::vector<std::size_t> epoch_order(std::size_t samples, const DataLoader::Options& options, std::uint64_t epoch) {
  constexpr std::uint64_t stride = 0x9e3779b97f4a7c15;  // odd: no two of the 2^64 epochs share a seed
  random::Generator generator(options.seed + epoch * stride);
  if (options.sampler) return options.sampler.order(samples, generator);
  std::vector<std::size_t> order(samples);
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (options.shuffle) generator.shuffle(order);
  return order;
}

std::vector<std::uint64_t> epoch_keys(std::span<const std::size_t> order, std::size_t samples, std::uint64_t seed,
                                      std::uint64_t epoch) {
  std::vector<std::uint64_t> keys(order.size());
  std::vector<std::uint32_t> uses(samples);
  for (std::size_t i = 0; i < order.size(); ++i) keys[i] = sample_key(seed, epoch, order[i], uses[order[i]]++);
  return keys;
}

// No sample has this key: of an index there is no data set large enough for.
std::uint64_t batch_key(std::uint64_t seed, std::uint64_t epoch) { return sample_key(seed, epoch, ~std::uint64_t{0}); }

}  // namespace

DataLoader::Iterator::Iterator(std::shared_ptr<const Epoch> epoch, std::shared_ptr<Progress> progress,
                               std::size_t first, const Options& options)
    : m_epoch(std::move(epoch)), m_progress(std::move(progress)), m_number(first) {
  if (options.workers > 0 && first < m_epoch->batches) {
    m_prefetcher = std::make_shared<Prefetcher>(m_epoch, first, options.workers, options.workers * options.prefetch);
  }
  read();
}

DataLoader::Iterator& DataLoader::Iterator::operator++() {
  ++m_number;
  read();
  return *this;
}

bool DataLoader::Iterator::operator==(std::default_sentinel_t) const noexcept { return m_number >= m_epoch->batches; }

void DataLoader::Iterator::read() {
  m_batch = {};
  if (m_number >= m_epoch->batches) {
    m_prefetcher.reset();
    m_progress->place = {m_epoch->number + 1, 0};
    return;
  }
  const profile::Op profiled(Phase::data, "DataLoader");
  m_progress->place = {m_epoch->number, m_number + 1};
  m_batch = m_prefetcher ? m_prefetcher->take(m_number) : m_epoch->assemble(m_number);
}

DataLoader::DataLoader(Dataset dataset, Options options)
    : m_dataset(std::move(dataset)), m_options(std::move(options)) {
  if (m_options.batch_size == 0) throw Error("DataLoader: the batch size is 0; it needs at least 1");
  if (m_options.prefetch == 0) throw Error("DataLoader: prefetch is 0; a worker needs room for at least 1 batch");
  if (m_options.shuffle && m_options.sampler) {
    throw Error("DataLoader: both shuffle and a sampler are given; a sampler draws the order by itself");
  }
}

DataLoader::Iterator DataLoader::begin() {
  const std::uint64_t number = m_epoch;
  const std::size_t first = m_position;
  std::vector<std::size_t> order = epoch_order(m_dataset.size(), m_options, number);
  std::vector<std::uint64_t> keys = epoch_keys(order, m_dataset.size(), m_options.seed, number);
  auto epoch = std::make_shared<Epoch>(Epoch{number, m_dataset, std::move(order), std::move(keys), m_options.batch_size,
                                             size(), m_options.batch_transform, batch_key(m_options.seed, number)});
  m_progress = std::make_shared<Progress>(Progress{{number, first}});
  m_epoch = number + 1;
  m_position = 0;
  return Iterator(std::move(epoch), m_progress, first, m_options);
}

std::size_t DataLoader::samples() const {
  return m_options.sampler ? m_options.sampler.size(m_dataset.size()) : m_dataset.size();
}

std::size_t DataLoader::size() const {
  const std::size_t whole = samples() / m_options.batch_size;
  const bool has_rest = samples() % m_options.batch_size != 0;
  return whole + (has_rest && !m_options.drop_last ? 1 : 0);
}

void DataLoader::set_epoch(std::uint64_t epoch) noexcept {
  m_epoch = epoch;
  m_position = 0;
  m_progress.reset();
}

DataLoader::State DataLoader::state() const noexcept {
  return m_progress ? m_progress->place : State{m_epoch, m_position};
}

void DataLoader::set_state(const State& state) {
  if (state.position > size()) {
    throw Error("DataLoader::set_state: batch " + std::to_string(state.position) + " of an epoch of " +
                std::to_string(size()) + " batches");
  }
  set_epoch(state.epoch);
  m_position = state.position;
}

}  // namespace xtape::data
