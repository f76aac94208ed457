#pragma once

#include <cstddef>
#include <cstdint>

namespace xtape::memory {

enum class BlockKind : unsigned { tensor, node };
inline constexpr std::size_t block_kinds = 2;

/// Memory for the small objects of the tape (tensor records and nodes): free lists of fixed-size blocks, one set a
/// thread, so that recording an op takes no lock. A block may be freed on another thread than the one that took it.
/// Blocks above the largest class, and every block in a build with AddressSanitizer, come from operator new.
void* allocate_block(BlockKind kind, std::size_t bytes);
void free_block(BlockKind kind, void* block, std::size_t bytes) noexcept;

/// Blocks in use, over all threads.
std::int64_t live_blocks(BlockKind kind);

/// Bytes of slabs taken from the system for blocks.
std::int64_t pool_bytes();

/// Gives slabs without a live block back to the system, as far as the calling thread holds all of their blocks.
/// Returns the bytes given back.
std::size_t trim_pool();

}  // namespace xtape::memory
