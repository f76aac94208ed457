#pragma once

#include <autograd/ops/reduce.hpp>

namespace xtape {

/// exp(x) / sum(exp(x)) along `axis`, shifted by the maximum against overflow.
Tensor softmax(const Tensor& x, std::ptrdiff_t axis = -1);

/// log(softmax(x)), computed as x - max - log(sum(exp(x - max))).
Tensor log_softmax(const Tensor& x, std::ptrdiff_t axis = -1);

/// How a loss over several examples becomes one number.
enum class Reduce { none, mean, sum };

/// Cross-entropy of unnormalised scores `logits` (N, C, ...) and class numbers `targets` (N, ...), int64:
/// -log_softmax(logits)[target], averaged. Throws ShapeError, DtypeError, or IndexError for a class outside [0, C).
Tensor cross_entropy(const Tensor& logits, const Tensor& targets, Reduce reduce = Reduce::mean);

}  // namespace xtape
