#pragma once

#include <autograd/ops/softmax.hpp>

/// Losses of predicted classes and probabilities. By default the result is a mean; with Reduce::sum it is the sum, with
/// Reduce::none one value each.
namespace xtape::nn {

/// Options of cross_entropy.
struct CrossEntropyOptions {
  Tensor weight = {};                ///< (C): how much each class counts; undefined: all the same
  std::int64_t ignore_index = -100;  ///< examples of this class do not count
  double label_smoothing = 0.0;      ///< this share of every target is spread evenly over all classes
  Reduce reduction = Reduce::mean;
};
/// Cross-entropy of unnormalised scores (N, C, ...) and either class numbers (N, ...), int64, or the probability of
/// each class, floating, in the shape of the scores: one-hot or not. A single example goes without N.
///
/// With class numbers t the loss of an example is -weight[t] log_softmax(scores)[t], and the mean is the sum of the
/// losses divided by that of the weights of the examples that are not ignored (nan where all are). With probabilities p
/// it is -sum(weight * p * log_softmax(scores)), and the mean divides by the number of examples. Label smoothing e
/// first replaces the targets, one-hot ones of class numbers too, by (1 - e) p + e / C, the weights of the mean staying
/// those of class numbers; all of it as PyTorch does. Throws ShapeError, DtypeError for class numbers that are not
/// int64, IndexError for a class outside [0, C), Error for smoothing outside [0, 1].
/// Example: `nn::cross_entropy(net(x), t, {.label_smoothing = 0.1}).backward();`
Tensor cross_entropy(const Tensor& scores, const Tensor& targets, const CrossEntropyOptions& options);
Tensor cross_entropy(const Tensor& scores, const Tensor& targets, Reduce reduction = Reduce::mean);

/// Options of nll_loss; see CrossEntropyOptions.
struct NllOptions {
  Tensor weight = {};
  std::int64_t ignore_index = -100;
  Reduce reduction = Reduce::mean;
};
/// Negative log-likelihood: cross_entropy() with class numbers, from logarithms of probabilities (N, C, ...), as
/// log_softmax() gives them.
Tensor nll_loss(const Tensor& log_probabilities, const Tensor& targets, const NllOptions& options = {});

/// Options of binary_cross_entropy.
struct BinaryCrossEntropyOptions {
  Tensor weight = {};  ///< of each element; broadcasts to the shape of the target
  Reduce reduction = Reduce::mean;
};
/// -(t log(p) + (1 - t) log(1 - p)) of probabilities p and targets t in [0, 1], of one shape (ShapeError). As PyTorch
/// does, the logarithms are cut off at -100, and the gradient (p - t) / (p (1 - p)) has a divisor of at least 1e-12.
/// Throws Error for a probability outside [0, 1]. Scores are better given to binary_cross_entropy_with_logits().
Tensor binary_cross_entropy(const Tensor& probabilities, const Tensor& target,
                            const BinaryCrossEntropyOptions& options = {});

/// Options of binary_cross_entropy_with_logits.
struct LogitsOptions {
  Tensor weight = {};      ///< of each element; broadcasts to the shape of the target
  Tensor pos_weight = {};  ///< factor of the loss of positive targets, as against many negatives; broadcasts likewise
  Reduce reduction = Reduce::mean;
};
/// binary_cross_entropy() of sigmoid(scores), without overflow: pos_weight t softplus(-x) + (1 - t) softplus(x). Throws
/// ShapeError. Example: `nn::binary_cross_entropy_with_logits(net(x), t, {.pos_weight = Tensor(3.0)})`.
Tensor binary_cross_entropy_with_logits(const Tensor& scores, const Tensor& target, const LogitsOptions& options = {});

/// Options of kl_div.
struct KlDivOptions {
  bool log_target = false;          ///< the target is a logarithm, too
  Reduce reduction = Reduce::mean;  ///< over all elements
  bool batchmean = false;           ///< the sum divided by the size of the first axis instead: the divergence itself
};
/// Kullback-Leibler divergence of `target` (probabilities) from the distribution whose logarithm is the prediction:
/// t (log(t) - prediction) for each element, and 0 for t = 0. Both have one shape (ShapeError).
/// Example: `nn::kl_div(log_softmax(student), softmax(teacher), {.batchmean = true})`.
Tensor kl_div(const Tensor& log_prediction, const Tensor& target, const KlDivOptions& options = {});

}  // namespace xtape::nn
