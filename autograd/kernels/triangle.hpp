#pragma once

#include <cstddef>

namespace xtape::kernels {

enum class Triangle { lower, upper };

/// Copies row-major matrices of `rows` x `columns`, one behind the other, `count` elements in all, with zeros on the
/// far side of the diagonal: element (i, j) is kept in the lower triangle where j <= i + offset, in the upper one where
/// j >= i + offset.
void copy_triangle(Triangle triangle, std::ptrdiff_t offset, std::size_t rows, std::size_t columns, std::size_t count,
                   const void* source, void* target, std::size_t item_bytes);

}  // namespace xtape::kernels
