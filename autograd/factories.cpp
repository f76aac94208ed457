#include <autograd/factories.hpp>
#include <autograd/profile.hpp>

#include <cmath>
#include <cstring>
#include <numeric>

namespace xtape {

namespace {

// A tensor whose i-th value is value(i).
template <class F>
Tensor generate(const char* name, const Shape& shape, TensorOptions options, const F& value) {
  const profile::Op profiled(name);
  const Tensor result = profiled.result(Tensor::uninitialized(shape, options.dtype));
  visit_dtype(options.dtype, [&]<class T>(TypeTag<T>) {
    auto* out = static_cast<T*>(result.mutable_data());
    for (std::size_t i = 0; i < result.size(); ++i) out[i] = static_cast<T>(value(i));
  });
  return options.requires_grad ? result.requires_grad_() : result;
}

}  // namespace

Tensor zeros(const Shape& shape, TensorOptions options) {
  const profile::Op profiled("zeros");
  const Tensor result = profiled.result(Tensor::uninitialized(shape, options.dtype));
  std::memset(result.mutable_data(), 0, result.size() * item_bytes(options.dtype));
  return options.requires_grad ? result.requires_grad_() : result;
}

Tensor ones(const Shape& shape, TensorOptions options) { return full(shape, 1.0, options); }

Tensor full(const Shape& shape, double value, TensorOptions options) {
  return generate("full", shape, options, [value](std::size_t) { return value; });
}

Tensor zeros_like(const Tensor& like) { return zeros(like.shape(), {.dtype = like.dtype()}); }
Tensor ones_like(const Tensor& like) { return ones(like.shape(), {.dtype = like.dtype()}); }

Tensor arange(double start, double stop, double step, TensorOptions options) {
  if (step == 0.0) throw Error("arange: the step is 0");
  const double count = std::max(0.0, std::ceil((stop - start) / step));
  return generate("arange", {static_cast<std::size_t>(count)}, options,
                  [&](std::size_t i) { return start + static_cast<double>(i) * step; });
}

Tensor arange(double stop, TensorOptions options) { return arange(0.0, stop, 1.0, options); }

Tensor linspace(double start, double stop, std::size_t count, TensorOptions options) {
  const double step = count > 1 ? (stop - start) / static_cast<double>(count - 1) : 0.0;
  return generate("linspace", {count}, options, [&](std::size_t i) {
    return i + 1 == count && count > 1 ? stop : start + static_cast<double>(i) * step;
  });
}

Tensor eye(std::size_t rows, TensorOptions options) { return eye(rows, rows, options); }

Tensor eye(std::size_t rows, std::size_t columns, TensorOptions options) {
  return generate("eye", {rows, columns}, options, [&](std::size_t i) { return i / columns == i % columns ? 1 : 0; });
}

Tensor rand(const Shape& shape, TensorOptions options, random::Generator& generator) {
  // A float holds 24 bits of a draw: rounding 53 of them could give 1.
  if (options.dtype == float32) {
    return generate("rand", shape, options,
                    [&](std::size_t) { return static_cast<float>(generator.bits() >> 40) * 0x1p-24f; });
  }
  return generate("rand", shape, options, [&](std::size_t) { return generator.uniform(); });
}

Tensor randn(const Shape& shape, TensorOptions options, random::Generator& generator) {
  return generate("randn", shape, options, [&](std::size_t) { return generator.normal(); });
}

Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape, random::Generator& generator) {
  if (low >= high) {
    throw Error("randint: the range [" + std::to_string(low) + ", " + std::to_string(high) + ") is empty");
  }
  const auto range = static_cast<std::uint64_t>(high - low);
  return generate("randint", shape, {.dtype = int64},
                  [&](std::size_t) { return low + static_cast<std::int64_t>(generator.below(range)); });
}

Tensor randperm(std::size_t count, random::Generator& generator) {
  std::vector<std::int64_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  generator.shuffle(order);
  return generate("randperm", {count}, {.dtype = int64}, [&](std::size_t i) { return order[i]; });
}

}  // namespace xtape
