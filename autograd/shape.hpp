#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include <autograd/xtensor.hpp>

namespace xtape {

/// Sizes along each axis: xtensor's own dynamic shape (on the stack up to four axes). `{}` is a scalar's.
using Shape = xt::dynamic_shape<std::size_t>;
/// Distances between neighbours along each axis, in elements; 0 along a broadcast axis, negative along a flipped one.
using Strides = xt::dynamic_shape<std::ptrdiff_t>;

/// "(2, 3)", "(3,)", "()".
std::string to_string(const Shape& shape);

/// Whether two shapes are equal. Each operation asks several times: `==` calls memcmp, which took 4 % of the time of an
/// expression of 1000 floats.
inline bool same(const Shape& a, const Shape& b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

/// Number of elements: the product of the sizes, 1 for a scalar.
std::size_t element_count(const Shape& shape) noexcept;

/// Row-major strides of a contiguous array.
Strides contiguous_strides(const Shape& shape);
/// Whether these strides are those; along an axis of size 1 any stride will do.
bool is_contiguous(const Shape& shape, const Strides& strides) noexcept;
/// Whether one element in memory stands for all: no stride moves.
inline bool is_one_element(const Strides& strides) noexcept {
  return std::all_of(strides.begin(), strides.end(), [](std::ptrdiff_t stride) { return stride == 0; });
}
/// Strides of an array (N, C, ...) in memory as (N, ..., C): the values of one place lie together.
Strides channels_last_strides(const Shape& shape);
/// The axes from the outermost in memory to the innermost.
std::vector<std::size_t> memory_order(const Strides& strides);
/// Sizes or strides with the axes in another order.
template <class List>
List permuted(const List& list, const std::vector<std::size_t>& order) {
  List result;
  result.resize(order.size());
  std::transform(order.begin(), order.end(), result.begin(), [&](std::size_t axis) { return list[axis]; });
  return result;
}
/// Whether an array fills its memory without gaps or overlaps, its axes in any order.
bool is_dense(const Shape& shape, const Strides& strides);

/// The shape that `a` and `b` broadcast to, by NumPy's rule: aligned at the last axis, sizes equal or 1.
/// Throws ShapeError naming `op` where they do not fit.
Shape broadcast_shapes(const Shape& a, const Shape& b, const char* op);
/// Whether an array of shape `from` may be broadcast to `to`.
bool broadcasts_to(const Shape& from, const Shape& to) noexcept;
/// Strides that read an array of shape `from` as if it had the shape `to` (which it broadcasts to).
Strides broadcast_strides(const Shape& from, const Strides& strides, const Shape& to);

/// `axis` counted from the front, where negative values count from the back. Throws IndexError naming `op`.
std::size_t normalize_axis(std::ptrdiff_t axis, std::size_t dimension, const char* op);

/// A list of axes; a single number converts to a list of one. Negative axes count from the back.
/// A list that was not given stands for every axis.
class Axes {
 public:
  Axes() = default;
  Axes(int axis) : m_axes{axis}, m_given(true) {}
  Axes(std::initializer_list<std::ptrdiff_t> axes) : m_axes(axes), m_given(true) {}
  Axes(std::vector<std::ptrdiff_t> axes) : m_axes(std::move(axes)), m_given(true) {}

  bool given() const noexcept { return m_given; }
  const std::vector<std::ptrdiff_t>& values() const noexcept { return m_axes; }

  /// One flag per axis of an array of `dimension` axes. Throws IndexError (out of range) or ShapeError (named twice).
  std::vector<bool> mask(std::size_t dimension, const char* op) const;

 private:
  std::vector<std::ptrdiff_t> m_axes;
  bool m_given = false;
};

}  // namespace xtape
