#pragma once

#include <autograd/tensor.hpp>

namespace xtape::nn {

/// The part of the examples whose highest score is that of their class, for scores (N, C) and class numbers (N), int64;
/// of equal scores the first counts. Throws ShapeError, also for no example, or DtypeError for targets that are not
/// int64. Example: `nn::accuracy(net(test.inputs()), test.targets())`.
double accuracy(const Tensor& scores, const Tensor& targets);

}  // namespace xtape::nn
