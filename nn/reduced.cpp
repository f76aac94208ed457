#include <nn/reduced.hpp>

#include <autograd/ops/shape.hpp>

namespace xtape::nn {

Tensor reduced(const Tensor& losses, Reduce reduction) {
  switch (reduction) {
    case Reduce::none:
      return losses;
    case Reduce::mean:
      return mean(losses);
    case Reduce::sum:
      break;
  }
  return sum(losses);
}

Tensor reduced(const Tensor& losses, const Tensor& weights, Reduce reduction) {
  return reduction == Reduce::mean ? sum(losses) / sum(weights) : reduced(losses, reduction);
}

void require_same_shape(const char* loss, const Tensor& prediction, const Tensor& target) {
  if (prediction.shape() == target.shape()) return;
  throw ShapeError(std::string(loss) + ": a prediction of shape " + to_string(prediction.shape()) +
                   " and a target of shape " + to_string(target.shape()) + "; they must have one shape");
}

void check_class_weight(const char* loss, const Tensor& weight, std::size_t classes) {
  if (!weight.defined() || weight.shape() == Shape{classes}) return;
  throw ShapeError(std::string(loss) + ": a weight of shape " + to_string(weight.shape()) + " for " +
                   std::to_string(classes) + " classes; it must be " + to_string(Shape{classes}));
}

Tensor as_target(const Tensor& target, const Tensor& prediction) {
  return is_floating(target.dtype()) ? target : astype(target, as_floating(prediction.dtype()));
}

}  // namespace xtape::nn
