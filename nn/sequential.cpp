#include <nn/sequential.hpp>

namespace xtape::nn {

Tensor Sequential::forward(const Tensor& x) {
  Tensor result = x;
  for (Module& layer : *this) result = layer(result);
  return result;
}

}  // namespace xtape::nn
