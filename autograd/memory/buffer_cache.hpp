#pragma once

#include <cstddef>

namespace xtape::memory {

/// A buffer of at least `bytes` bytes, 64-byte aligned and not initialised, from the size-class cache.
/// Size classes are multiples of 64 bytes up to 256, then four steps per power of two, so at most a quarter is unused.
/// Throws std::bad_alloc.
void* allocate_buffer(std::size_t bytes);

/// Gives a buffer back; `bytes` as it was asked for.
void free_buffer(void* buffer, std::size_t bytes) noexcept;

/// Bytes of all buffers that this thread has ever taken, rounded up to their size class.
std::size_t bytes_taken() noexcept;

}  // namespace xtape::memory
