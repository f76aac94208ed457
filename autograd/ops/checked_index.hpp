#pragma once

#include <autograd/tensor.hpp>

/// Gathering and scattering at indices that were checked, for the sources of this folder. Of each pair below one is the
/// local rule of the other. `name` is the operation's on the tape.
namespace xtape {

/// Contiguous indices from 0 for an axis of `size`. Throws DtypeError where they are not int64, IndexError where one is
/// out of range.
Tensor checked_indices(const Tensor& indices, std::size_t size, const char* op);

/// Slices along `axis`: the shape of `indices` takes the axis' place.
Tensor take_slices(const char* name, const Tensor& x, const Tensor& indices, std::size_t axis);
/// Zeros of `shape` to which such slices are added.
Tensor put_slices(const Tensor& slices, const Tensor& indices, const Shape& shape, std::size_t axis);

/// One element along `axis` for each entry of `indices`, which has as many axes as `x`.
Tensor take_elements(const char* name, const Tensor& x, const Tensor& indices, std::size_t axis);
/// Zeros of `shape` to which such elements are added.
Tensor put_elements(const Tensor& elements, const Tensor& indices, const Shape& shape, std::size_t axis);

}  // namespace xtape
