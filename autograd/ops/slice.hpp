#pragma once

#include <autograd/tensor.hpp>

namespace xtape {

/// A slice as xtensor's strided_view takes it: an index, xt::range(...), xt::all(), xt::newaxis(), xt::ellipsis().
using Slices = xt::xstrided_slice_vector;

/// A part of `x`, by slices, sharing its memory. Negative indices and bounds count from the back; a range is cut off at
/// the ends of its axis, as in NumPy. Axes that no slice names are taken whole. Throws IndexError for an index out of
/// range, a step of 0 and too many slices. Example: `view(x, {0, xt::range(0, 2)})`.
Tensor view(const Tensor& x, const Slices& slices);

/// Tensors joined along an existing axis; their other sizes agree (ShapeError). Dtypes are promoted.
Tensor concatenate(const Tensors& tensors, std::ptrdiff_t axis = 0);
/// Tensors of one shape joined along a new axis.
Tensor stack(const Tensors& tensors, std::ptrdiff_t axis = 0);

}  // namespace xtape
