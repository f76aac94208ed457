#pragma once

#include <autograd/ops/shape.hpp>

namespace xtape {

/// One number for every spatial axis, or one for each: `{.stride = 2}`, `{.stride = {2, 1}}`.
class PerAxis {
 public:
  /// Not given.
  PerAxis() = default;
  template <std::integral T>
  PerAxis(T number) : m_numbers{static_cast<std::ptrdiff_t>(number)} {}
  PerAxis(std::initializer_list<Size> numbers) {
    for (const Size& number : numbers) m_numbers.push_back(number.value);
  }

  bool given() const noexcept { return !m_numbers.empty(); }

  /// The numbers for `axes` axes. Throws ShapeError, naming `op` and `what` they are, where their count is neither 1
  /// nor `axes` or where one is below `least`.
  std::vector<std::size_t> numbers(std::size_t axes, std::ptrdiff_t least, const char* op, const char* what) const;

 private:
  std::vector<std::ptrdiff_t> m_numbers;
};

/// Padding that gives the result the sizes of the input; of an odd number of zeros the one more stands behind.
struct SamePadding {};
inline constexpr SamePadding same_padding;

/// Zeros around an image: numbers as in PerAxis, put on both sides, or `same_padding`.
class Padding : public PerAxis {
 public:
  using PerAxis::PerAxis;
  Padding(PerAxis numbers) : PerAxis(std::move(numbers)) {}
  Padding(SamePadding) : PerAxis(0), m_same(true) {}

  bool same() const noexcept { return m_same; }

 private:
  bool m_same = false;
};

}  // namespace xtape
