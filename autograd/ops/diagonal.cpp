#include <autograd/factories.hpp>
#include <autograd/kernels/triangle.hpp>
#include <autograd/ops/diagonal.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/reduce.hpp>
#include <autograd/record.hpp>

#include <algorithm>
#include <cstdlib>

namespace xtape {

// --- diagonals

namespace {

// The matrices' axes and the diagonal meant.
struct Place {
  std::size_t rows, columns;
  std::ptrdiff_t offset;

  // The diagonal as a view without history.
  Tensor of(const Tensor& x) const {
    Shape shape;
    Strides strides;
    for (std::size_t axis = 0; axis < x.dimension(); ++axis) {
      if (axis == rows || axis == columns) continue;
      shape.push_back(x.shape()[axis]);
      strides.push_back(x.strides()[axis]);
    }
    const std::ptrdiff_t below = std::max<std::ptrdiff_t>(-offset, 0), above = std::max<std::ptrdiff_t>(offset, 0);
    const std::ptrdiff_t length = std::min(static_cast<std::ptrdiff_t>(x.shape()[rows]) - below,
                                           static_cast<std::ptrdiff_t>(x.shape()[columns]) - above);
    shape.push_back(static_cast<std::size_t>(std::max<std::ptrdiff_t>(length, 0)));
    strides.push_back(x.strides()[rows] + x.strides()[columns]);
    const std::ptrdiff_t start = below * x.strides()[rows] + above * x.strides()[columns];
    return Tensor(TensorImpl::view(*x.impl(), shape, strides, element_count(shape) == 0 ? 0 : start));
  }
};

Tensor take_diagonal(const Tensor& x, const Place& place);

// Zeros of `shape` with `values` on the diagonal: what take_diagonal's gradient is.
Tensor put_diagonal(const Tensor& values, const Shape& shape, const Place& place) {
  const profile::Op profiled("put_diagonal", values);
  const Tensor result = zeros(shape, {.dtype = values.dtype()});
  place.of(result).assign(values.detach());
  return record("put_diagonal", result, From{values, [place](const Tensor& g) { return take_diagonal(g, place); }});
}

Tensor take_diagonal(const Tensor& x, const Place& place) {
  const profile::Op profiled("diagonal", x);
  return record("diagonal", place.of(x),
                From{x, [place, shape = x.shape()](const Tensor& g) { return put_diagonal(g, shape, place); }});
}

[[noreturn]] void throw_axes(const char* op, const Tensor& x, const std::string& what_fits) {
  throw ShapeError(std::string(op) + ": a tensor of shape " + to_string(x.shape()) + "; " + what_fits);
}

Place find_diagonal(const char* op, const Tensor& x, std::ptrdiff_t offset, std::ptrdiff_t axis1,
                    std::ptrdiff_t axis2) {
  if (x.dimension() < 2) throw_axes(op, x, "it takes two axes or more");
  const Place place{normalize_axis(axis1, x.dimension(), op), normalize_axis(axis2, x.dimension(), op), offset};
  if (place.rows == place.columns) {
    throw ShapeError(std::string(op) + ": both axes are axis " + std::to_string(place.rows) + "; they must differ");
  }
  return place;
}

}  // namespace

Tensor diagonal(const Tensor& x, std::ptrdiff_t offset, std::ptrdiff_t axis1, std::ptrdiff_t axis2) {
  return take_diagonal(x, find_diagonal("diagonal", x, offset, axis1, axis2));
}

Tensor diag(const Tensor& x, std::ptrdiff_t offset) {
  if (x.dimension() == 2) return take_diagonal(x, {0, 1, offset});
  if (x.dimension() != 1) throw_axes("diag", x, "it takes a vector or a matrix; see diagonal()");
  const std::size_t size = x.size() + static_cast<std::size_t>(std::abs(offset));
  return put_diagonal(x, {size, size}, {0, 1, offset});
}

Tensor trace(const Tensor& x, std::ptrdiff_t offset, std::ptrdiff_t axis1, std::ptrdiff_t axis2) {
  return sum(take_diagonal(x, find_diagonal("trace", x, offset, axis1, axis2)), {-1});
}

// --- triangles

namespace {

Tensor keep_triangle(const char* op, kernels::Triangle triangle, const Tensor& x, std::ptrdiff_t offset) {
  if (x.dimension() < 2) throw_axes(op, x, "it takes two axes or more");
  const profile::Op profiled(op, x);
  const Tensor source = x.detach().contiguous(), result = Tensor::uninitialized(x.shape(), x.dtype());
  kernels::copy_triangle(triangle, offset, x.shape(-2), x.shape(-1), x.size(), source.raw_data(), result.mutable_data(),
                         item_bytes(x.dtype()));
  return record(op, result,
                From{x, [op, triangle, offset](const Tensor& g) { return keep_triangle(op, triangle, g, offset); }});
}

}  // namespace

Tensor tril(const Tensor& x, std::ptrdiff_t offset) {
  return keep_triangle("tril", kernels::Triangle::lower, x, offset);
}
Tensor triu(const Tensor& x, std::ptrdiff_t offset) {
  return keep_triangle("triu", kernels::Triangle::upper, x, offset);
}

std::vector<OpEntry> diagonal_ops() {
  return {
      {"diagonal",
       "diagonals",
       "the diagonal of the matrices that two axes span",
       {XTAPE_CASE(diagonal(x[0]), any_value(3, 2)), XTAPE_CASE(diagonal(x[0], 1, -1, 0), any_value(3, 2, 4)),
        XTAPE_CASE(diagonal(x[0], -1, 1, 2), any_value(2, 3, 3)), XTAPE_CASE(diagonal(x[0], 5), any_value(2, 3)),
        XTAPE_CASE(diagonal(diag(x[0], 1), 1), any_value(3))}},
      {"diag",
       "diagonals",
       "a vector as the diagonal of a matrix, or the diagonal of a matrix",
       {XTAPE_CASE(diag(x[0]), any_value(3)), XTAPE_CASE(diag(x[0], -2), any_value(2)),
        XTAPE_CASE(diag(x[0], 1), any_value(2, 4)), XTAPE_CASE(diag(x[0], 1), any_value(0))}},
      {"trace",
       "diagonals",
       "sum along the diagonal",
       {XTAPE_CASE(trace(x[0]), any_value(3, 3)), XTAPE_CASE(trace(x[0], -1, 2, 0), any_value(3, 2, 3)),
        XTAPE_CASE(trace(x[0], 4), any_value(2, 3))}},
      {"tril",
       "diagonals",
       "zeros above the diagonal",
       {XTAPE_CASE(tril(x[0]), any_value(3, 4)), XTAPE_CASE(tril(x[0], -1), any_value(2, 3, 2)),
        XTAPE_CASE(tril(x[0], 9), any_value(2, 2)), XTAPE_CASE(tril(x[0]), any_value(0, 2))}},
      {"triu",
       "diagonals",
       "zeros below the diagonal",
       {XTAPE_CASE(triu(x[0]), any_value(4, 3)), XTAPE_CASE(triu(x[0], 2), any_value(2, 2, 4)),
        XTAPE_CASE(triu(x[0], -9), any_value(2, 2))}},
  };
}

}  // namespace xtape
