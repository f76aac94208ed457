#pragma once

#include <cstddef>
#include <cstdint>

/// What the library holds on to, and how to give it back.
namespace xtape::memory {

/// A snapshot of the node pool and of the buffer cache. Counts cover all threads.
struct Statistics {
  std::int64_t live_nodes = 0;     ///< tape nodes that some handle still reaches
  std::int64_t live_tensors = 0;   ///< tensor records in use
  std::int64_t live_bytes = 0;     ///< bytes of array buffers in use (rounded up to their size class)
  std::int64_t cached_bytes = 0;   ///< bytes of free buffers kept for the next tensor of their size
  std::int64_t peak_bytes = 0;     ///< highest value of live_bytes since the start or the last reset_peak()
  std::uint64_t cache_hits = 0;    ///< buffers served from the cache
  std::uint64_t cache_misses = 0;  ///< buffers that had to come from the system
  std::int64_t pool_bytes = 0;     ///< bytes of slabs that the pool took from the system
};

/// Example: `std::cout << memory::statistics().live_nodes;`
Statistics statistics();

/// Returns free buffers, and slabs of the calling thread's pool without a live block, to the system.
/// Gives the number of bytes returned.
std::size_t trim();

/// Sets peak_bytes to the bytes in use now.
void reset_peak();

/// Upper bound on cached_bytes; buffers freed beyond it go back to the system at once. 0 turns the cache off.
/// Without a call: half of the machine's memory.
void set_cache_limit(std::size_t bytes);

}  // namespace xtape::memory
