#include <nn/loss.hpp>

namespace xtape::nn {

namespace {

Tensor reduced(const Tensor& losses, Reduce reduce) {
  switch (reduce) {
    case Reduce::none:
      return losses;
    case Reduce::mean:
      return mean(losses);
    case Reduce::sum:
      break;
  }
  return sum(losses);
}

}  // namespace

Tensor cross_entropy(const Tensor& scores, const Tensor& targets, Reduce reduce) {
  return xtape::cross_entropy(scores, targets, reduce);
}

Tensor mse_loss(const Tensor& prediction, const Tensor& target, Reduce reduce) {
  if (prediction.shape() != target.shape()) {
    throw ShapeError("mse_loss: a prediction of shape " + to_string(prediction.shape()) + " and a target of shape " +
                     to_string(target.shape()) + "; they must have one shape");
  }
  return reduced(square(prediction - target), reduce);
}

}  // namespace xtape::nn
