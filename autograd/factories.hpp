#pragma once

#include <autograd/random.hpp>
#include <autograd/tensor.hpp>

namespace xtape {

/// What every factory takes. Example: `zeros({2, 3}, {.dtype = float64, .requires_grad = true})`.
struct TensorOptions {
  DType dtype = float32;
  bool requires_grad = false;
};

/// A tensor of zeros.
Tensor zeros(const Shape& shape, TensorOptions options = {});
/// A tensor of ones.
Tensor ones(const Shape& shape, TensorOptions options = {});
/// A tensor with `value` everywhere.
Tensor full(const Shape& shape, double value, TensorOptions options = {});
/// Shape and dtype of another tensor.
Tensor zeros_like(const Tensor& like);
Tensor ones_like(const Tensor& like);

/// `start`, `start + step`, ... up to `stop`, which is left out; ceil((stop - start) / step) values.
/// Throws Error where step is 0. Example: `arange(0.0, 1.0, 0.25)`.
Tensor arange(double start, double stop, double step = 1.0, TensorOptions options = {});
/// 0, 1, ... count - 1.
Tensor arange(double stop, TensorOptions options = {});
/// `count` values from `start` to `stop`, both included.
Tensor linspace(double start, double stop, std::size_t count = 50, TensorOptions options = {});
/// The identity matrix, (rows, columns); square without `columns`.
Tensor eye(std::size_t rows, TensorOptions options = {});
Tensor eye(std::size_t rows, std::size_t columns, TensorOptions options = {});

/// Uniform values in [0, 1), from `generator` or the library's own (see manual_seed).
Tensor rand(const Shape& shape, TensorOptions options = {}, random::Generator& generator = random::default_generator());
/// Standard normal values.
Tensor randn(const Shape& shape, TensorOptions options = {},
             random::Generator& generator = random::default_generator());
/// Uniform integers in [low, high), int64.
Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape,
               random::Generator& generator = random::default_generator());
/// 0 ... count - 1 in random order, int64.
Tensor randperm(std::size_t count, random::Generator& generator = random::default_generator());

}  // namespace xtape
