#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>

#include <autograd/tensor.hpp>

/// How operations show themselves to the Profiler. Without one a thread pays for one test of active() an operation.
namespace xtape {

class Node;
class GradientSink;

/// What a thread is busy with: what an operation runs for, rather than what it is.
enum class Phase : std::uint8_t { forward, backward, optimizer, data };

namespace profile {

extern constinit thread_local bool t_active;
/// Whether a Profiler looks at this thread.
inline bool active() noexcept { return t_active; }

/// An operation, from its making to its end. It belongs behind the checks and conversions of the arguments, before the
/// work; an operation that goes through record() needs nothing else, any other gives its result().
/// Example: `const profile::Op profiled("matmul", a, b);`
class Op {
 public:
  /// Of what it reads; an undefined tensor counts nothing. The tensors are not kept.
  template <class... Inputs>
  explicit Op(const char* name, const Inputs&... inputs) {
    if (active()) [[unlikely]]
      open(name, std::initializer_list<const Tensor*>{&inputs...});
  }
  Op(const char* name, const Tensors& inputs) {
    if (active()) [[unlikely]]
      open(name, inputs);
  }
  Op(const char* name, std::span<const Tensor* const> inputs) {
    if (active()) [[unlikely]]
      open(name, inputs);
  }
  /// What is not an operation on tensors, but calls some: its name is name + suffix.
  Op(Phase phase, const char* name, const char* suffix = "") {
    if (active()) [[unlikely]]
      open(phase, name, suffix);
  }
  ~Op() {
    if (m_open) [[unlikely]]
      close();
  }
  Op(const Op&) = delete;
  Op& operator=(const Op&) = delete;

  /// Takes note of a result, and gives it back.
  Tensor result(Tensor result) const {
    if (m_open) [[unlikely]]
      note_result(result);
    return result;
  }

 private:
  void open(const char* name, std::span<const Tensor* const> inputs);
  void open(const char* name, const Tensors& inputs);
  void open(Phase phase, const char* name, const char* suffix);
  friend void output(const char* name, const Tensor& result);
  static void note_result(const Tensor& result);
  static void close() noexcept;

  bool m_open = false;
};

/// A named part of the program around operations, such as a module.
class Region {
 public:
  explicit Region(const char* name) : m_open(active()) {
    if (m_open) [[unlikely]]
      open(name);
  }
  ~Region() {
    if (m_open) [[unlikely]]
      close();
  }
  Region(const Region&) = delete;
  Region& operator=(const Region&) = delete;

 private:
  static void open(const char* name);
  static void close() noexcept;

  bool m_open;
};

/// For record(): a result of the operation that runs, if that has this name.
void output(const char* name, const Tensor& result);

/// Adds to what the operation that runs has moved and computed.
void add(std::size_t bytes, std::size_t flops);
inline void count_bytes(std::size_t bytes) {
  if (active()) [[unlikely]]
    add(bytes, 0);
}
inline void count_flops(std::size_t flops) {
  if (active()) [[unlikely]]
    add(0, flops);
}

/// Bytes that a loop over all elements reads: an axis that is broadcast, with stride 0, counts once. Without strides
/// they are contiguous.
std::size_t bytes_of(const Shape& shape, const Strides* strides, DType dtype);
inline std::size_t bytes_of(const Tensor& x) { return bytes_of(x.shape(), &x.strides(), x.dtype()); }

/// node.propagate(upstream, sink), shown as the operation's backward.
void propagate(Node& node, Tensor upstream, GradientSink& sink);

}  // namespace profile

}  // namespace xtape
