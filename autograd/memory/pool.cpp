#include <autograd/memory/pool.hpp>
#include <autograd/memory/sanitizer.hpp>

#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

namespace xtape::memory {

constinit thread_local ThreadPool t_pool;

namespace {

constexpr bool pooling = !address_sanitizer;
constexpr std::size_t granularity = ThreadPool::granularity, classes = ThreadPool::classes;
constexpr std::size_t slab_bytes = std::size_t{256} << 10;

struct Slab {
  std::size_t block_class;
  void* memory;
};

// What outlives the threads: every slab, the free blocks that threads gave away, and the counts of those that ended.
struct SharedPool {
  std::mutex mutex;
  std::map<std::uintptr_t, Slab> slabs;
  std::array<FreeBlock*, classes> orphans{};
  std::array<std::int64_t, block_kinds> departed{};
  std::vector<ThreadPool*> threads;
};

SharedPool& shared_pool() {
  static SharedPool* pool = new SharedPool;  // never destroyed: tensors in static variables are freed after main
  return *pool;
}

// Makes the free blocks of the calling thread those of whoever needs some; under the lock.
void give_free_blocks_to(SharedPool& shared) {
  for (std::size_t c = 0; c < classes; ++c) {
    while (FreeBlock* block = t_pool.free[c]) {
      t_pool.free[c] = block->next;
      block->next = shared.orphans[c];
      shared.orphans[c] = block;
    }
  }
}

// Registers the thread at its first block and hands its free blocks on when it ends.
struct Registration {
  Registration() {
    const std::lock_guard lock(shared_pool().mutex);
    shared_pool().threads.push_back(&t_pool);
    t_pool.registered = true;
  }
  ~Registration() {
    SharedPool& shared = shared_pool();
    const std::lock_guard lock(shared.mutex);
    std::erase(shared.threads, &t_pool);
    give_free_blocks_to(shared);
    for (std::size_t k = 0; k < block_kinds; ++k) shared.departed[k] += t_pool.live[k].exchange(0);
    // Destructors that run later in this thread register it again.
    t_pool.registered = false;
  }
};

void register_thread() {
  if (t_pool.registered) return;
  thread_local Registration registration;
  if (!t_pool.registered) t_pool.registered = true;  // the thread is ending: what it still frees stays with it
}

// Takes a few of the blocks that threads gave away, and leaves the others to other threads; null where there are none.
FreeBlock* take_orphans(FreeBlock*& orphans) {
  constexpr int few = 64;
  FreeBlock* const first = orphans;
  FreeBlock* last = first;
  for (int i = 1; i < few && last && last->next; ++i) last = last->next;
  if (last) orphans = std::exchange(last->next, nullptr);
  return first;
}

// Fills the thread's list of one class: from what other threads gave away, else from a new slab.
FreeBlock* refill(std::size_t block_class) {
  SharedPool& shared = shared_pool();
  const std::lock_guard lock(shared.mutex);
  if (FreeBlock* orphans = take_orphans(shared.orphans[block_class])) return orphans;
  void* memory = ::operator new (slab_bytes, std::align_val_t{granularity});
  shared.slabs.emplace(reinterpret_cast<std::uintptr_t>(memory), Slab{block_class, memory});
  const std::size_t block_bytes = (block_class + 1) * granularity;
  FreeBlock* list = nullptr;
  for (std::size_t i = slab_bytes / block_bytes; i-- > 0;) {
    auto* block = reinterpret_cast<FreeBlock*>(static_cast<std::byte*>(memory) + i * block_bytes);
    block->next = list;
    list = block;
  }
  return list;
}

}  // namespace

void* allocate_block_slowly(BlockKind kind, std::size_t bytes) {
  register_thread();
  const std::size_t block_class = ThreadPool::class_of(bytes);
  void* memory = nullptr;
  if (!pooling || block_class >= classes) {
    memory = ::operator new (bytes, std::align_val_t{granularity});
  } else {
    FreeBlock* block = refill(block_class);
    t_pool.free[block_class] = block->next;
    memory = block;
  }
  t_pool.count(kind, 1);
  return memory;
}

void free_block_slowly(BlockKind kind, void* memory, std::size_t bytes) noexcept {
  register_thread();
  const std::size_t block_class = ThreadPool::class_of(bytes);
  t_pool.count(kind, -1);
  if (!pooling || block_class >= classes) {
    ::operator delete (memory, std::align_val_t{granularity});
    return;
  }
  auto* block = static_cast<FreeBlock*>(memory);
  block->next = std::exchange(t_pool.free[block_class], block);
}

void share_free_blocks() {
  SharedPool& shared = shared_pool();
  const std::lock_guard lock(shared.mutex);
  give_free_blocks_to(shared);
}

std::int64_t live_blocks(BlockKind kind) {
  SharedPool& shared = shared_pool();
  const std::lock_guard lock(shared.mutex);
  const auto k = static_cast<std::size_t>(kind);
  std::int64_t total = shared.departed[k];
  for (const ThreadPool* thread : shared.threads) total += thread->live[k].load(std::memory_order_relaxed);
  return total;
}

std::int64_t pool_bytes() {
  SharedPool& shared = shared_pool();
  const std::lock_guard lock(shared.mutex);
  return static_cast<std::int64_t>(shared.slabs.size() * slab_bytes);
}

std::size_t trim_pool() {
  SharedPool& shared = shared_pool();
  const std::lock_guard lock(shared.mutex);
  std::size_t returned = 0;
  for (std::size_t c = 0; c < classes; ++c) {
    const auto slab_of = [&](const FreeBlock* block) {
      return std::prev(shared.slabs.upper_bound(reinterpret_cast<std::uintptr_t>(block)));
    };
    std::map<std::uintptr_t, std::size_t> free_in_slab;
    for (FreeBlock* block = t_pool.free[c]; block; block = block->next) ++free_in_slab[slab_of(block)->first];
    const std::size_t blocks_per_slab = slab_bytes / ((c + 1) * granularity);
    const auto wholly_free = [&](const FreeBlock* block) {
      return free_in_slab[slab_of(block)->first] == blocks_per_slab;
    };
    FreeBlock** link = &t_pool.free[c];
    while (FreeBlock* block = *link) {
      if (wholly_free(block)) {
        *link = block->next;
      } else {
        link = &block->next;
      }
    }
    for (const auto& [address, free_blocks] : free_in_slab) {
      if (free_blocks != blocks_per_slab) continue;
      ::operator delete (shared.slabs.at(address).memory, std::align_val_t{granularity});
      shared.slabs.erase(address);
      returned += slab_bytes;
    }
  }
  return returned;
}

}  // namespace xtape::memory
