#pragma once

#include <autograd/kernels/parallel.hpp>

namespace xtape::kernels {

/// Columns that stay in the first-level cache while the rows of a block pass by.
inline constexpr std::size_t block_columns = 512;

/// Shares out an (outer, length, inner) array by blocks of columns: calls `function(o, first, width)` for columns
/// `first` to `first + width` of each of the `outer` matrices, on several threads where the array is large. What is
/// computed for a column does not depend on how many there are.
template <class F>
void for_column_blocks(std::size_t outer, std::size_t length, std::size_t inner, const F& function) {
  const std::size_t blocks = (inner + block_columns - 1) / block_columns;
  const std::size_t work = std::max<std::size_t>(1, length * std::min(inner, block_columns));
  parallel_for(outer * blocks, std::max<std::size_t>(1, parallel_grain / work),
               [&](std::size_t begin, std::size_t end) {
                 for (std::size_t i = begin; i < end; ++i) {
                   const std::size_t first = i % blocks * block_columns;
                   function(i / blocks, first, std::min(block_columns, inner - first));
                 }
               });
}

}  // namespace xtape::kernels
