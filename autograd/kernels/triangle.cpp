#include <autograd/kernels/parallel.hpp>
#include <autograd/kernels/triangle.hpp>

#include <cstring>

namespace xtape::kernels {

void copy_triangle(Triangle triangle, std::ptrdiff_t offset, std::size_t rows, std::size_t columns, std::size_t count,
                   const void* source, void* target, std::size_t item_bytes) {
  if (count == 0) return;
  const auto* from = static_cast<const std::byte*>(source);
  auto* to = static_cast<std::byte*>(target);
  // The first column on the other side of the border, kept within the row and safe from overflow for any offset.
  const auto width = static_cast<std::ptrdiff_t>(columns), height = static_cast<std::ptrdiff_t>(rows);
  const std::ptrdiff_t first = std::clamp(offset, -height - 1, width) + (triangle == Triangle::lower ? 1 : 0);
  parallel_for(count / columns, parallel_grain / columns, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      const std::ptrdiff_t border = first + static_cast<std::ptrdiff_t>(row % rows);
      const std::size_t left = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(border, 0, width)) * item_bytes;
      const std::size_t start = row * columns * item_bytes, right = columns * item_bytes - left;
      if (triangle == Triangle::lower) {
        std::memcpy(to + start, from + start, left);
        std::memset(to + start + left, 0, right);
      } else {
        std::memset(to + start, 0, left);
        std::memcpy(to + start + left, from + start + left, right);
      }
    }
  });
}

}  // namespace xtape::kernels
