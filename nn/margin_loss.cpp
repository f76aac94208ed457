#include <nn/margin_loss.hpp>

#include <autograd/ops/index.hpp>
#include <autograd/ops/norm.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/ops/vector_norm.hpp>
#include <nn/reduced.hpp>

#include <cmath>

namespace xtape::nn {

Tensor hinge_loss(const Tensor& scores, const Tensor& target, const HingeOptions& options) {
  require_same_shape("hinge_loss", scores, target);
  return reduced(relu(options.margin - as_target(target, scores) * scores), options.reduction);
}

Tensor hinge_embedding_loss(const Tensor& distances, const Tensor& target, const HingeOptions& options) {
  require_same_shape("hinge_embedding_loss", distances, target);
  return reduced(where(equal(target, 1), distances, relu(options.margin - distances)), options.reduction);
}

Tensor soft_margin_loss(const Tensor& scores, const Tensor& target, Reduce reduction) {
  require_same_shape("soft_margin_loss", scores, target);
  return reduced(softplus(-as_target(target, scores) * scores), reduction);
}

// --- between classes

namespace {

void check_labels(const char* loss, const Tensor& scores, const Tensor& targets) {
  const bool fits = scores.dimension() == 1 ? targets.dimension() == 0
                                            : scores.dimension() == 2 && targets.shape() == Shape{scores.shape(0)};
  if (!fits) {
    throw ShapeError(std::string(loss) + ": scores of shape " + to_string(scores.shape()) + " and targets of shape " +
                     to_string(targets.shape()) + "; they must be (N, C) and (N), or (C) and ()");
  }
  if (targets.dtype() != int64) {
    throw DtypeError(std::string(loss) + ": targets are class numbers, int64, not " + to_string(targets.dtype()));
  }
  if (targets.size() == 0) return;
  const auto classes = static_cast<std::int64_t>(scores.shape(-1));
  for (const std::int64_t label : {amin(targets).item<std::int64_t>(), amax(targets).item<std::int64_t>()}) {
    if (label >= 0 && label < classes) continue;
    throw IndexError(std::string(loss) + ": class " + std::to_string(label) + " for scores of " +
                     std::to_string(classes) + " classes, shape " + to_string(scores.shape()));
  }
}

}  // namespace

Tensor multi_margin_loss(const Tensor& scores, const Tensor& targets, const MultiMarginOptions& options) {
  constexpr const char* loss = "multi_margin_loss";
  if (options.p != 1.0 && options.p != 2.0) {
    throw Error(std::string(loss) + ": p is " + std::to_string(options.p) + "; it must be 1 or 2");
  }
  check_labels(loss, scores, targets);
  check_class_weight(loss, options.weight, scores.shape(-1));
  const DType dtype = as_floating(scores.dtype());
  const Tensor labels = expand_dims(targets, -1);
  Tensor excess = relu(options.margin - take_along_axis(scores, labels, -1) + scores);
  if (options.p == 2.0) excess = square(excess);
  const Tensor others = 1.0 - one_hot(targets, scores.shape(-1), dtype);
  Tensor losses = sum(excess * others, {-1}) / static_cast<double>(scores.shape(-1));
  if (options.weight.defined()) losses = losses * take(astype(options.weight, dtype), targets);
  return reduced(losses, options.reduction);
}

Tensor multilabel_soft_margin_loss(const Tensor& scores, const Tensor& target, const MultilabelOptions& options) {
  constexpr const char* loss = "multilabel_soft_margin_loss";
  require_same_shape(loss, scores, target);
  if (scores.dimension() == 0) throw ShapeError(std::string(loss) + ": the scores have no axis of classes");
  check_class_weight(loss, options.weight, scores.shape(-1));
  const Tensor t = as_target(target, scores);
  Tensor losses = t * softplus(-scores) + (1.0 - t) * softplus(scores);
  if (options.weight.defined()) losses = losses * astype(options.weight, losses.dtype());
  return reduced(mean(losses, {-1}), options.reduction);
}

// --- between distances

Tensor margin_ranking_loss(const Tensor& a, const Tensor& b, const Tensor& target, const RankingOptions& options) {
  require_same_shape("margin_ranking_loss", a, b);
  require_same_shape("margin_ranking_loss", a, target);
  return reduced(relu(options.margin - as_target(target, a) * (a - b)), options.reduction);
}

Tensor cosine_embedding_loss(const Tensor& a, const Tensor& b, const Tensor& target, const RankingOptions& options) {
  constexpr const char* loss = "cosine_embedding_loss";
  constexpr double eps = 1e-12;
  require_same_shape(loss, a, b);
  const Shape expected = a.dimension() == 2 ? Shape{a.shape(0)} : Shape{};
  if (a.dimension() < 1 || a.dimension() > 2 || target.shape() != expected) {
    throw ShapeError(std::string(loss) + ": vectors of shape " + to_string(a.shape()) + " and targets of shape " +
                     to_string(target.shape()) + "; they must be (N, D) and (N), or (D) and ()");
  }
  const Tensor lengths = sqrt((norm_sq(a, {-1}) + eps) * (norm_sq(b, {-1}) + eps));
  const Tensor cosine = sum(a * b, {-1}) / lengths;
  return reduced(where(equal(target, 1), 1.0 - cosine, relu(cosine - options.margin)), options.reduction);
}

Tensor pairwise_distance(const Tensor& a, const Tensor& b, double p, double eps) { return norm(a - b + eps, p, {-1}); }

Tensor cosine_similarity(const Tensor& a, const Tensor& b, std::ptrdiff_t axis, double eps) {
  const Shape shape = broadcast_shapes(a.shape(), b.shape(), "cosine_similarity");
  normalize_axis(axis, shape.size(), "cosine_similarity");
  const auto unit = [&](const Tensor& x) { return normalize(broadcast_to(x, shape), 2.0, {axis}, eps); };
  return sum(unit(a) * unit(b), {axis});
}

Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           const TripletOptions& options) {
  require_same_shape("triplet_margin_loss", anchor, positive);
  require_same_shape("triplet_margin_loss", anchor, negative);
  const auto distance = [&](const Tensor& a, const Tensor& b) {
    return pairwise_distance(a, b, options.p, options.eps);
  };
  Tensor far = distance(anchor, negative);
  if (options.swap) far = minimum(far, distance(positive, negative));
  return reduced(relu(distance(anchor, positive) - far + options.margin), options.reduction);
}

}  // namespace xtape::nn
