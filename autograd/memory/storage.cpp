#include <autograd/memory/buffer_cache.hpp>
#include <autograd/memory/pool.hpp>
#include <autograd/memory/storage.hpp>

namespace xtape {

void Storage::allocate(std::size_t bytes) {
  std::byte* buffer = bytes > small_bytes ? static_cast<std::byte*>(memory::allocate_buffer(bytes)) : nullptr;
  if (m_buffer) memory::free_buffer(m_buffer, m_bytes);
  m_buffer = buffer;
  m_bytes = bytes;
}

void Storage::destroy() noexcept {
  if (m_buffer) memory::free_buffer(m_buffer, m_bytes);
  memory::free_block(memory::BlockKind::tensor, this, m_block_bytes);
}

}  // namespace xtape
