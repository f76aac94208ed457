#include <autograd/memory/buffer_cache.hpp>
#include <autograd/memory/pool.hpp>
#include <autograd/memory/statistics.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

namespace xtape::memory {

namespace {

constexpr std::size_t alignment = 64;
constexpr std::size_t classes = 4 * 48;

constinit thread_local std::size_t t_taken = 0;

// Classes 0..3 are 64, 128, 192, 256 bytes; from there on each power of two has four steps.
struct SizeClass {
  std::size_t index;
  std::size_t bytes;
};

SizeClass size_class(std::size_t bytes) {
  const std::size_t units = std::max<std::size_t>(1, (bytes + alignment - 1) / alignment);
  if (units <= 4) return {units - 1, units * alignment};
  const auto power = static_cast<std::size_t>(std::bit_width(units - 1)) - 1;  // 2^power < units <= 2^(power + 1)
  const std::size_t step = std::size_t{1} << (power - 2);
  const std::size_t steps = (units - (std::size_t{1} << power) + step - 1) / step;  // 1..4
  return {4 + (power - 2) * 4 + steps - 1, ((std::size_t{1} << power) + steps * step) * alignment};
}

std::size_t half_of_memory() {
  const long pages = sysconf(_SC_PHYS_PAGES), page_bytes = sysconf(_SC_PAGE_SIZE);
  return static_cast<std::size_t>(pages) / 2 * static_cast<std::size_t>(page_bytes);
}

struct Cache {
  std::mutex mutex;
  std::array<std::vector<void*>, classes> free;
  std::size_t limit = half_of_memory();
  Statistics figures;
};

Cache& cache() {
  static Cache* instance = new Cache;  // never destroyed: tensors in static variables are freed after main
  return *instance;
}

std::size_t trim_locked(Cache& c) {
  for (auto& buffers : c.free) {
    for (void* buffer : buffers) std::free(buffer);
    std::vector<void*>().swap(buffers);
  }
  return static_cast<std::size_t>(std::exchange(c.figures.cached_bytes, 0));
}

}  // namespace

void* allocate_buffer(std::size_t bytes) {
  const auto [index, rounded] = size_class(bytes);
  Cache& c = cache();
  const std::lock_guard lock(c.mutex);
  void* buffer = nullptr;
  if (!c.free[index].empty()) {
    buffer = c.free[index].back();
    c.free[index].pop_back();
    c.figures.cached_bytes -= static_cast<std::int64_t>(rounded);
    ++c.figures.cache_hits;
  } else {
    buffer = std::aligned_alloc(alignment, rounded);
    if (!buffer) {
      trim_locked(c);
      buffer = std::aligned_alloc(alignment, rounded);
    }
    if (!buffer) throw std::bad_alloc();
    ++c.figures.cache_misses;
  }
  c.figures.live_bytes += static_cast<std::int64_t>(rounded);
  c.figures.peak_bytes = std::max(c.figures.peak_bytes, c.figures.live_bytes);
  t_taken += rounded;
  return buffer;
}

void free_buffer(void* buffer, std::size_t bytes) noexcept {
  const auto [index, rounded] = size_class(bytes);
  Cache& c = cache();
  const std::lock_guard lock(c.mutex);
  c.figures.live_bytes -= static_cast<std::int64_t>(rounded);
  bool kept = static_cast<std::size_t>(c.figures.cached_bytes) + rounded <= c.limit;
  if (kept) {
    try {
      c.free[index].push_back(buffer);
      c.figures.cached_bytes += static_cast<std::int64_t>(rounded);
    } catch (const std::bad_alloc&) {
      kept = false;
    }
  }
  if (!kept) std::free(buffer);
}

std::size_t bytes_taken() noexcept { return t_taken; }

Statistics statistics() {
  Statistics result;
  {
    Cache& c = cache();
    const std::lock_guard lock(c.mutex);
    result = c.figures;
  }
  result.live_nodes = live_blocks(BlockKind::node);
  result.live_tensors = live_blocks(BlockKind::tensor);
  result.pool_bytes = pool_bytes();
  return result;
}

std::size_t trim() {
  Cache& c = cache();
  const std::lock_guard lock(c.mutex);
  return trim_locked(c) + trim_pool();
}

void reset_peak() {
  Cache& c = cache();
  const std::lock_guard lock(c.mutex);
  c.figures.peak_bytes = c.figures.live_bytes;
}

void set_cache_limit(std::size_t bytes) {
  Cache& c = cache();
  const std::lock_guard lock(c.mutex);
  c.limit = bytes;
  if (static_cast<std::size_t>(c.figures.cached_bytes) > bytes) trim_locked(c);
}

}  // namespace xtape::memory
