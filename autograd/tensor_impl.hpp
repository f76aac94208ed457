#pragma once

#include <memory>
#include <string>

#include <autograd/memory/pool.hpp>

namespace xtape {

class Node;

/// The record behind a Tensor handle: where the values lie, how to walk them, and the node that made them. Lives in one
/// pooled block right behind a storage of its own (see Storage), which outlives it while views share the bytes.
struct alignas(16) TensorImpl {
  /// The derivative of a tensor along a direction, at a level of forward mode.
  struct Tangent {
    unsigned level;
    Tensor value;
  };
  /// What few tensors have.
  struct Extras {
    Tensor gradient;
    std::string name;
    bool retains_gradient = false;
    std::vector<Tangent> tangents;
    const Tensor* stand_in = nullptr;  // while a module is cloned: what a copy of a handle on its tensors refers to
  };

  /// A new record over new memory, contiguous, not initialised.
  static Tensor::Impl create(const Shape& shape, DType dtype);
  /// The same with the axes in memory as `strides` has them, which are dense.
  static Tensor::Impl create(const Shape& shape, DType dtype, const Strides& strides);
  /// A record that shares the memory of `base`: same first element, given layout.
  static Tensor::Impl view(const TensorImpl& base, Shape shape, Strides strides, std::ptrdiff_t offset = 0);
  /// A record of the output of `node` over memory that its rule kept; without strides it is contiguous.
  static Tensor::Impl over(const StoragePtr& storage, std::byte* data, const Strides* strides, Node& node);

  /// Names the memory of `source` in place of its own, with that shape and dtype; counts as a write to it.
  void share_memory_of(const TensorImpl& source);

  /// The storage that heads this record's block.
  Storage& own() noexcept { return reinterpret_cast<Storage*>(this)[-1]; }

  ReferenceCount references;
  DType dtype = DType::float32;
  bool contiguous = true;
  Storage* storage = &own();
  std::byte* data = nullptr;
  std::size_t size = 1;
  Shape shape;
  Strides strides;
  Node* node = nullptr;  // a counted reference: the producer, or the leaf node where a leaf requires a gradient
  std::unique_ptr<Extras> extras;

  /// Whether an op may write its result here: contiguous, and no other handle, view or saved copy sees the memory.
  bool exclusive() const noexcept { return contiguous && unshared(); }
  /// The same for a loop over elements, which takes any order of the axes in memory.
  bool overwritable() const { return unshared() && (contiguous || is_dense(shape, strides)); }

  Extras& ensure_extras() {
    if (!extras) extras = std::make_unique<Extras>();
    return *extras;
  }

  void retain() noexcept { references.increase(); }
  void release() noexcept {
    if (references.decrease_to_zero()) destroy();
  }

 private:
  bool unshared() const noexcept { return references.unique() && storage->unique(); }
  static Tensor::Impl in_new_block();
  TensorImpl() = default;
  ~TensorImpl() = default;
  void destroy() noexcept;
};

}  // namespace xtape
