#pragma once

#include <autograd/tensor.hpp>

namespace xtape {

/// A size in the list that reshape() takes: any integer, where -1 stands for what is left.
struct Size {
  template <std::integral T>
  Size(T size) : value(static_cast<std::ptrdiff_t>(size)) {}
  std::ptrdiff_t value;
};

/// The elements in another shape, same order; one size may be -1 and is worked out. Shares memory where the strides
/// allow it, else copies. Throws ShapeError where the counts differ. Example: `reshape(x, {-1, 4})`.
Tensor reshape(const Tensor& x, std::initializer_list<Size> shape);
Tensor reshape(const Tensor& x, const std::vector<std::ptrdiff_t>& shape);
Tensor reshape(const Tensor& x, const Shape& shape);

/// Axes from `first` to `last` merged into one.
Tensor flatten(const Tensor& x, std::ptrdiff_t first = 0, std::ptrdiff_t last = -1);

/// Without axes of size 1: all of them, or those named, which must have size 1 (ShapeError).
Tensor squeeze(const Tensor& x, const Axes& axes = {});
/// With a new axis of size 1 in front of `axis`.
Tensor expand_dims(const Tensor& x, std::ptrdiff_t axis);

/// Axes in reverse order, or in the order given. Shares memory. Throws ShapeError where the list is no permutation.
Tensor transpose(const Tensor& x);
Tensor transpose(const Tensor& x, const std::vector<std::ptrdiff_t>& permutation);
/// Two axes exchanged. Shares memory.
Tensor swapaxes(const Tensor& x, std::ptrdiff_t a, std::ptrdiff_t b);
/// Axes moved from the places in `source` to those in `destination`, the others kept in order. Shares memory. Throws
/// ShapeError where the lists differ in length or name an axis twice. Example: `moveaxis(images, 1, -1)`.
Tensor moveaxis(const Tensor& x, const Axes& source, const Axes& destination);

/// `x` read as if it had the shape `shape`, without a copy. Throws ShapeError.
Tensor broadcast_to(const Tensor& x, const Shape& shape);
/// Each of the tensors read in the shape that they broadcast to together, without copies. Throws ShapeError.
Tensors broadcast_tensors(const Tensors& tensors);
/// Coordinates of the grid that vectors span: the i-th result has the shape (n0, n1, ...) and varies along axis i only,
/// as the i-th vector does (NumPy's indexing "ij", as xtensor's). Shares memory. A scalar counts as a vector of size 1;
/// throws ShapeError for more axes. Example: `auto grid = meshgrid({rows, columns});`
Tensors meshgrid(const Tensors& vectors);

/// Values converted to another dtype; the same tensor where it has it already.
Tensor astype(const Tensor& x, DType dtype);

}  // namespace xtape
