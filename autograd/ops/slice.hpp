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
/// Tensors joined side by side: along axis 1, vectors along axis 0.
Tensor hstack(const Tensors& tensors);
/// Tensors joined below each other: along axis 0, where a vector counts as a row.
Tensor vstack(const Tensors& tensors);

/// `parts` equal parts along `axis`, sharing memory. Throws ShapeError where the axis does not divide equally (chunk()
/// takes what comes). Example: `split(x, 3, 1)`.
Tensors split(const Tensor& x, std::size_t parts, std::ptrdiff_t axis = 0);
/// Parts of the given sizes along `axis`, as PyTorch's split takes them; ShapeError where they do not add up to its
/// size. Example: `split(x, {2, 4}, 1)`.
Tensors split(const Tensor& x, std::initializer_list<std::size_t> sizes, std::ptrdiff_t axis = 0);
Tensors split(const Tensor& x, const std::vector<std::size_t>& sizes, std::ptrdiff_t axis = 0);
/// At most `count` parts along `axis`, each of ceil(size / count) but the last, which may be smaller; as PyTorch's. An
/// axis of size 0 gives `count` empty parts. Throws ShapeError where `count` is 0.
Tensors chunk(const Tensor& x, std::size_t count, std::ptrdiff_t axis = 0);
/// The slices along `axis`, without it. Example: `for (const Tensor& row : unbind(x)) ...`
Tensors unbind(const Tensor& x, std::ptrdiff_t axis = 0);

}  // namespace xtape
