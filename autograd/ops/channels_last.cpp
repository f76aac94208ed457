#include <autograd/kernels/strided.hpp>
#include <autograd/ops/channels_last.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/record.hpp>

namespace xtape {

namespace {

// (N, C, ...) as (N, ..., C).
std::vector<std::size_t> channels_behind(std::size_t dimension) {
  std::vector<std::size_t> order(dimension);
  for (std::size_t i = 1; i < dimension; ++i) order[i] = i + 1;
  order.back() = 1;
  return order;
}

}  // namespace

bool is_channels_last(const Tensor& x) {
  if (x.dimension() < 3) return false;
  const std::vector<std::size_t> order = channels_behind(x.dimension());
  return is_contiguous(permuted(x.shape(), order), permuted(x.strides(), order));
}

Tensor channels_last(const Tensor& x) {
  if (is_channels_last(x)) return x;
  const profile::Op profiled("channels_last", x);
  const Tensor result = uninitialized_channels_last(x.shape(), x.dtype());
  kernels::strided_copy({x.raw_data(), x.dtype(), x.strides()}, {result.mutable_data(), x.dtype(), result.strides()},
                        x.shape());
  return record("channels_last", result, From{x, [](const Tensor& g) { return g; }});
}

Tensor uninitialized_channels_last(const Shape& shape, DType dtype) {
  return Tensor::uninitialized(shape, dtype, channels_last_strides(shape));
}

Tensor rows_of_channels(const Tensor& x) {
  const std::size_t channels = x.shape()[1];
  return reshape(moveaxis(x, 1, -1), Shape{channels == 0 ? 0 : x.size() / channels, channels});
}

Tensor image_of_rows(const Tensor& rows, const Shape& shape) {
  return moveaxis(reshape(rows, permuted(shape, channels_behind(shape.size()))), -1, 1);
}

}  // namespace xtape
