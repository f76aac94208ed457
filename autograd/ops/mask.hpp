#pragma once

#include <autograd/ops/operand.hpp>

/// Selecting by boolean masks, and where elements are not zero. A mask of another dtype throws DtypeError.
namespace xtape {

/// `value`, a number or a tensor without axes (ShapeError), where the mask holds, else `x`, in the dtype of `x`. The
/// mask and `x` broadcast. Example: `masked_fill(scores, mask, -1e9)`.
Tensor masked_fill(const Tensor& x, const Tensor& mask, const Operand& value);

/// The elements of `x` where the mask holds, as a vector; both broadcast (ShapeError). NumPy's `x[mask]`.
/// Example: `masked_select(x, x > 0.0)`.
Tensor masked_select(const Tensor& x, const Tensor& mask);

/// Where elements are not zero: an index vector for each axis, int64, as NumPy's and xtensor's; what index() takes.
/// Example: `index(x, nonzero(x > 0.0))`.
Tensors nonzero(const Tensor& x);

/// The same as a matrix (count, axes), a row of indices for each element that is not zero; PyTorch's nonzero.
Tensor argwhere(const Tensor& x);

/// Positions of the non-zero elements in the flattened array, int64.
Tensor flatnonzero(const Tensor& x);

}  // namespace xtape
