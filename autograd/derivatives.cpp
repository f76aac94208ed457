#include <autograd/derivatives.hpp>
#include <autograd/engine.hpp>
#include <autograd/factories.hpp>
#include <autograd/forward.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/ops/slice.hpp>
#include <autograd/record.hpp>

namespace xtape {

namespace {

void check_direction(const char* name, const Tensor& v, const Tensor& x, const char* of) {
  if (v.shape() != x.shape()) {
    throw ShapeError(std::string(name) + ": a vector of shape " + to_string(v.shape()) + " for " + of + " of shape " +
                     to_string(x.shape()));
  }
  if (!is_floating(x.dtype())) {
    throw DtypeError(std::string(name) + ": only float32 and float64 have derivatives, not " + to_string(x.dtype()));
  }
}

Tensors entries_of(const Tensors& inputs, bool create_graph) {
  Tensors result;
  for (const Tensor& input : inputs) result.push_back(entry(input, create_graph));
  return result;
}

// A function of one tensor as one of a list.
TensorFunction of_list(const UnaryFunction& function) {
  return [&function](const Tensors& inputs) { return function(inputs[0]); };
}

Tensors floating(const Tensors& inputs) {
  Tensors result;
  for (const Tensor& input : inputs) {
    if (is_floating(input.dtype())) result.push_back(input);
  }
  return result;
}

// The gradients of `y`, one per input, zero where it does not depend on it.
Tensors gradients_or_zero(const Tensor& y, const Tensors& inputs, const Tensor& v, bool retain, bool create_graph) {
  Tensors found(inputs.size());
  if (y.requires_grad()) {
    const GradOptions how{.retain_graph = retain, .create_graph = create_graph, .allow_unused = true, .gradient = v};
    const Tensors gradients = grad(y, floating(inputs), how);
    for (std::size_t i = 0, k = 0; i < inputs.size(); ++i) {
      if (is_floating(inputs[i].dtype())) found[i] = gradients[k++];
    }
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!found[i].defined()) found[i] = zeros_like(inputs[i]);
  }
  return found;
}

// 1 at one element and 0 elsewhere.
Tensor unit(const Tensor& like, std::size_t element) {
  Tensor result = zeros(like.shape(), {.dtype = like.dtype()});
  visit_dtype(like.dtype(), [&]<class T>(TypeTag<T>) { static_cast<T*>(result.mutable_data())[element] = T(1); });
  return result;
}

Shape joined(const Shape& a, const Shape& b) {
  Shape result = a;
  result.insert(result.end(), b.begin(), b.end());
  return result;
}

// Rows of a matrix of derivatives, in the shape that they make; `rows` may be none.
Tensor matrix(const Tensors& rows, const Shape& shape, DType dtype) {
  return rows.empty() ? zeros(shape, {.dtype = dtype}) : reshape(stack(rows), shape);
}

}  // namespace

std::pair<Tensor, Tensor> jvp(const TensorFunction& function, const Tensors& inputs, const Tensors& v,
                              DerivativeOptions options) {
  if (v.size() != inputs.size()) {
    throw ShapeError("jvp: " + std::to_string(v.size()) + " vectors for " + std::to_string(inputs.size()) + " inputs");
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) check_direction("jvp", v[i], inputs[i], "an input");
  const GradModeGuard mode(options.create_graph);
  Tensors dual;
  for (const Tensor& input : inputs) dual.push_back(alias(input));
  Tensor y, tangent;
  {
    const forward::Level level;
    for (std::size_t i = 0; i < inputs.size(); ++i) level.set_tangent(dual[i], astype(v[i], inputs[i].dtype()));
    y = function(dual);
    tangent = level.tangent_of(y);
  }
  return {alias(y), tangent.defined() ? tangent : zeros_like(y)};
}

std::pair<Tensor, Tensor> jvp(const UnaryFunction& function, const Tensor& x, const Tensor& v,
                              DerivativeOptions options) {
  return jvp(of_list(function), Tensors{x}, Tensors{v}, options);
}

std::pair<Tensor, Tensors> vjp(const TensorFunction& function, const Tensors& inputs, const Tensor& v,
                               DerivativeOptions options) {
  const Tensors entries = entries_of(inputs, options.create_graph);
  const GradModeGuard recording(true);
  const Tensor y = function(entries);
  check_direction("vjp", v, y, "a value");
  Tensors gradients = gradients_or_zero(y, entries, v, false, options.create_graph);
  return {entry(y, options.create_graph, false), std::move(gradients)};
}

std::pair<Tensor, Tensor> vjp(const UnaryFunction& function, const Tensor& x, const Tensor& v,
                              DerivativeOptions options) {
  auto [y, gradients] = vjp(of_list(function), Tensors{x}, v, options);
  return {y, gradients[0]};
}

Tensors jacobian(const TensorFunction& function, const Tensors& inputs, DerivativeOptions options) {
  const Tensors entries = entries_of(inputs, options.create_graph);
  Tensor y;
  {
    const GradModeGuard recording(true);
    y = function(entries);
  }
  std::vector<Tensors> rows(inputs.size());
  for (std::size_t k = 0; k < y.size(); ++k) {
    const Tensors row = gradients_or_zero(y, entries, unit(y, k), true, options.create_graph);
    for (std::size_t i = 0; i < inputs.size(); ++i) rows[i].push_back(row[i]);
  }
  Tensors result;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    result.push_back(matrix(rows[i], joined(y.shape(), inputs[i].shape()), inputs[i].dtype()));
  }
  return result;
}

Tensor jacobian(const UnaryFunction& function, const Tensor& x, DerivativeOptions options) {
  return jacobian(of_list(function), Tensors{x}, options)[0];
}

Tensor hvp(const UnaryFunction& function, const Tensor& x, const Tensor& v, DerivativeOptions options) {
  check_direction("hvp", v, x, "an input");
  const Tensor start = entry(x, options.create_graph);
  const forward::Level level;
  level.set_tangent(start, astype(v, x.dtype()));
  const GradModeGuard recording(true);
  const Tensor y = function(start);
  if (y.size() != 1) {
    throw ShapeError("hvp: the function's value has shape " + to_string(y.shape()) + "; it must be a scalar");
  }
  if (!y.requires_grad()) return zeros_like(x);
  const Tensor gradient = grad(y, start, {.create_graph = options.create_graph, .allow_unused = true});
  const Tensor product = gradient.defined() ? level.tangent_of(gradient) : Tensor();
  return product.defined() ? product : zeros_like(x);
}

Tensor hessian(const UnaryFunction& function, const Tensor& x, DerivativeOptions options) {
  Tensors rows;
  for (std::size_t k = 0; k < x.size(); ++k) rows.push_back(hvp(function, x, unit(x, k), options));
  return matrix(rows, joined(x.shape(), x.shape()), x.dtype());
}

}  // namespace xtape
