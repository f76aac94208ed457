#pragma once

#include <autograd/tensor.hpp>

namespace xtape {

/// Matrix product: (..., m, k) x (..., k, n) -> (..., m, n). Leading axes are batches and broadcast; a vector counts as
/// a row on the left and as a column on the right, and that axis is dropped from the result. Dtypes are promoted to a
/// floating one. Throws ShapeError where the inner sizes differ. Example: `matmul(x, transpose(w))`.
Tensor matmul(const Tensor& a, const Tensor& b);

/// `x W^T + b` for `x` (..., in), `weight` (out, in) and `bias` (out) -> (..., out); the bias may be left out.
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {});

}  // namespace xtape
