#include <nn/init.hpp>
#include <nn/initial.hpp>

#include <cmath>

namespace xtape::nn {

Tensor uniform_by_fan_in(const Shape& shape, std::size_t fan_in) {
  const double bound = fan_in > 0 ? 1.0 / std::sqrt(static_cast<double>(fan_in)) : 0.0;
  Tensor result = Tensor::uninitialized(shape, float32);
  init::uniform_(result, -bound, bound);
  return result;
}

}  // namespace xtape::nn
