#pragma once

#include <autograd/ops/softmax.hpp>

namespace xtape::nn {

/// Cross-entropy of unnormalised scores (N, C, ...) and class numbers (N, ...), int64: the mean over the examples of
/// -log_softmax(scores)[target], or their sum, or one value each. Throws ShapeError, DtypeError for targets that are
/// not int64, IndexError for a class outside [0, C). Example: `nn::cross_entropy(net(x), t).backward();`
Tensor cross_entropy(const Tensor& scores, const Tensor& targets, Reduce reduce = Reduce::mean);

/// Mean squared error: the mean of (prediction - target)^2 over all elements, or their sum, or one value each. Both
/// have one shape: throws ShapeError otherwise, since (N, 1) against (N) would silently compare all pairs. Example:
/// `nn::mse_loss(net(x), y)`.
Tensor mse_loss(const Tensor& prediction, const Tensor& target, Reduce reduce = Reduce::mean);

}  // namespace xtape::nn
