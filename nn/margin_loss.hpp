#pragma once

#include <autograd/ops/softmax.hpp>

/// Losses that ask for a margin: between scores and their sign, between classes, or between distances. Targets t are 1
/// or -1, of any dtype, unless told otherwise. By default the result is the mean, with Reduce::sum the sum, with
/// Reduce::none one value each. Shapes that do not fit throw ShapeError.
namespace xtape::nn {

/// Options of hinge_loss.
struct HingeOptions {
  double margin = 1.0;
  Reduce reduction = Reduce::mean;
};
/// max(0, margin - t x) of scores x and targets of one shape: the loss of a support vector machine.
/// Example: `nn::hinge_loss(squeeze(net(x), 1), t)`.
Tensor hinge_loss(const Tensor& scores, const Tensor& target, const HingeOptions& options = {});

/// x where t is 1, max(0, margin - x) where it is -1, for distances x and targets of one shape.
Tensor hinge_embedding_loss(const Tensor& distances, const Tensor& target, const HingeOptions& options = {});

/// log(1 + exp(-t x)), without overflow, of scores and targets of one shape.
Tensor soft_margin_loss(const Tensor& scores, const Tensor& target, Reduce reduction = Reduce::mean);

/// Options of multi_margin_loss.
struct MultiMarginOptions {
  double p = 1.0;  ///< 1 or 2
  double margin = 1.0;
  Tensor weight = {};  ///< (C): how much each class counts
  Reduce reduction = Reduce::mean;
};
/// Of scores (N, C) and class numbers t (N), int64 (or a single example): the sum over the other classes j of
/// weight[t] max(0, margin - x[t] + x[j])^p, divided by C. Throws DtypeError, IndexError for a class outside [0, C),
/// Error for another p.
Tensor multi_margin_loss(const Tensor& scores, const Tensor& targets, const MultiMarginOptions& options = {});

/// Options of multilabel_soft_margin_loss.
struct MultilabelOptions {
  Tensor weight = {};  ///< (C): how much each class counts
  Reduce reduction = Reduce::mean;
};
/// Of scores (..., C) and targets 0 or 1 of the same shape: the mean over the classes of
/// weight (t softplus(-x) + (1 - t) softplus(x)).
Tensor multilabel_soft_margin_loss(const Tensor& scores, const Tensor& target, const MultilabelOptions& options = {});

/// Options of margin_ranking_loss and cosine_embedding_loss.
struct RankingOptions {
  double margin = 0.0;
  Reduce reduction = Reduce::mean;
};
/// max(0, margin - t (a - b)): a is to be larger where t is 1, smaller where it is -1. The three have one shape.
Tensor margin_ranking_loss(const Tensor& a, const Tensor& b, const Tensor& target, const RankingOptions& options = {});

/// Of vectors (N, D) and targets (N), or (D) and (): with the cosine c of the angle between a and b, 1 - c where t is
/// 1, and max(0, c - margin) where it is -1. To each squared length 1e-12 is added.
Tensor cosine_embedding_loss(const Tensor& a, const Tensor& b, const Tensor& target,
                             const RankingOptions& options = {});

/// Options of triplet_margin_loss.
struct TripletOptions {
  double margin = 1.0;
  double p = 2.0;  ///< of the distance
  double eps = 1e-6;
  bool swap = false;  ///< the negative's distance is the smaller one of those to the anchor and to the positive
  Reduce reduction = Reduce::mean;
};
/// max(0, d(anchor, positive) - d(anchor, negative) + margin), with d = pairwise_distance(), for vectors (..., D) of
/// one shape. Example: `nn::triplet_margin_loss(net(a), net(p), net(n), {.margin = 0.5})`.
Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           const TripletOptions& options = {});

/// The p-norm of a - b + eps along the last axis (the eps is added to every component, as PyTorch does). Shapes
/// broadcast. Example: `nn::pairwise_distance(u, v)`.
Tensor pairwise_distance(const Tensor& a, const Tensor& b, double p = 2.0, double eps = 1e-6);

/// The cosine of the angle between vectors along `axis`: sum(a b) / (max(|a|, eps) max(|b|, eps)). Shapes broadcast.
Tensor cosine_similarity(const Tensor& a, const Tensor& b, std::ptrdiff_t axis = 1, double eps = 1e-8);

}  // namespace xtape::nn
