#pragma once

#include <autograd/tensor.hpp>

/// How good predictions are, as numbers without history. Class numbers are int64 (DtypeError), shapes that do not fit
/// and metrics of no example throw ShapeError, a class outside its range IndexError.
namespace xtape::nn {

// --- classes

/// The part of the examples whose highest score is that of their class, for scores (N, C) and class numbers (N); of
/// equal scores the first counts. Example: `nn::accuracy(net(test.inputs()), test.targets())`.
double accuracy(const Tensor& scores, const Tensor& targets);

/// The part of the examples whose class is among the `k` highest scores; of equal scores the first count. Throws
/// IndexError for more than C, Error for k = 0. Example: `nn::top_k_accuracy(scores, targets, 5)`.
double top_k_accuracy(const Tensor& scores, const Tensor& targets, std::size_t k);

/// How often each class (row) was predicted as each class (column): (classes, classes), int64. `predictions` and
/// `targets` are class numbers of one shape. Example: `nn::confusion_matrix(argmax(scores, 1), targets, 10)`.
Tensor confusion_matrix(const Tensor& predictions, const Tensor& targets, std::size_t classes);

/// How the values of several classes become one number.
enum class Average {
  macro,    ///< their mean
  micro,    ///< from the counts of all classes together: the accuracy, where each example has one class
  weighted  ///< their mean, weighted by how many examples each class has
};

/// Of each class, from a confusion matrix: the part of its predictions that are right, (C), float64, and 0 for a class
/// that was never predicted.
Tensor precision(const Tensor& confusion);
double precision(const Tensor& confusion, Average average);
/// Of each class: the part of its examples that was found; 0 for a class without examples.
Tensor recall(const Tensor& confusion);
double recall(const Tensor& confusion, Average average);
/// Of each class: the harmonic mean of precision and recall, 0 where both are 0. Averages are of these values.
/// Example: `nn::f1_score(nn::confusion_matrix(predicted, targets, 3), nn::Average::macro)`.
Tensor f1_score(const Tensor& confusion);
double f1_score(const Tensor& confusion, Average average);

/// exp of the mean cross-entropy of scores (N, C, ...) and class numbers (N, ...), without those of `ignore_index`:
/// among how many equally likely classes the model is in doubt. Example: `nn::perplexity(scores, next_words)`.
double perplexity(const Tensor& scores, const Tensor& targets, std::int64_t ignore_index = -100);

// --- numbers

/// The coefficient of determination, 1 - sum((target - prediction)^2) / sum((target - mean(target))^2), over all
/// elements: 1 is perfect, 0 as good as the mean. Where the targets are all equal, it is 1 for a perfect prediction and
/// else 0.
double r2_score(const Tensor& predictions, const Tensor& targets);

/// The mean of |prediction - target| over all elements.
double mean_absolute_error(const Tensor& predictions, const Tensor& targets);

}  // namespace xtape::nn
