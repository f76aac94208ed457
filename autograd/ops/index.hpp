#pragma once

#include <autograd/tensor.hpp>

/// Selecting and scattering by integer tensors. Indices are int64; negative ones count from the back. An index out of
/// range throws IndexError, an index tensor of another dtype DtypeError. Gradients of repeated indices accumulate.
namespace xtape {

/// Slices of `x` along `axis` at `indices`, whose shape takes the axis' place: NumPy's take.
/// Example: `take(x, index, 0)` picks rows.
Tensor take(const Tensor& x, const Tensor& indices, std::ptrdiff_t axis = 0);

/// One element per entry of `indices`, taken along `axis`: result[i][j] = x[indices[i][j]][j] for axis 0. `indices` has
/// as many axes as `x`; other sizes agree. Also known as gather.
Tensor take_along_axis(const Tensor& x, const Tensor& indices, std::ptrdiff_t axis);
Tensor gather(const Tensor& x, std::ptrdiff_t axis, const Tensor& indices);

/// A copy of `x` to which `source` is added at `indices` along `axis`: result[indices[i][j]][j] += source[i][j] for
/// axis 0. `source` and `indices` have one shape.
Tensor scatter_add(const Tensor& x, std::ptrdiff_t axis, const Tensor& indices, const Tensor& source);

/// A copy of `x` with `source` written over it at `indices`; of repeated indices the last is kept.
Tensor scatter(const Tensor& x, std::ptrdiff_t axis, const Tensor& indices, const Tensor& source);

/// A new last axis of size `classes`, 1 at the label and 0 elsewhere.
Tensor one_hot(const Tensor& labels, std::size_t classes, DType dtype = float32);

/// Rows of `weight` (count, width) at `indices`: (...) -> (..., width).
Tensor embedding(const Tensor& weight, const Tensor& indices);

/// `value` where the boolean mask holds, else `x`.
Tensor masked_fill(const Tensor& x, const Tensor& mask, double value);

}  // namespace xtape
