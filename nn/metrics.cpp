#include <nn/metrics.hpp>

#include <autograd/ops/reduce.hpp>

namespace xtape::nn {

double accuracy(const Tensor& scores, const Tensor& targets) {
  if (scores.dimension() != 2 || targets.shape() != Shape{scores.shape(0)} || scores.size() == 0) {
    throw ShapeError("accuracy: scores of shape " + to_string(scores.shape()) + " and targets of shape " +
                     to_string(targets.shape()) + "; they must be (N, C) and (N), with at least one example");
  }
  if (targets.dtype() != int64) {
    throw DtypeError(std::string("accuracy: targets are class numbers, int64, not ") + to_string(targets.dtype()));
  }
  const auto right = sum(equal(argmax(scores, 1), targets)).item<std::int64_t>();
  return static_cast<double>(right) / static_cast<double>(targets.size());
}

}  // namespace xtape::nn
