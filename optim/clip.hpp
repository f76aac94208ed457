#pragma once

#include <autograd/tensor.hpp>

namespace xtape::optim {

/// Scales the gradients of all parameters together by max_norm / (norm + 1e-6) where that is below 1; the norm is the
/// Euclidean one of all of them as one vector. PyTorch's clip_grad_norm_. Parameters without a gradient are skipped.
/// Gives the norm before; where it is not finite, the gradients are not either afterwards, so check it.
/// Throws Error for a max_norm that is negative or nan. Example: `optim::clip_grad_norm(net.parameters(), 5.0)`.
double clip_grad_norm(const Tensors& parameters, double max_norm);

}  // namespace xtape::optim
