#pragma once

#include <autograd/kernels/window.hpp>

/// An image as a matrix of which every column holds what the window reads at one place, so that a convolution becomes a
/// matrix product (Chellapilla, Puri, Simard 2006), and the way back.
namespace xtape::kernels {

/// From `channels` channels to (channels * kernel, places.size()), contiguous; places are numbered row-major.
template <class T>
void image_to_columns(const T* image, std::size_t channels, const Windows& windows, Range places, T* columns);

/// The transposed map: adds every element of the columns to the element of the image that it would be read from.
template <class T>
void add_columns_to_image(const T* columns, std::size_t channels, const Windows& windows, Range places, T* image);

}  // namespace xtape::kernels
