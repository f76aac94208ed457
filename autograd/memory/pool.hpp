#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace xtape::memory {

enum class BlockKind : unsigned { tensor, node };
inline constexpr std::size_t block_kinds = 2;

/// Memory for the small objects of the tape (tensor records and nodes): free lists of fixed-size blocks, one set a
/// thread, so that recording an op takes no lock. A block may be freed on another thread than the one that took it.
/// Blocks above the largest class, and every block in a build with AddressSanitizer, come from operator new.
inline void* allocate_block(BlockKind kind, std::size_t bytes);
inline void free_block(BlockKind kind, void* block, std::size_t bytes) noexcept;

/// Lets other threads have the blocks that this one holds free. Where one thread makes tensors and another lets them
/// go, the blocks gather at the second, and the first takes ever new ones, unless they are handed back now and then.
void share_free_blocks();

/// Blocks in use, over all threads.
std::int64_t live_blocks(BlockKind kind);

/// Bytes of slabs taken from the system for blocks.
std::int64_t pool_bytes();

/// Gives slabs without a live block back to the system, as far as the calling thread holds all of their blocks.
/// Returns the bytes given back.
std::size_t trim_pool();

// --- the fast path, inlined

struct FreeBlock {
  FreeBlock* next;
};

struct ThreadPool {
  static constexpr std::size_t granularity = 64;
  static constexpr std::size_t classes = 16;  // blocks of 64, 128, ... 1024 bytes

  std::array<FreeBlock*, classes> free{};
  std::array<std::atomic<std::int64_t>, block_kinds> live{};
  bool registered = false;

  static std::size_t class_of(std::size_t bytes) noexcept { return (bytes - 1) / granularity; }
  void count(BlockKind kind, std::int64_t amount) noexcept {
    // Only this thread writes the cell, so an add needs no locked instruction.
    std::atomic<std::int64_t>& cell = live[static_cast<std::size_t>(kind)];
    cell.store(cell.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
};

extern constinit thread_local ThreadPool t_pool;

// Where a list is empty, a block is larger than any class, or the thread is new.
void* allocate_block_slowly(BlockKind kind, std::size_t bytes);
void free_block_slowly(BlockKind kind, void* block, std::size_t bytes) noexcept;

inline void* allocate_block(BlockKind kind, std::size_t bytes) {
  const std::size_t block_class = ThreadPool::class_of(bytes);
  ThreadPool& pool = t_pool;
  if (block_class >= ThreadPool::classes || !pool.free[block_class]) [[unlikely]]
    return allocate_block_slowly(kind, bytes);
  FreeBlock* block = pool.free[block_class];
  pool.free[block_class] = block->next;
  pool.count(kind, 1);
  return block;
}

inline void free_block(BlockKind kind, void* memory, std::size_t bytes) noexcept {
  const std::size_t block_class = ThreadPool::class_of(bytes);
  ThreadPool& pool = t_pool;
  // An empty list may be the thread's first block of all; and without pooling it stays empty.
  if (block_class >= ThreadPool::classes || !pool.free[block_class]) [[unlikely]] {
    return free_block_slowly(kind, memory, bytes);
  }
  auto* block = static_cast<FreeBlock*>(memory);
  block->next = pool.free[block_class];
  pool.free[block_class] = block;
  pool.count(kind, -1);
}

}  // namespace xtape::memory
