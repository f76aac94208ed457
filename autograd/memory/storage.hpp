#pragma once

#include <cstddef>
#include <cstdint>

#include <autograd/memory/intrusive_ptr.hpp>
#include <autograd/memory/pool.hpp>

namespace xtape {

/// The bytes behind one or more tensors. A storage is always embedded in the record of the tensor that made it, as
/// the pooled block's own header: the block lives until both the record and every view of its bytes are gone.
/// Up to `small_bytes` bytes lie in the storage itself; more come from the buffer cache.
class Storage {
 public:
  static constexpr std::size_t small_bytes = 16;

  /// `block_bytes` is the size of the pooled block that starts with this storage.
  explicit Storage(std::size_t block_bytes) noexcept : m_block_bytes(static_cast<std::uint32_t>(block_bytes)) {}
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  /// Provides `bytes` bytes (not initialised) in place of what was there.
  void allocate(std::size_t bytes) {
    if (bytes > small_bytes || m_buffer) {
      allocate_buffer(bytes);
    } else {
      m_bytes = bytes;
    }
  }

  std::byte* data() noexcept { return m_buffer ? m_buffer : m_small; }
  std::size_t bytes() const noexcept { return m_bytes; }

  /// Counts writes in place; what was saved for backward remembers the version that it saw.
  std::uint32_t version() const noexcept { return m_version; }
  void bump_version() noexcept { ++m_version; }
  /// A version that neither this storage nor one at `other` has had: what was saved from either is out of date.
  void bump_version_beyond(std::uint32_t other) noexcept { m_version = (other > m_version ? other : m_version) + 1; }

  bool unique() const noexcept { return m_references.unique(); }
  void retain() noexcept { m_references.increase(); }
  void release() noexcept {
    if (m_references.decrease_to_zero()) destroy();
  }

 private:
  void allocate_buffer(std::size_t bytes);
  void free_buffer() noexcept;
  void destroy() noexcept {
    if (m_buffer) free_buffer();
    memory::free_block(memory::BlockKind::tensor, this, m_block_bytes);
  }

  alignas(16) std::byte m_small[small_bytes];
  std::byte* m_buffer = nullptr;
  std::size_t m_bytes = 0;
  ReferenceCount m_references;
  std::uint32_t m_version = 0;
  std::uint32_t m_block_bytes;
};

using StoragePtr = IntrusivePtr<Storage>;

}  // namespace xtape
