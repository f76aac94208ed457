#pragma once

#include <autograd/random.hpp>
#include <autograd/tensor.hpp>

namespace xtape {

/// Inverted dropout (Srivastava et al. 2014): every element of `x` becomes 0 with probability `p` and is otherwise
/// scaled by 1 / (1 - p), so that its mean stays what it was. The draws come one an element, in row-major order, from
/// `generator.uniform()`; an element is dropped where its draw is below `p`. Gives `x` itself where `training` is false
/// or `p` is 0, and zeros where `p` is 1. Any shape, float32 or float64 (DtypeError). Throws Error for `p` outside
/// [0, 1]. Example: `dropout(x, 0.5)`.
Tensor dropout(const Tensor& x, double p, bool training = true,
               random::Generator& generator = random::default_generator());

}  // namespace xtape
