#pragma once

#include <autograd/random.hpp>
#include <autograd/tensor.hpp>

namespace xtape {

/// Inverted dropout (Srivastava et al. 2014): every element of `x` becomes 0 with probability `p` and is otherwise
/// scaled by 1 / (1 - p), so that its mean stays what it was. A call draws one number, a seed, by `generator.bits()`.
/// Elements are counted in row-major order; number i has the lower (i even) or upper half of random::splitmix64(seed,
/// i / 2), and is dropped where that half is below p 2^32: the same on every platform and any number of threads. Gives
/// `x` itself, without a draw, where `training` is false or `p` is 0, and zeros where `p` is 1. Any shape, float32 or
/// float64 (DtypeError). Throws Error for `p` outside [0, 1]. Example: `dropout(x, 0.5)`.
Tensor dropout(const Tensor& x, double p, bool training = true,
               random::Generator& generator = random::default_generator());

/// What dropout() multiplies by, from the same draws: 0 with probability `p`, else 1 / (1 - p). Throws Error for `p`
/// outside [0, 1], DtypeError for a dtype that is not floating. Example: `dropout_mask({2, 3}, float32, 0.5)`.
Tensor dropout_mask(const Shape& shape, DType dtype, double p,
                    random::Generator& generator = random::default_generator());

/// The same for whole channels of `x` (N, C, ...) (Tompson et al. 2015): number i of dropout() is that of a channel of
/// an example, in row-major order. Throws ShapeError for fewer than two axes. Example: `dropout2d(images, 0.2)`.
Tensor dropout2d(const Tensor& x, double p, bool training = true,
                 random::Generator& generator = random::default_generator());

/// Alpha dropout (Klambauer et al. 2017), for networks of selu(): a dropped element becomes selu's limit -1.7581, and
/// all are scaled and shifted so that mean 0 and variance 1 stay so. Draws and errors as dropout().
Tensor alpha_dropout(const Tensor& x, double p, bool training = true,
                     random::Generator& generator = random::default_generator());

}  // namespace xtape
