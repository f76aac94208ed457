#pragma once

#include <autograd/ops/softmax.hpp>

/// What the losses have in common. Not part of the API.
namespace xtape::nn {

/// One loss for each example as `reduction` says.
Tensor reduced(const Tensor& losses, Reduce reduction);
/// The same where an example counts with a weight: the mean is sum(losses) / sum(weights), for losses that are
/// multiplied by their weights already.
Tensor reduced(const Tensor& losses, const Tensor& weights, Reduce reduction);

/// Throws ShapeError, naming the loss, unless both have one shape: (N, 1) against (N) would silently compare all pairs.
void require_same_shape(const char* loss, const Tensor& prediction, const Tensor& target);

/// Throws ShapeError where there is a weight for each class, but not of shape (classes).
void check_class_weight(const char* loss, const Tensor& weight, std::size_t classes);

/// `target` in the dtype of a floating `prediction` where it is not floating itself, so that counts and class numbers
/// do not turn float32 into float64.
Tensor as_target(const Tensor& target, const Tensor& prediction);

}  // namespace xtape::nn
