#include <autograd/random.hpp>
#include <data/loader.hpp>

#include <algorithm>
#include <numeric>

namespace xtape::data {

DataLoader::Iterator::Iterator(Dataset dataset, std::vector<std::size_t> order, std::size_t end, std::size_t batch_size)
    : m_dataset(std::move(dataset)),
      m_order(std::make_shared<const std::vector<std::size_t>>(std::move(order))),
      m_end(end),
      m_batch_size(batch_size) {
  read();
}

DataLoader::Iterator& DataLoader::Iterator::operator++() {
  m_position += m_batch_size;
  read();
  return *this;
}

void DataLoader::Iterator::read() {
  if (m_position >= m_end) {
    m_batch = {};
    return;
  }
  const std::size_t count = std::min(m_batch_size, m_end - m_position);
  m_batch = m_dataset.batch(std::span(*m_order).subspan(m_position, count));
}

DataLoader::DataLoader(Dataset dataset, Options options) : m_dataset(std::move(dataset)), m_options(options) {
  if (options.batch_size == 0) throw Error("DataLoader: the batch size is 0; it needs at least 1");
}

DataLoader::Iterator DataLoader::begin() {
  constexpr std::uint64_t stride = 0x9e3779b97f4a7c15;  // odd: no two of the 2^64 epochs share a seed
  const std::uint64_t epoch = m_epoch++;
  std::vector<std::size_t> order(m_dataset.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (m_options.shuffle) random::Generator(m_options.seed + epoch * stride).shuffle(order);
  const std::size_t end = m_options.drop_last ? size() * m_options.batch_size : order.size();
  return Iterator(m_dataset, std::move(order), end, m_options.batch_size);
}

std::size_t DataLoader::size() const {
  const std::size_t whole = m_dataset.size() / m_options.batch_size;
  const bool has_rest = m_dataset.size() % m_options.batch_size != 0;
  return whole + (has_rest && !m_options.drop_last ? 1 : 0);
}

}  // namespace xtape::data
