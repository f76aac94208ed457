#include <nn/class_loss.hpp>

#include <autograd/ops/index.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/record.hpp>
#include <nn/reduced.hpp>

#include <algorithm>

namespace xtape::nn {

// --- class numbers and probabilities of classes

namespace {

// A loss's arguments, checked: scores (N, C, ...), and the class numbers of the examples that count.
struct Labelled {
  Tensor scores;
  Tensor classes;  // 0 where the example is ignored
  Tensor counted;  // boolean
  bool all_counted;
};

void check_shapes(const char* loss, const Tensor& scores, const Tensor& targets, bool takes_probabilities) {
  Shape expected = scores.shape();
  if (!expected.empty()) expected.erase(expected.begin() + (scores.dimension() > 1 ? 1 : 0));
  if (scores.dimension() > 0 && targets.shape() == expected) return;
  throw ShapeError(std::string(loss) + ": scores of shape " + to_string(scores.shape()) + " and targets of shape " +
                   to_string(targets.shape()) + "; they must be (N, C, ...) and class numbers (N, ...)" +
                   (takes_probabilities ? ", or floating probabilities (N, C, ...)" : ""));
}

bool contains(const Tensor& numbers, std::int64_t number) {
  const Tensor values = numbers.contiguous();
  const auto* first = values.data<std::int64_t>();
  return std::find(first, first + values.size(), number) != first + values.size();
}

void check_integers(const char* loss, const Tensor& targets) {
  if (targets.dtype() == int64) return;
  throw DtypeError(std::string(loss) + ": targets are class numbers, int64, not " + to_string(targets.dtype()));
}

Labelled labelled(const char* loss, const Tensor& scores, const Tensor& targets, std::int64_t ignore_index) {
  const bool single = scores.dimension() == 1;
  const Tensor numbers = single ? expand_dims(targets, 0) : targets;
  const Tensor ignored = equal(numbers, ignore_index);
  const bool all_counted = !contains(numbers, ignore_index);
  const Labelled result{single ? expand_dims(scores, 0) : scores, all_counted ? numbers : where(ignored, 0, numbers),
                        !ignored, all_counted};
  check_classes(loss, result.scores, result.classes);
  return result;
}

// How much each example counts: the weight of its class, or 1, and 0 where it is ignored.
Tensor example_weights(const Labelled& given, const Tensor& weight) {
  const DType dtype = as_floating(given.scores.dtype());
  if (!weight.defined()) return astype(given.counted, dtype);
  return where(given.counted, take(astype(weight, dtype), given.classes), 0.0);
}

// (C) so that it broadcasts along the classes of (N, C, ...).
Tensor along_classes(const Tensor& weight, const Tensor& scores) {
  Shape shape(scores.dimension(), 1);
  shape[1] = weight.size();
  return reshape(astype(weight, as_floating(scores.dtype())), shape);
}

// A single example's loss goes without an axis, too.
Tensor with_single(const Tensor& losses, const Tensor& scores, Reduce reduction) {
  return reduction == Reduce::none && scores.dimension() == 1 ? squeeze(losses, {0}) : losses;
}

Tensor likelihood(const Tensor& log_probabilities, const Labelled& given) {
  return -squeeze(take_along_axis(log_probabilities, expand_dims(given.classes, 1), 1), {1});
}

Tensor with_class_numbers(const Tensor& scores, const Tensor& targets, const CrossEntropyOptions& options) {
  constexpr const char* loss = "cross_entropy";
  check_shapes(loss, scores, targets, true);
  check_integers(loss, targets);
  const double smoothing = options.label_smoothing;
  const bool plain = scores.dimension() > 1 && !options.weight.defined() && smoothing == 0.0;
  if (plain && !contains(targets, options.ignore_index)) {
    return xtape::cross_entropy(scores, targets, options.reduction);
  }
  const Labelled given = labelled(loss, scores, targets, options.ignore_index);
  const std::size_t classes = given.scores.shape(1);
  check_class_weight(loss, options.weight, classes);
  const Tensor weights = example_weights(given, options.weight);
  Tensor losses;
  if (smoothing == 0.0) {
    losses = xtape::cross_entropy(given.scores, given.classes, Reduce::none) * weights;
  } else {
    const Tensor logarithms = log_softmax(given.scores, 1);
    const Tensor weighted =
        options.weight.defined() ? logarithms * along_classes(options.weight, given.scores) : logarithms;
    losses = (1.0 - smoothing) * (likelihood(logarithms, given) * weights) -
             (smoothing / static_cast<double>(classes)) * sum(weighted, {1});
  }
  if (!given.all_counted) losses = where(given.counted, losses, 0.0);
  return with_single(reduced(losses, weights, options.reduction), scores, options.reduction);
}

Tensor with_probabilities(const Tensor& scores, const Tensor& targets, const CrossEntropyOptions& options) {
  const std::ptrdiff_t axis = scores.dimension() == 1 ? 0 : 1;
  const std::size_t classes = scores.shape(axis);
  check_class_weight("cross_entropy", options.weight, classes);
  const double smoothing = options.label_smoothing;
  const Tensor given = astype(targets, as_floating(scores.dtype()));
  const Tensor smoothed =
      smoothing == 0.0 ? given : given * (1.0 - smoothing) + smoothing / static_cast<double>(classes);
  Tensor products = log_softmax(scores, axis) * smoothed;
  if (options.weight.defined()) {
    products =
        products * (axis == 0 ? astype(options.weight, products.dtype()) : along_classes(options.weight, scores));
  }
  return reduced(-sum(products, {axis}), options.reduction);
}

}  // namespace

Tensor cross_entropy(const Tensor& scores, const Tensor& targets, const CrossEntropyOptions& options) {
  if (!(options.label_smoothing >= 0.0 && options.label_smoothing <= 1.0)) {
    throw Error("cross_entropy: label_smoothing " + std::to_string(options.label_smoothing) + " is outside [0, 1]");
  }
  const bool probabilities =
      is_floating(targets.dtype()) && scores.dimension() > 0 && targets.shape() == scores.shape();
  return probabilities ? with_probabilities(scores, targets, options) : with_class_numbers(scores, targets, options);
}

Tensor cross_entropy(const Tensor& scores, const Tensor& targets, Reduce reduction) {
  return cross_entropy(scores, targets, CrossEntropyOptions{.reduction = reduction});
}

Tensor nll_loss(const Tensor& log_probabilities, const Tensor& targets, const NllOptions& options) {
  constexpr const char* loss = "nll_loss";
  check_shapes(loss, log_probabilities, targets, false);
  check_integers(loss, targets);
  const Labelled given = labelled(loss, log_probabilities, targets, options.ignore_index);
  check_class_weight(loss, options.weight, given.scores.shape(1));
  const Tensor weights = example_weights(given, options.weight);
  Tensor losses = likelihood(given.scores, given);
  if (options.weight.defined()) losses = losses * weights;
  if (!given.all_counted) losses = where(given.counted, losses, 0.0);
  return with_single(reduced(losses, weights, options.reduction), log_probabilities, options.reduction);
}

// --- two classes

namespace {

// Losses of elements, weighted and reduced; unlike those of classes, the mean is over their number.
Tensor reduced_elements(const char* loss, const Tensor& losses, const Tensor& weight, Reduce reduction) {
  if (!weight.defined()) return reduced(losses, reduction);
  if (!broadcasts_to(weight.shape(), losses.shape())) {
    throw ShapeError(std::string(loss) + ": a weight of shape " + to_string(weight.shape()) +
                     " does not broadcast to the target's, " + to_string(losses.shape()));
  }
  return reduced(losses * astype(weight, losses.dtype()), reduction);
}

Tensor cut_off(const Tensor& logarithm) { return maximum(logarithm, -100.0); }

// One op for the sake of its gradient: that of the logarithms has no value at 0 and 1.
Tensor element_losses(const Tensor& p, const Tensor& t) {
  const Tensor values = p.detach(), targets = t.detach();
  const Tensor losses = -(targets * cut_off(log(values)) + (1.0 - targets) * cut_off(log1p(-values)));
  return record(
      "binary_cross_entropy", losses,
      From{p,
           [p = save(p), t = save(t)](const Tensor& g) {
             const Tensor& x = p.get();
             return g * (x - t.get()) / maximum(x * (1.0 - x), 1e-12);
           }},
      From{t, [p = save(p)](const Tensor& g) { return g * (cut_off(log1p(-p.get())) - cut_off(log(p.get()))); }});
}

}  // namespace

Tensor binary_cross_entropy(const Tensor& probabilities, const Tensor& target,
                            const BinaryCrossEntropyOptions& options) {
  constexpr const char* loss = "binary_cross_entropy";
  require_same_shape(loss, probabilities, target);
  const Tensor outside = !(probabilities >= 0.0 && probabilities <= 1.0);
  if (any(outside).item<bool>()) {
    throw Error(std::string(loss) + ": a probability is " +
                std::to_string(probabilities.item(argmax(outside).item<std::int64_t>())) + ", outside [0, 1]");
  }
  const Tensor losses = element_losses(probabilities, as_target(target, probabilities));
  return reduced_elements(loss, losses, options.weight, options.reduction);
}

Tensor binary_cross_entropy_with_logits(const Tensor& scores, const Tensor& target, const LogitsOptions& options) {
  constexpr const char* loss = "binary_cross_entropy_with_logits";
  require_same_shape(loss, scores, target);
  const Tensor t = as_target(target, scores);
  Tensor positive = t * softplus(-scores);
  if (options.pos_weight.defined()) {
    if (!broadcasts_to(options.pos_weight.shape(), scores.shape())) {
      throw ShapeError(std::string(loss) + ": a pos_weight of shape " + to_string(options.pos_weight.shape()) +
                       " does not broadcast to the target's, " + to_string(target.shape()));
    }
    positive *= astype(options.pos_weight, positive.dtype());
  }
  // Not softplus(x) - t x, which is the same, but rounds small losses to 0.
  const Tensor losses = positive + (1.0 - t) * softplus(scores);
  return reduced_elements(loss, losses, options.weight, options.reduction);
}

// --- distributions

Tensor kl_div(const Tensor& log_prediction, const Tensor& target, const KlDivOptions& options) {
  require_same_shape("kl_div", log_prediction, target);
  const Tensor t = as_target(target, log_prediction);
  const Tensor losses = options.log_target ? exp(t) * (t - log_prediction) : xlogy(t, t) - t * log_prediction;
  if (!options.batchmean) return reduced(losses, options.reduction);
  return sum(losses) / static_cast<double>(losses.dimension() > 0 ? losses.shape(0) : 1);
}

}  // namespace xtape::nn
