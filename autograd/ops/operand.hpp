#pragma once

#include <concepts>
#include <span>

#include <autograd/place.hpp>
#include <autograd/tensor.hpp>

namespace xtape {

/// An argument of an elementwise function: a tensor, or a C++ number that takes the dtype of the tensors it meets.
/// A temporary tensor is marked as expiring: an op may write its result into the memory of an operand that nobody
/// else can see any more. Operands refer to their tensor; they are made by implicit conversion for one call.
class Operand {
 public:
  Operand(const Tensor& tensor, Place place = Place::here()) noexcept : m_tensor(&tensor), m_place(place) {}
  Operand(Tensor&& tensor, Place place = Place::here()) noexcept
      : m_tensor(&tensor), m_place(place), m_expiring(true) {}
  template <class T>
  requires std::is_arithmetic_v<T> Operand(T number, Place place = Place::here())
  noexcept : m_place(place), m_number_type(dtype_of<T>()) {
    if constexpr (std::integral<T>) {
      m_integer = static_cast<std::int64_t>(number);
    } else {
      m_real = static_cast<double>(number);
    }
  }

  bool is_tensor() const noexcept { return m_tensor != nullptr; }
  bool expiring() const noexcept { return m_expiring; }
  const Tensor& tensor() const noexcept { return *m_tensor; }
  /// Where in the source the function was called.
  const Place& place() const noexcept { return m_place; }

  /// The dtype that a number asks for next to tensors of dtype `other`: theirs, unless only a higher kind can hold it
  /// (a real number next to integers, an integer next to booleans).
  DType number_dtype(DType other) const noexcept {
    if (is_floating(m_number_type)) return as_floating(other);
    return m_number_type != boolean && other == boolean ? int64 : other;
  }
  DType number_type() const noexcept { return m_number_type; }
  /// The number as a scalar tensor.
  Tensor number(DType dtype) const;

 private:
  const Tensor* m_tensor = nullptr;
  Place m_place;
  bool m_expiring = false;
  DType m_number_type = boolean;
  union {
    std::int64_t m_integer = 0;
    double m_real;
  };
};

/// The dtype in which the operands meet: that of the tensors, raised where a C++ number needs it.
DType common_dtype(std::span<const Operand* const> operands);

/// The shape that the inputs broadcast to: that of one of them, or, where they differ, one that is put into `room`.
/// Throws ShapeError naming `op`.
const Shape& common_shape(std::span<const Tensor* const> inputs, const char* op, Shape& room);

}  // namespace xtape
