#pragma once

#include <cstddef>
#include <vector>

/// Resizing of images by interpolation between two neighbours along each axis, and the transposed map.
namespace xtape::kernels {

/// Where the elements of a resized axis come from: (1 - weight) * input[first] + weight * input[second]. Without
/// weights: input[first] itself.
struct ResizeAxis {
  std::size_t from = 1;  // size of the input
  std::vector<std::size_t> first, second;
  std::vector<double> weight;

  std::size_t size() const noexcept { return first.size(); }
};

/// (planes, rows.from, columns.from) -> (planes, rows.size(), columns.size())
template <class T>
void resize(const T* input, std::size_t planes, const ResizeAxis& rows, const ResizeAxis& columns, T* output);

/// The transposed map: (planes, rows.size(), columns.size()) -> (planes, rows.from, columns.from).
template <class T>
void resize_transposed(const T* input, std::size_t planes, const ResizeAxis& rows, const ResizeAxis& columns,
                       T* output);

}  // namespace xtape::kernels
