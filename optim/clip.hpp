#pragma once

#include <autograd/tensor.hpp>

namespace xtape::optim {

/// Options of clip_grad_norm().
struct ClipNorm {
  double norm_type = 2.0;           ///< p of the p-norm, > 0; infinity for the largest absolute value
  bool error_if_nonfinite = false;  ///< throw where the norm is inf or nan
};

/// Scales the gradients of all parameters together by max_norm / (norm + 1e-6) where that is below 1; the norm is the
/// p-norm of all of them as one vector. PyTorch's clip_grad_norm_. Parameters without a gradient are skipped. Gives the
/// norm before; where it is not finite, the gradients are not either afterwards, so check it, or have it checked.
/// Throws Error for a max_norm that is negative or nan, a norm_type that is not above 0, and with error_if_nonfinite;
/// then no gradient was changed.
/// Example: `optim::clip_grad_norm(net.parameters(), 5.0)`, `optim::clip_grad_norm(w, 1.0, {.norm_type = 1})`.
double clip_grad_norm(const Tensors& parameters, double max_norm, const ClipNorm& options = {});

/// Brings every element of the gradients into [-clip_value, clip_value]; PyTorch's clip_grad_value_. Parameters without
/// a gradient are skipped. Throws Error for a clip_value that is negative or nan.
/// Example: `optim::clip_grad_value(net.parameters(), 0.5)`.
void clip_grad_value(const Tensors& parameters, double clip_value);

}  // namespace xtape::optim
