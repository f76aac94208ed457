#pragma once

#include <autograd/ops/reduce.hpp>

namespace xtape {

/// exp(x) / sum(exp(x)) along `axis`, shifted by the maximum against overflow. Where all elements are -inf the result
/// is nan, as in PyTorch; masked_softmax() gives 0 there.
Tensor softmax(const Tensor& x, std::ptrdiff_t axis = -1);

/// softmax(-x): the smallest element weighs most.
Tensor softmin(const Tensor& x, std::ptrdiff_t axis = -1);

/// Softmax along the last axis over the elements that take part: those where the boolean `mask`, broadcast to the shape
/// of `x`, holds (every one where it is not defined), and with `causal`, for `x` (..., queries, keys), those with
/// key <= query. The others become 0. So does a whole row where no element takes part, or only -inf; its gradient is 0.
/// The result is written into the memory of an `x` that is handed over by std::move and that nobody else sees.
/// Throws ShapeError, or DtypeError for a mask that is not boolean. Example: `masked_softmax(scores, x > 0.0)`
Tensor masked_softmax(Tensor x, const Tensor& mask, bool causal = false);

/// log(softmax(x)), computed as x - max - log(sum(exp(x - max))).
Tensor log_softmax(const Tensor& x, std::ptrdiff_t axis = -1);

/// How a loss over several examples becomes one number.
enum class Reduce { none, mean, sum };

/// Cross-entropy of unnormalised scores `logits` (N, C, ...) and class numbers `targets` (N, ...), int64:
/// -log_softmax(logits)[target], averaged. Throws ShapeError, DtypeError, or IndexError for a class outside [0, C).
Tensor cross_entropy(const Tensor& logits, const Tensor& targets, Reduce reduce = Reduce::mean);

/// Throws IndexError, in the name of `op`, unless every one of the int64 `classes` is a class of the scores (N, C,
/// ...).
void check_classes(const char* op, const Tensor& scores, const Tensor& classes);

}  // namespace xtape
