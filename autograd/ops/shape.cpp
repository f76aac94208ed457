#include <autograd/kernels/strided.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/record.hpp>

#include <algorithm>
#include <cstring>
#include <numeric>

namespace xtape {

namespace {

Tensor copy_of(const Tensor& x, DType dtype) {
  Tensor result = Tensor::uninitialized(x.shape(), dtype);
  if (x.is_contiguous() && x.dtype() == dtype) {
    std::memcpy(result.mutable_data(), x.raw_data(), x.size() * item_bytes(dtype));
  } else {
    kernels::strided_copy({x.raw_data(), x.dtype(), x.strides()}, {result.mutable_data(), dtype, result.strides()},
                          x.shape());
  }
  return result;
}

Tensor unrecorded_view(const Tensor& x, Shape shape, Strides strides, std::ptrdiff_t offset = 0) {
  return Tensor(TensorImpl::view(*x.impl(), std::move(shape), std::move(strides), offset));
}

Shape resolve_shape(const Tensor& x, const std::vector<std::ptrdiff_t>& asked) {
  Shape shape;
  std::size_t known = 1, unknown = asked.size();
  std::string text;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    text += (i ? ", " : "") + std::to_string(asked[i]);
    if (asked[i] >= 0) {
      known *= static_cast<std::size_t>(asked[i]);
    } else if (asked[i] == -1 && unknown == asked.size()) {
      unknown = i;
    } else {
      throw ShapeError("reshape: size " + std::to_string(asked[i]) + "; one size may be -1, others are 0 or more");
    }
    shape.push_back(static_cast<std::size_t>(std::max<std::ptrdiff_t>(asked[i], 0)));
  }
  const bool solvable = unknown == asked.size() ? known == x.size() : known > 0 && x.size() % known == 0;
  if (!solvable) {
    throw ShapeError("reshape: " + std::to_string(x.size()) + " elements of shape " + to_string(x.shape()) +
                     " do not fit (" + text + ")");
  }
  if (unknown < asked.size()) shape[unknown] = x.size() / known;
  return shape;
}

// Strides that read `x` in the new shape without a copy: possible where each new axis lies within axes of x that are
// walked in one stride.
bool strides_for(const Tensor& x, const Shape& shape, Strides& strides) {
  strides = contiguous_strides(shape);
  if (x.is_contiguous() || x.size() == 0) return true;
  Shape sizes;
  Strides steps;
  for (std::size_t i = 0; i < x.dimension(); ++i) {
    if (x.shape()[i] == 1) continue;
    if (!sizes.empty() && steps.back() == x.strides()[i] * static_cast<std::ptrdiff_t>(x.shape()[i])) {
      sizes.back() *= x.shape()[i];
      steps.back() = x.strides()[i];
    } else {
      sizes.push_back(x.shape()[i]);
      steps.push_back(x.strides()[i]);
    }
  }
  std::size_t left = sizes.size(), rest = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    if (shape[i] == 1) continue;
    if (rest == 1) {
      if (left == 0) return false;
      rest = sizes[--left];
    }
    if (rest % shape[i] != 0) return false;
    strides[i] = steps[left] * static_cast<std::ptrdiff_t>(sizes[left] / rest);
    rest /= shape[i];
  }
  return rest == 1 && left == 0;
}

}  // namespace

// --- members of Tensor that are operations

Tensor Tensor::clone() const {
  const profile::Op profiled("clone", *this);
  return record("clone", copy_of(*this, dtype()), From{*this, [](const Tensor& g) { return g; }});
}
Tensor Tensor::contiguous() const { return is_contiguous() ? *this : clone(); }

// --- reshaping

Tensor reshape(const Tensor& x, const Shape& shape) {
  if (element_count(shape) != x.size()) {
    throw ShapeError("reshape: " + std::to_string(x.size()) + " elements of shape " + to_string(x.shape()) +
                     " do not fit " + to_string(shape));
  }
  const profile::Op profiled("reshape", x);
  Strides strides;
  const bool shares = strides_for(x, shape, strides);
  Tensor result = shares ? unrecorded_view(x, shape, strides)
                         : unrecorded_view(copy_of(x, x.dtype()), shape, contiguous_strides(shape));
  return record("reshape", result, From{x, [shape = x.shape()](const Tensor& g) { return reshape(g, shape); }});
}

Tensor reshape(const Tensor& x, const std::vector<std::ptrdiff_t>& shape) {
  return reshape(x, resolve_shape(x, shape));
}

Tensor reshape(const Tensor& x, std::initializer_list<Size> shape) {
  std::vector<std::ptrdiff_t> sizes;
  for (const Size& size : shape) sizes.push_back(size.value);
  return reshape(x, sizes);
}

Tensor flatten(const Tensor& x, std::ptrdiff_t first, std::ptrdiff_t last) {
  if (x.dimension() == 0) return reshape(x, Shape{1});
  const std::size_t from = normalize_axis(first, x.dimension(), "flatten");
  const std::size_t to = normalize_axis(last, x.dimension(), "flatten");
  if (from > to) {
    throw ShapeError("flatten: the first axis, " + std::to_string(first) + ", lies behind the last, " +
                     std::to_string(last));
  }
  Shape shape(x.shape().begin(), x.shape().begin() + static_cast<std::ptrdiff_t>(from) + 1);
  for (std::size_t axis = from + 1; axis < x.dimension(); ++axis) {
    if (axis <= to)
      shape.back() *= x.shape()[axis];
    else
      shape.push_back(x.shape()[axis]);
  }
  return reshape(x, shape);
}

Tensor squeeze(const Tensor& x, const Axes& axes) {
  const std::vector<bool> named = axes.mask(x.dimension(), "squeeze");
  Shape shape;
  for (std::size_t axis = 0; axis < x.dimension(); ++axis) {
    const std::size_t size = x.shape()[axis];
    if (axes.given() && named[axis] && size != 1) {
      throw ShapeError("squeeze: axis " + std::to_string(axis) + " of shape " + to_string(x.shape()) + " has size " +
                       std::to_string(size) + ", not 1");
    }
    if (!named[axis] || size != 1) shape.push_back(size);
  }
  return reshape(x, shape);
}

Tensor expand_dims(const Tensor& x, std::ptrdiff_t axis) {
  const std::size_t at = normalize_axis(axis, x.dimension() + 1, "expand_dims");
  Shape shape;
  for (std::size_t i = 0; i <= x.dimension(); ++i) {
    if (i == at) shape.push_back(1);
    if (i < x.dimension()) shape.push_back(x.shape()[i]);
  }
  return reshape(x, shape);
}

// --- order of axes

Tensor transpose(const Tensor& x, const std::vector<std::ptrdiff_t>& permutation) {
  const profile::Op profiled("transpose", x);
  const std::vector<bool> named = Axes(permutation).mask(x.dimension(), "transpose");
  if (permutation.size() != x.dimension()) {
    throw ShapeError("transpose: " + std::to_string(permutation.size()) + " axes given for a tensor of shape " +
                     to_string(x.shape()));
  }
  Shape shape;
  Strides strides;
  std::vector<std::ptrdiff_t> inverse(permutation.size());
  for (std::size_t i = 0; i < permutation.size(); ++i) {
    const std::size_t axis = normalize_axis(permutation[i], x.dimension(), "transpose");
    shape.push_back(x.shape()[axis]);
    strides.push_back(x.strides()[axis]);
    inverse[axis] = static_cast<std::ptrdiff_t>(i);
  }
  return record("transpose", unrecorded_view(x, shape, strides),
                From{x, [inverse](const Tensor& g) { return transpose(g, inverse); }});
}

Tensor transpose(const Tensor& x) {
  std::vector<std::ptrdiff_t> reversed(x.dimension());
  std::iota(reversed.rbegin(), reversed.rend(), 0);
  return transpose(x, reversed);
}

Tensor swapaxes(const Tensor& x, std::ptrdiff_t a, std::ptrdiff_t b) {
  std::vector<std::ptrdiff_t> order(x.dimension());
  std::iota(order.begin(), order.end(), 0);
  std::swap(order[normalize_axis(a, x.dimension(), "swapaxes")], order[normalize_axis(b, x.dimension(), "swapaxes")]);
  return transpose(x, order);
}

Tensor moveaxis(const Tensor& x, const Axes& source, const Axes& destination) {
  const std::vector<std::ptrdiff_t>&from = source.values(), &to = destination.values();
  if (from.size() != to.size()) {
    throw ShapeError("moveaxis: " + std::to_string(from.size()) + " axes to move to " + std::to_string(to.size()) +
                     " places");
  }
  const std::vector<bool> moved = Axes(from).mask(x.dimension(), "moveaxis");
  const std::vector<bool> taken = Axes(to).mask(x.dimension(), "moveaxis");
  std::vector<std::ptrdiff_t> order(x.dimension());
  for (std::size_t i = 0; i < from.size(); ++i) order[normalize_axis(to[i], x.dimension(), "moveaxis")] = from[i];
  for (std::size_t axis = 0, place = 0; axis < x.dimension(); ++axis) {
    if (moved[axis]) continue;
    while (taken[place]) ++place;
    order[place++] = static_cast<std::ptrdiff_t>(axis);
  }
  return transpose(x, order);
}

// --- broadcasts

Tensor broadcast_to(const Tensor& x, const Shape& shape) {
  if (!broadcasts_to(x.shape(), shape)) {
    throw ShapeError("broadcast_to: shape " + to_string(x.shape()) + " does not broadcast to " + to_string(shape));
  }
  const profile::Op profiled("broadcast_to", x);
  // The engine sums gradients of broadcast inputs to their shape.
  return record("broadcast_to", unrecorded_view(x, shape, broadcast_strides(x.shape(), x.strides(), shape)),
                From{x, [](const Tensor& g) { return g; }});
}

Tensors broadcast_tensors(const Tensors& tensors) {
  Shape shape;
  for (const Tensor& tensor : tensors) shape = broadcast_shapes(shape, tensor.shape(), "broadcast_tensors");
  Tensors result;
  for (const Tensor& tensor : tensors) result.push_back(broadcast_to(tensor, shape));
  return result;
}

Tensors meshgrid(const Tensors& vectors) {
  Tensors axes;
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    if (vectors[i].dimension() > 1) {
      throw ShapeError("meshgrid: tensor " + std::to_string(i) + " has shape " + to_string(vectors[i].shape()) +
                       "; each must be a vector");
    }
    Shape shape(vectors.size(), 1);
    shape[i] = vectors[i].size();
    axes.push_back(reshape(vectors[i], shape));
  }
  return broadcast_tensors(axes);
}

// --- dtype

Tensor astype(const Tensor& x, DType dtype) {
  if (x.dtype() == dtype) return x;
  const profile::Op profiled("astype", x);
  Tensor result = copy_of(x, dtype);
  if (!is_floating(dtype)) return profiled.result(result);
  return record("astype", result, From{x, [from = x.dtype()](const Tensor& g) { return astype(g, from); }});
}

std::vector<OpEntry> shape_ops() {
  return {
      {"reshape",
       "shape",
       "the same elements in another shape",
       {XTAPE_CASE(reshape(x[0], {3, -1}), any_value(2, 3)), XTAPE_CASE(reshape(x[0], {1, 1}), any_value()),
        XTAPE_CASE(reshape(transpose(x[0]), {6}), any_value(2, 3)), XTAPE_CASE(reshape(x[0], {0, 5}), any_value(0, 3))},
       {},
       {},
       {"g, in the shape of x"}},
      {"flatten",
       "shape",
       "axes merged into one",
       {XTAPE_CASE(flatten(x[0]), any_value(2, 3)), XTAPE_CASE(flatten(x[0], 1), any_value(2, 3, 2)),
        XTAPE_CASE(flatten(x[0]), any_value())}},
      {"squeeze",
       "shape",
       "without axes of size 1",
       {XTAPE_CASE(squeeze(x[0]), any_value(1, 3, 1)), XTAPE_CASE(squeeze(x[0], {-1}), any_value(1, 3, 1))}},
      {"expand_dims",
       "shape",
       "with a new axis of size 1",
       {XTAPE_CASE(expand_dims(x[0], 1), any_value(2, 3)), XTAPE_CASE(expand_dims(x[0], -1), any_value(2))}},
      {"transpose",
       "shape",
       "axes in another order",
       {XTAPE_CASE(transpose(x[0]), any_value(2, 3)), XTAPE_CASE(transpose(x[0], {1, -1, 0}), any_value(2, 3, 4)),
        XTAPE_CASE(transpose(x[0]), any_value())},
       {},
       {},
       {"g, its axes back in their order"}},
      {"swapaxes", "shape", "two axes exchanged", {XTAPE_CASE(swapaxes(x[0], 0, -1), any_value(2, 3, 4))}},
      {"moveaxis",
       "shape",
       "axes moved to other places",
       {XTAPE_CASE(moveaxis(x[0], 0, -1), any_value(2, 3, 4)),
        XTAPE_CASE(moveaxis(x[0], {-1, 0}, {0, 2}), any_value(2, 3, 2, 2))}},
      {"broadcast_to",
       "shape",
       "read in a larger shape",
       {XTAPE_CASE(broadcast_to(x[0], Shape{4, 2, 3}), any_value(2, 1)),
        XTAPE_CASE(broadcast_to(x[0], Shape{2}), any_value())},
       {},
       {},
       {"g, summed over the axes that were spread"}},
      {"broadcast_tensors",
       "shape",
       "each read in the shape that all broadcast to",
       {XTAPE_CASE(broadcast_tensors({x[0], x[1], x[2]})[0] * broadcast_tensors({x[0], x[1], x[2]})[1], any_value(2, 1),
                   any_value(3), any_value(2, 3))}},
      {"meshgrid",
       "shape",
       "coordinates of the grid that vectors span",
       {XTAPE_CASE(meshgrid({x[0], x[1]})[0] * meshgrid({x[0], x[1]})[1], any_value(2), any_value(3)),
        XTAPE_CASE(meshgrid({x[0], x[0], x[1]})[1] * x[1], any_value(2), any_value())}},
      {"astype",
       "shape",
       "converted to another dtype",
       {XTAPE_CASE(astype(astype(x[0], float64), float64), any_value(2, 3))},
       {},
       {},
       {"g, in the dtype of x"}},
  };
}

}  // namespace xtape
