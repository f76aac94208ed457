#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace xtape {

/// A reference count shared between threads. Counts are increased freely (whoever copies a handle already holds one)
/// and the decrease that finds the last reference says so.
class ReferenceCount {
 public:
  void increase() noexcept { m_count.fetch_add(1, std::memory_order_relaxed); }

  /// Gives one reference back; true when it was the last one.
  bool decrease_to_zero() noexcept {
    // A sole owner cannot race with anyone: a plain load spares the locked instruction in the most common case.
    if (m_count.load(std::memory_order_acquire) == 1) return true;
    return m_count.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }

  bool unique() const noexcept { return m_count.load(std::memory_order_acquire) == 1; }

 private:
  std::atomic<std::uint32_t> m_count{1};
};

/// A shared pointer to an object that carries its own count. `T` provides `void retain()` and `void release()`.
template <class T>
class IntrusivePtr {
 public:
  IntrusivePtr() noexcept = default;
  IntrusivePtr(std::nullptr_t) noexcept {}
  IntrusivePtr(const IntrusivePtr& other) noexcept : m_pointer(other.m_pointer) {
    if (m_pointer) m_pointer->retain();
  }
  IntrusivePtr(IntrusivePtr&& other) noexcept : m_pointer(std::exchange(other.m_pointer, nullptr)) {}
  ~IntrusivePtr() {
    if (m_pointer) m_pointer->release();
  }
  IntrusivePtr& operator=(const IntrusivePtr& other) noexcept {
    IntrusivePtr(other).swap(*this);
    return *this;
  }
  IntrusivePtr& operator=(IntrusivePtr&& other) noexcept {
    IntrusivePtr(std::move(other)).swap(*this);
    return *this;
  }

  /// Takes over the reference that the caller holds.
  static IntrusivePtr adopt(T* pointer) noexcept {
    IntrusivePtr result;
    result.m_pointer = pointer;
    return result;
  }
  /// Adds a reference of its own.
  static IntrusivePtr share(T* pointer) noexcept {
    if (pointer) pointer->retain();
    return adopt(pointer);
  }

  T* get() const noexcept { return m_pointer; }
  T* operator->() const noexcept { return m_pointer; }
  T& operator*() const noexcept { return *m_pointer; }
  explicit operator bool() const noexcept { return m_pointer != nullptr; }
  void swap(IntrusivePtr& other) noexcept { std::swap(m_pointer, other.m_pointer); }

 private:
  T* m_pointer = nullptr;
};

}  // namespace xtape
