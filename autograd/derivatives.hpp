#pragma once

#include <functional>
#include <utility>

#include <autograd/tensor.hpp>

/// Derivatives of functions, as values. `function` maps a tensor (or a list) to a tensor and may use any operation,
/// these functions included: derivatives nest to any order. Nothing is left on the tape unless `create_graph` asks.
namespace xtape {

using UnaryFunction = std::function<Tensor(const Tensor&)>;
using TensorFunction = std::function<Tensor(const Tensors&)>;

struct DerivativeOptions {
  bool create_graph = false;  ///< record the result, so that it can be differentiated by backward() and grad()
};

/// Value and Jacobian-vector product, `(f(x), J v)`, in forward mode: one pass in which tangents travel with the
/// values, and no tape. `v` has the shape of x (ShapeError). Example: `auto [y, dy] = jvp(f, x, v);`
std::pair<Tensor, Tensor> jvp(const UnaryFunction& function, const Tensor& x, const Tensor& v,
                              DerivativeOptions options = {});
std::pair<Tensor, Tensor> jvp(const TensorFunction& function, const Tensors& inputs, const Tensors& v,
                              DerivativeOptions options = {});

/// Value and vector-Jacobian product, `(f(x), v^T J)`, in reverse mode. `v` has the shape of f(x) (ShapeError).
/// Example: `auto [y, dx] = vjp(f, x, v);`
std::pair<Tensor, Tensor> vjp(const UnaryFunction& function, const Tensor& x, const Tensor& v,
                              DerivativeOptions options = {});
std::pair<Tensor, Tensors> vjp(const TensorFunction& function, const Tensors& inputs, const Tensor& v,
                               DerivativeOptions options = {});

/// The matrix of all first derivatives, d f(x)[i] / d x[j], of shape `f(x).shape() + x.shape()`, in reverse mode: a row
/// is one run of the rules. Example: `jacobian([](const Tensor& x) { return x * x; }, x)`.
Tensor jacobian(const UnaryFunction& function, const Tensor& x, DerivativeOptions options = {});
/// One for each input.
Tensors jacobian(const TensorFunction& function, const Tensors& inputs, DerivativeOptions options = {});

/// The matrix of all second derivatives of a scalar function, of shape `x.shape() + x.shape()`: one hvp() a row.
/// Throws ShapeError where f(x) has more than one element.
Tensor hessian(const UnaryFunction& function, const Tensor& x, DerivativeOptions options = {});

/// Hessian-vector product of a scalar function, forward mode over reverse mode: the tangent of its gradient along `v`.
/// Example: `Tensor h = hvp(f, x, v);`
Tensor hvp(const UnaryFunction& function, const Tensor& x, const Tensor& v, DerivativeOptions options = {});

/// What `function(inputs)` gives, but on the tape as a single node that keeps its inputs alone: backward computes the
/// function once more to get at what its operations need (Griewank and Walther 2000). Tensors that the function uses
/// besides its inputs, such as a module's parameters, get their gradients, too; random numbers are the same both times.
/// Example: `Tensor y = checkpoint([&](const Tensors& in) { return block(in[0]); }, {x});`
Tensor checkpoint(const TensorFunction& function, const Tensors& inputs);

}  // namespace xtape
