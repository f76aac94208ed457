#include <autograd/error.hpp>
#include <autograd/shape.hpp>

#include <algorithm>
#include <numeric>

namespace xtape {

std::string to_string(const Shape& shape) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + (shape.size() == 1 ? ",)" : ")");
}

std::size_t element_count(const Shape& shape) noexcept {
  std::size_t count = 1;
  for (std::size_t size : shape) count *= size;
  return count;
}

Strides contiguous_strides(const Shape& shape) {
  Strides strides;
  strides.resize(shape.size());
  std::ptrdiff_t step = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    strides[i] = step;
    step *= static_cast<std::ptrdiff_t>(shape[i]);
  }
  return strides;
}

bool is_contiguous(const Shape& shape, const Strides& strides) noexcept {
  std::ptrdiff_t step = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    if (shape[i] == 0) return true;
    if (shape[i] != 1 && strides[i] != step) return false;
    step *= static_cast<std::ptrdiff_t>(shape[i]);
  }
  return true;
}

Strides channels_last_strides(const Shape& shape) {
  Strides strides;
  strides.resize(shape.size());
  strides[1] = 1;
  auto step = static_cast<std::ptrdiff_t>(shape[1]);
  for (std::size_t i = shape.size(); i-- > 2;) {
    strides[i] = step;
    step *= static_cast<std::ptrdiff_t>(shape[i]);
  }
  strides[0] = step;
  return strides;
}

std::vector<std::size_t> memory_order(const Strides& strides) {
  std::vector<std::size_t> order(strides.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return strides[a] > strides[b]; });
  return order;
}

bool is_dense(const Shape& shape, const Strides& strides) {
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (strides[i] == 0 && shape[i] > 1) return false;
  }
  const std::vector<std::size_t> order = memory_order(strides);
  return is_contiguous(permuted(shape, order), permuted(strides, order));
}

Shape broadcast_shapes(const Shape& a, const Shape& b, const char* op) {
  const Shape& longer = a.size() >= b.size() ? a : b;
  const Shape& shorter = a.size() >= b.size() ? b : a;
  Shape result = longer;
  const std::size_t lead = longer.size() - shorter.size();
  for (std::size_t i = 0; i < shorter.size(); ++i) {
    std::size_t& size = result[lead + i];
    if (size == shorter[i] || shorter[i] == 1) continue;
    if (size != 1) {
      throw ShapeError(std::string(op) + ": shapes " + to_string(a) + " and " + to_string(b) +
                       " do not broadcast: sizes along each axis, counted from the last, must be equal or 1");
    }
    size = shorter[i];
  }
  return result;
}

bool broadcasts_to(const Shape& from, const Shape& to) noexcept {
  if (from.size() > to.size()) return false;
  const std::size_t lead = to.size() - from.size();
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (from[i] != 1 && from[i] != to[lead + i]) return false;
  }
  return true;
}

Strides broadcast_strides(const Shape& from, const Strides& strides, const Shape& to) {
  Strides result;
  result.resize(to.size());
  const std::size_t lead = to.size() - from.size();
  for (std::size_t i = 0; i < to.size(); ++i) {
    result[i] = i < lead || (from[i - lead] == 1 && to[i] != 1) ? 0 : strides[i - lead];
  }
  return result;
}

std::size_t normalize_axis(std::ptrdiff_t axis, std::size_t dimension, const char* op) {
  const auto signed_dimension = static_cast<std::ptrdiff_t>(dimension);
  if (axis < -signed_dimension || axis >= signed_dimension) {
    const std::string range = dimension == 0 ? "which has no axes"
                                             : "whose axes are " + std::to_string(-signed_dimension) + " to " +
                                                   std::to_string(signed_dimension - 1);
    throw IndexError(std::string(op) + ": axis " + std::to_string(axis) + " of a tensor with " +
                     std::to_string(dimension) + " dimensions, " + range);
  }
  return static_cast<std::size_t>(axis < 0 ? axis + signed_dimension : axis);
}

std::vector<bool> Axes::mask(std::size_t dimension, const char* op) const {
  std::vector<bool> flags(dimension, !m_given);
  for (std::ptrdiff_t axis : m_axes) {
    const std::size_t i = normalize_axis(axis, dimension, op);
    if (flags[i]) throw ShapeError(std::string(op) + ": axis " + std::to_string(axis) + " is named twice");
    flags[i] = true;
  }
  return flags;
}

}  // namespace xtape
