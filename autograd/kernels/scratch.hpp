#pragma once

#include <cstddef>

#include <autograd/memory/buffer_cache.hpp>

namespace xtape::kernels {

/// Memory for `count` values for the length of a scope, from the buffer cache and not initialised.
template <class T>
class Scratch {
 public:
  explicit Scratch(std::size_t count)
      : m_bytes(count * sizeof(T)), m_data(m_bytes > 0 ? static_cast<T*>(memory::allocate_buffer(m_bytes)) : nullptr) {}
  ~Scratch() {
    if (m_data) memory::free_buffer(m_data, m_bytes);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  T* data() const noexcept { return m_data; }

 private:
  std::size_t m_bytes;
  T* m_data;
};

}  // namespace xtape::kernels
