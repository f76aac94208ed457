#include <nn/metrics.hpp>

#include <autograd/factories.hpp>
#include <autograd/ops/diagonal.hpp>
#include <autograd/ops/index.hpp>
#include <autograd/ops/reduce.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/ops/sort.hpp>
#include <autograd/tape.hpp>
#include <nn/class_loss.hpp>

#include <cmath>

namespace xtape::nn {

// --- classes

namespace {

void check_scores(const char* metric, const Tensor& scores, const Tensor& targets) {
  if (scores.dimension() != 2 || targets.shape() != Shape{scores.shape(0)} || scores.size() == 0) {
    throw ShapeError(std::string(metric) + ": scores of shape " + to_string(scores.shape()) + " and targets of shape " +
                     to_string(targets.shape()) + "; they must be (N, C) and (N), with at least one example");
  }
}

void check_classes(const char* metric, const Tensor& classes) {
  if (classes.dtype() == int64) return;
  throw DtypeError(std::string(metric) + ": targets are class numbers, int64, not " + to_string(classes.dtype()));
}

double part(std::int64_t right, std::size_t all) { return static_cast<double>(right) / static_cast<double>(all); }

}  // namespace

double accuracy(const Tensor& scores, const Tensor& targets) {
  check_scores("accuracy", scores, targets);
  check_classes("accuracy", targets);
  return part(sum(equal(argmax(scores, 1), targets)).item<std::int64_t>(), targets.size());
}

double top_k_accuracy(const Tensor& scores, const Tensor& targets, std::size_t k) {
  check_scores("top_k_accuracy", scores, targets);
  check_classes("top_k_accuracy", targets);
  if (k == 0) throw Error("top_k_accuracy: k is 0");
  const Tensor places = topk(scores.detach(), k, 1).second;
  return part(sum(equal(places, expand_dims(targets, 1))).item<std::int64_t>(), targets.size());
}

Tensor confusion_matrix(const Tensor& predictions, const Tensor& targets, std::size_t classes) {
  constexpr const char* metric = "confusion_matrix";
  check_classes(metric, predictions);
  check_classes(metric, targets);
  if (predictions.shape() != targets.shape()) {
    throw ShapeError(std::string(metric) + ": predictions of shape " + to_string(predictions.shape()) +
                     " and targets of shape " + to_string(targets.shape()) + "; they must have one shape");
  }
  const Tensor result = zeros({classes, classes}, {.dtype = int64});
  auto* counts = static_cast<std::int64_t*>(result.mutable_data());
  const Tensor columns = predictions.contiguous(), rows = targets.contiguous();
  const auto checked = [&](const Tensor& numbers, std::size_t i) {
    const std::int64_t number = numbers.data<std::int64_t>()[i];
    if (number >= 0 && number < static_cast<std::int64_t>(classes)) return static_cast<std::size_t>(number);
    throw IndexError(std::string(metric) + ": class " + std::to_string(number) + " of " + std::to_string(classes));
  };
  for (std::size_t i = 0; i < rows.size(); ++i) ++counts[checked(rows, i) * classes + checked(columns, i)];
  return result;
}

namespace {

// How many examples of each class there are, were predicted, and both.
struct Counts {
  Tensor actual, predicted, right;
};

Counts counts_of(const char* metric, const Tensor& confusion) {
  if (confusion.dimension() != 2 || confusion.shape(0) != confusion.shape(1) || confusion.size() == 0) {
    throw ShapeError(std::string(metric) + ": a confusion matrix of shape " + to_string(confusion.shape()) +
                     "; it must be square");
  }
  const Tensor counts = astype(confusion.detach(), float64);
  return {sum(counts, {1}), sum(counts, {0}), diagonal(counts)};
}

// a / b, and 0 where b is 0.
Tensor ratio(const Tensor& a, const Tensor& b) { return where(equal(b, 0.0), 0.0, a / where(equal(b, 0.0), 1.0, b)); }

using Metric = Tensor(const Counts&);
Tensor precision_of(const Counts& counts) { return ratio(counts.right, counts.predicted); }
Tensor recall_of(const Counts& counts) { return ratio(counts.right, counts.actual); }
Tensor f1_of(const Counts& counts) { return ratio(2.0 * counts.right, counts.actual + counts.predicted); }

double averaged(const Counts& counts, Average average, Metric* metric) {
  switch (average) {
    case Average::macro:
      return mean(metric(counts)).item();
    case Average::micro:
      return metric({sum(counts.actual), sum(counts.predicted), sum(counts.right)}).item();
    case Average::weighted:
      break;
  }
  return ratio(sum(metric(counts) * counts.actual), sum(counts.actual)).item();
}

}  // namespace

Tensor precision(const Tensor& confusion) { return precision_of(counts_of("precision", confusion)); }
double precision(const Tensor& confusion, Average average) {
  return averaged(counts_of("precision", confusion), average, precision_of);
}
Tensor recall(const Tensor& confusion) { return recall_of(counts_of("recall", confusion)); }
double recall(const Tensor& confusion, Average average) {
  return averaged(counts_of("recall", confusion), average, recall_of);
}
Tensor f1_score(const Tensor& confusion) { return f1_of(counts_of("f1_score", confusion)); }
double f1_score(const Tensor& confusion, Average average) {
  return averaged(counts_of("f1_score", confusion), average, f1_of);
}

double perplexity(const Tensor& scores, const Tensor& targets, std::int64_t ignore_index) {
  const NoGrad guard;
  return std::exp(cross_entropy(scores, targets, CrossEntropyOptions{.ignore_index = ignore_index}).item());
}

// --- numbers

namespace {

// target - prediction, float64.
Tensor errors(const char* metric, const Tensor& predictions, const Tensor& targets) {
  if (predictions.shape() != targets.shape() || predictions.size() == 0) {
    throw ShapeError(std::string(metric) + ": predictions of shape " + to_string(predictions.shape()) +
                     " and targets of shape " + to_string(targets.shape()) +
                     "; they must have one shape, with at least one element");
  }
  return astype(targets.detach(), float64) - astype(predictions.detach(), float64);
}

}  // namespace

double r2_score(const Tensor& predictions, const Tensor& targets) {
  const double unexplained = sum(square(errors("r2_score", predictions, targets))).item();
  const Tensor truth = astype(targets.detach(), float64);
  const double total = sum(square(truth - mean(truth))).item();
  if (total == 0.0) return unexplained == 0.0 ? 1.0 : 0.0;
  return 1.0 - unexplained / total;
}

double mean_absolute_error(const Tensor& predictions, const Tensor& targets) {
  return mean(abs(errors("mean_absolute_error", predictions, targets))).item();
}

}  // namespace xtape::nn
