#pragma once

#include <autograd/tensor.hpp>

/// Running results along an axis. Without an axis the flattened array is taken, as xtensor does. Integers and booleans
/// give int64. Throws IndexError for an axis out of range.
namespace xtape {

/// Running sum: y[i] = x[0] + ... + x[i]; NumPy's and xtensor's. Example: `cumsum(x, 1)`.
Tensor cumsum(const Tensor& x);
Tensor cumsum(const Tensor& x, std::ptrdiff_t axis);

/// Running product: y[i] = x[0] * ... * x[i]. Gradients of every order are exact where elements are zero.
/// Example: `cumprod(x, -1)`.
Tensor cumprod(const Tensor& x);
Tensor cumprod(const Tensor& x, std::ptrdiff_t axis);

/// log(exp(x[0]) + ... + exp(x[i])) without overflow; PyTorch's. Integers give a floating result. Where all so far are
/// -inf, the result is -inf and its gradient 0. Example: `logcumsumexp(x, 0)`.
Tensor logcumsumexp(const Tensor& x);
Tensor logcumsumexp(const Tensor& x, std::ptrdiff_t axis);

/// Options of linear_recurrence.
struct RecurrenceOptions {
  bool reverse = false;  ///< from the last element to the first: h[i] = a[i + 1] * h[i + 1] + x[i]
};
/// h[0] = x[0], h[i] = a[i] * h[i - 1] + x[i] along `axis`; a[0] is not read. `a` and `x` broadcast (ShapeError) and
/// the result is floating. Discounted sums, moving averages and linear state spaces are of this form.
/// Example: `linear_recurrence(decay, rewards, 0, {.reverse = true})`.
Tensor linear_recurrence(const Tensor& a, const Tensor& x, std::ptrdiff_t axis, RecurrenceOptions options = {});

/// Product of all elements along `axis` but one, for each: y[i] = prod_{j != i} x[j], without a division; the rule of
/// prod(). Example: `prod_of_others(x, -1)`.
Tensor prod_of_others(const Tensor& x, std::ptrdiff_t axis);

}  // namespace xtape
