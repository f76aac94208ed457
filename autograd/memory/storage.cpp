#include <autograd/memory/buffer_cache.hpp>
#include <autograd/memory/storage.hpp>

namespace xtape {

void Storage::allocate_buffer(std::size_t bytes) {
  std::byte* buffer = bytes > small_bytes ? static_cast<std::byte*>(memory::allocate_buffer(bytes)) : nullptr;
  if (m_buffer) free_buffer();
  m_buffer = buffer;
  m_bytes = bytes;
}

void Storage::free_buffer() noexcept { memory::free_buffer(m_buffer, m_bytes); }

}  // namespace xtape
