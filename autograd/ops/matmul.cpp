#include <autograd/kernels/batches.hpp>
#include <autograd/kernels/gemm.hpp>
#include <autograd/ops/einsum.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/matmul.hpp>
#include <autograd/ops/matrices.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/reduce.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/record.hpp>

#include <numeric>

namespace xtape {

namespace {

// Whether BLAS can read the last two axes in place: one of them contiguous, the other with a stride that covers it.
bool readable_by_blas(const Tensor& x) {
  const auto rows = static_cast<std::ptrdiff_t>(x.shape(-2)), columns = static_cast<std::ptrdiff_t>(x.shape(-1));
  const std::ptrdiff_t row_step = x.strides()[x.dimension() - 2], column_step = x.strides()[x.dimension() - 1];
  return (column_step == 1 && row_step >= std::max<std::ptrdiff_t>(columns, 1)) ||
         (row_step == 1 && column_step >= std::max<std::ptrdiff_t>(rows, 1));
}

template <class T>
kernels::Matrix<T> matrix_at(const Tensor& x, std::ptrdiff_t offset) {
  const auto rows = static_cast<std::ptrdiff_t>(x.shape(-2)), columns = static_cast<std::ptrdiff_t>(x.shape(-1));
  const std::ptrdiff_t row_step = x.strides()[x.dimension() - 2], column_step = x.strides()[x.dimension() - 1];
  const auto* data = static_cast<const T*>(x.raw_data()) + offset;
  const bool by_rows = column_step == 1 && row_step >= std::max<std::ptrdiff_t>(columns, 1);
  if (by_rows) return {data, row_step, false};
  return {data, std::max(column_step, std::max<std::ptrdiff_t>(rows, 1)), true};
}

// (..., m, k) x (..., k, n) for operands of one floating dtype and at least two axes.
Tensor multiply_matrices(const Tensor& left, const Tensor& right) {
  const Tensor a = readable_by_blas(left) ? left : left.contiguous();
  const Tensor b = readable_by_blas(right) ? right : right.contiguous();
  std::size_t m = a.shape(-2);
  const std::size_t k = a.shape(-1), n = b.shape(-1);
  const Shape batches = broadcast_shapes(batch_shape(a), batch_shape(b), "matmul");
  Tensor result = Tensor::uninitialized(shape_of_batch(batches, m, n), a.dtype());

  // One matrix for all batches on the right: the batches on the left are simply more rows.
  std::size_t count = element_count(batches);
  const bool merged = b.dimension() == 2 && a.is_contiguous() && count > 0;
  if (merged) {
    m *= count;
    count = 1;
  }
  profile::count_flops(2 * count * m * n * k);
  const Strides a_steps = broadcast_strides(batch_shape(a), a.strides(), batches);
  const Strides b_steps = broadcast_strides(batch_shape(b), b.strides(), batches);
  visit_floating(a.dtype(), [&]<class T>(TypeTag<T>) {
    auto* c = static_cast<T*>(result.mutable_data());
    kernels::for_each_matrix(count, m * n * k, [&](std::size_t i) {
      // The stride of an axis of size 1 says nothing about the rows that were merged.
      const kernels::Matrix<T> left_matrix =
          merged ? kernels::Matrix<T>{a.data<T>(), static_cast<std::ptrdiff_t>(std::max<std::size_t>(k, 1)), false}
                 : matrix_at<T>(a, batch_offset(i, batches, a_steps));
      kernels::gemm<T>(m, n, k, left_matrix, matrix_at<T>(b, batch_offset(i, batches, b_steps)), c + i * m * n);
    });
  });
  return result;
}

Tensor transposed(const Tensor& x) { return swapaxes(x, -1, -2); }

// The gradient of a weight shared by all batches: the batches are more rows of one product.
Tensor rows_of(const Tensor& x) { return reshape(x, Shape{element_count(batch_shape(x)) * x.shape(-2), x.shape(-1)}); }

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b) {
  if (a.dimension() == 0 || b.dimension() == 0 || a.shape(-1) != b.shape(b.dimension() == 1 ? -1 : -2)) {
    throw ShapeError("matmul: shapes " + to_string(a.shape()) + " and " + to_string(b.shape()) +
                     " do not fit: the last size of the first must equal the last but one of the second "
                     "(the only one of a vector)");
  }
  const DType dtype = as_floating(promote(a.dtype(), b.dtype()));
  if (a.dtype() != dtype || b.dtype() != dtype) return matmul(astype(a, dtype), astype(b, dtype));
  if (a.dimension() == 1) return squeeze(matmul(expand_dims(a, 0), b), b.dimension() == 1 ? Axes{-1} : Axes{-2});
  if (b.dimension() == 1) return squeeze(matmul(a, expand_dims(b, 1)), {-1});

  const profile::Op profiled("matmul", a, b);
  return record("matmul", multiply_matrices(a, b),
                From{a, [b = save(b)](const Tensor& g) { return matmul(g, transposed(b.get())); }},
                From{b, [a = save(a), shared = b.dimension() == 2](const Tensor& g) {
                       if (shared && g.dimension() > 2) return matmul(transposed(rows_of(a.get())), rows_of(g));
                       return matmul(transposed(a.get()), g);
                     }});
}

namespace {

// All vectors along the last axis as the rows of one matrix.
Tensor as_rows(const Tensor& x) {
  const std::size_t rows = element_count(Shape(x.shape().begin(), x.shape().end() - 1));
  return reshape(x, Shape{rows, x.shape(-1)});
}

// x weight^T + bias.
Tensor multiply_with_bias(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const auto readable = [](const Tensor& matrix) { return readable_by_blas(matrix) ? matrix : matrix.contiguous(); };
  const Tensor a = readable(as_rows(x.detach())), b = readable(weight.detach()), shift = bias.detach().contiguous();
  const std::size_t m = a.shape(0), n = b.shape(0), k = a.shape(1);
  profile::count_flops(2 * m * n * k);
  Shape shape = x.shape();
  shape.back() = n;
  Tensor result = Tensor::uninitialized(shape, x.dtype());
  visit_floating(result.dtype(), [&]<class T>(TypeTag<T>) {
    kernels::Matrix<T> turned = matrix_at<T>(b, 0);
    turned.transposed = !turned.transposed;
    kernels::gemm_with_bias<T>(m, n, k, matrix_at<T>(a, 0), turned, shift.data<T>(),
                               static_cast<T*>(result.mutable_data()));
  });
  return result;
}

}  // namespace

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  if (weight.dimension() != 2 || x.dimension() == 0 || x.shape(-1) != weight.shape(1)) {
    throw ShapeError("linear: an input of shape " + to_string(x.shape()) + " does not fit a weight of shape " +
                     to_string(weight.shape()) + ": the input's last size must be the weight's second");
  }
  if (bias.defined() && bias.shape() != Shape{weight.shape(0)}) {
    throw ShapeError("linear: a bias of shape " + to_string(bias.shape()) + " for a weight of shape " +
                     to_string(weight.shape()) + "; it must be " + to_string(Shape{weight.shape(0)}));
  }
  if (!bias.defined()) return matmul(x, transpose(weight));
  const DType dtype = as_floating(promote(promote(x.dtype(), weight.dtype()), bias.dtype()));
  if (x.dtype() != dtype || weight.dtype() != dtype || bias.dtype() != dtype) {
    return linear(astype(x, dtype), astype(weight, dtype), astype(bias, dtype));
  }
  const profile::Op profiled("linear", x, weight, bias);
  return record(
      "linear", multiply_with_bias(x, weight, bias),
      From{x, [weight = save(weight)](const Tensor& g) { return matmul(g, weight.get()); }},
      From{weight, [x = save(x)](const Tensor& g) { return matmul(transpose(as_rows(g)), as_rows(x.get())); }},
      From{bias, [](const Tensor& g) { return g; }});
}

Tensor bilinear(const Tensor& x, const Tensor& y, const Tensor& weight, const Tensor& bias) {
  if (weight.dimension() != 3 || x.dimension() == 0 || y.dimension() == 0 || x.shape(-1) != weight.shape(1) ||
      y.shape(-1) != weight.shape(2)) {
    throw ShapeError("bilinear: inputs of shapes " + to_string(x.shape()) + " and " + to_string(y.shape()) +
                     " do not fit a weight of shape " + to_string(weight.shape()) +
                     ": their last sizes must be the weight's second and third");
  }
  if (bias.defined() && bias.shape() != Shape{weight.shape(0)}) {
    throw ShapeError("bilinear: a bias of shape " + to_string(bias.shape()) + " for a weight of shape " +
                     to_string(weight.shape()) + "; it must be " + to_string(Shape{weight.shape(0)}));
  }
  const Tensor product = einsum("...i,oij,...j->...o", {x, weight, y});
  return bias.defined() ? product + bias : product;
}

// --- sums over other axes

Tensor dot(const Tensor& a, const Tensor& b) {
  if (a.dimension() == 0 || b.dimension() == 0) return a * b;
  const std::ptrdiff_t axis = b.dimension() == 1 ? -1 : -2;
  if (a.shape(-1) != b.shape(axis)) {
    throw ShapeError("dot: shapes " + to_string(a.shape()) + " and " + to_string(b.shape()) +
                     " do not fit: the last size of the first must equal the last but one of the second "
                     "(the only one of a vector)");
  }
  return b.dimension() <= 2 ? matmul(a, b) : tensordot(a, b, {-1}, {axis});
}

Tensor vdot(const Tensor& a, const Tensor& b) {
  if (a.size() != b.size()) {
    throw ShapeError("vdot: shapes " + to_string(a.shape()) + " and " + to_string(b.shape()) + " have " +
                     std::to_string(a.size()) + " and " + std::to_string(b.size()) + " elements, not equally many");
  }
  return matmul(flatten(a), flatten(b));
}

Tensor outer(const Tensor& a, const Tensor& b) { return expand_dims(flatten(a), 1) * flatten(b); }

namespace {

// The axes of a tensor that a product sums over and those that it keeps, and their sizes.
struct SplitAxes {
  std::vector<std::ptrdiff_t> summed, kept;
  Shape kept_shape;

  SplitAxes(const Tensor& x, const Axes& axes) {
    const std::vector<bool> named = axes.mask(x.dimension(), "tensordot");
    for (std::ptrdiff_t axis : axes.values()) {
      summed.push_back(static_cast<std::ptrdiff_t>(normalize_axis(axis, x.dimension(), "tensordot")));
    }
    for (std::size_t axis = 0; axis < x.dimension(); ++axis) {
      if (named[axis]) continue;
      kept.push_back(static_cast<std::ptrdiff_t>(axis));
      kept_shape.push_back(x.shape()[axis]);
    }
  }
};

// Axes in the order `first`, `second`, each group merged into one.
Tensor as_matrix(const Tensor& x, std::vector<std::ptrdiff_t> first, const std::vector<std::ptrdiff_t>& second) {
  Shape shape{1, 1};
  for (std::ptrdiff_t axis : first) shape[0] *= x.shape(axis);
  for (std::ptrdiff_t axis : second) shape[1] *= x.shape(axis);
  first.insert(first.end(), second.begin(), second.end());
  return reshape(transpose(x, first), shape);
}

std::vector<std::ptrdiff_t> axes_from(std::size_t first, std::size_t count) {
  std::vector<std::ptrdiff_t> axes(count);
  std::iota(axes.begin(), axes.end(), static_cast<std::ptrdiff_t>(first));
  return axes;
}

void require_matrices(const char* op, std::size_t dimension, const Tensor& a, const Tensor& b) {
  if (a.dimension() == dimension && b.dimension() == dimension) return;
  throw ShapeError(std::string(op) + ": shapes " + to_string(a.shape()) + " and " + to_string(b.shape()) +
                   "; both factors must have " + std::to_string(dimension) + " axes");
}

Tensor add_product(const Tensor& input, const Tensor& product, ProductScale scale, const char* op) {
  if (!broadcasts_to(input.shape(), product.shape())) {
    throw ShapeError(std::string(op) + ": an input of shape " + to_string(input.shape()) +
                     " does not broadcast to the product's shape " + to_string(product.shape()));
  }
  const Tensor scaled = scale.alpha == 1.0 ? product : product * scale.alpha;
  if (scale.beta == 0.0) return scaled;
  return (scale.beta == 1.0 ? input : input * scale.beta) + scaled;
}

}  // namespace

Tensor tensordot(const Tensor& a, const Tensor& b, std::size_t count) {
  if (count > a.dimension() || count > b.dimension()) {
    throw ShapeError("tensordot: " + std::to_string(count) + " axes to sum over, for shapes " + to_string(a.shape()) +
                     " and " + to_string(b.shape()));
  }
  return tensordot(a, b, axes_from(a.dimension() - count, count), axes_from(0, count));
}

Tensor tensordot(const Tensor& a, const Tensor& b, const Axes& a_axes, const Axes& b_axes) {
  const SplitAxes left(a, a_axes), right(b, b_axes);
  bool fits = left.summed.size() == right.summed.size();
  for (std::size_t i = 0; fits && i < left.summed.size(); ++i) {
    fits = a.shape(left.summed[i]) == b.shape(right.summed[i]);
  }
  if (!fits) {
    const auto sizes = [](const Tensor& x, const SplitAxes& axes) {
      Shape shape;
      for (std::ptrdiff_t axis : axes.summed) shape.push_back(x.shape(axis));
      return to_string(shape);
    };
    throw ShapeError("tensordot: the axes to sum over have the sizes " + sizes(a, left) + " in the first, shape " +
                     to_string(a.shape()) + ", and " + sizes(b, right) + " in the second, shape " +
                     to_string(b.shape()) + "; they must be equal");
  }
  Shape shape = left.kept_shape;
  for (std::size_t size : right.kept_shape) shape.push_back(size);
  return reshape(matmul(as_matrix(a, left.kept, left.summed), as_matrix(b, right.summed, right.kept)), shape);
}

Tensor addmm(const Tensor& input, const Tensor& a, const Tensor& b, ProductScale scale) {
  require_matrices("addmm", 2, a, b);
  return add_product(input, matmul(a, b), scale, "addmm");
}

Tensor baddbmm(const Tensor& input, const Tensor& a, const Tensor& b, ProductScale scale) {
  require_matrices("baddbmm", 3, a, b);
  return add_product(input, matmul(a, b), scale, "baddbmm");
}

std::vector<OpEntry> matmul_ops() {
  return {
      {"matmul",
       "linear algebra",
       "matrix product; leading axes are batches and broadcast",
       {XTAPE_CASE(matmul(x[0], x[1]), any_value(2, 3), any_value(3, 4)),
        XTAPE_CASE(matmul(x[0], x[1]), any_value(3, 3), any_value(3, 3)),
        XTAPE_CASE(matmul(x[0], x[1]), any_value(2, 3, 4), any_value(2, 4, 5)),
        XTAPE_CASE(matmul(x[0], x[1]), any_value(2, 3, 4), any_value(4, 5)),
        XTAPE_CASE(matmul(x[0], x[1]), any_value(3, 4), any_value(2, 4, 5)),
        XTAPE_CASE(matmul(x[0], x[1]), any_value(2, 1, 2, 3), any_value(3, 3, 2)),
        XTAPE_CASE(matmul(x[0], x[1]), any_value(3), any_value(3)),
        XTAPE_CASE(matmul(x[0], x[1]), any_value(2, 3), any_value(3)),
        XTAPE_CASE(matmul(x[0], x[1]), any_value(3), any_value(2, 3, 2)),
        XTAPE_CASE(matmul(x[0], x[1]), any_value(2, 0), any_value(0, 3)),
        XTAPE_CASE(matmul(x[0], x[1]), any_value(0, 2), any_value(2, 3)),
        XTAPE_CASE(matmul(x[0], x[1]), any_value(2, 2, 0), any_value(0, 3)),
        XTAPE_CASE(matmul(x[0], x[1]), any_value(1, 1), any_value(1, 1))},
       {},
       {},
       {"g b^T", "a^T g"}},
      {"linear",
       "linear algebra",
       "x W^T + b",
       {XTAPE_CASE(linear(x[0], x[1], x[2]), any_value(4, 3), any_value(2, 3), any_value(2)),
        XTAPE_CASE(linear(x[0], x[1]), any_value(2, 2, 3), any_value(4, 3)),
        XTAPE_CASE(linear(x[0], x[1], x[2]), any_value(3), any_value(2, 3), any_value(2))},
       {},
       {},
       {"g W", "g^T x", "g, summed over the rows"}},
      {"bilinear",
       "linear algebra",
       "x^T W y + b",
       {XTAPE_CASE(bilinear(x[0], x[1], x[2], x[3]), any_value(2, 3), any_value(2, 2), any_value(2, 3, 2),
                   any_value(2)),
        XTAPE_CASE(bilinear(x[0], x[1], x[2]), any_value(3), any_value(2, 2), any_value(2, 3, 2))}},
      {"dot",
       "linear algebra",
       "sum over the last axis of one and the last but one of the other, as NumPy's",
       {XTAPE_CASE(dot(x[0], x[1]), any_value(4), any_value(4)),
        XTAPE_CASE(dot(x[0], x[1]), any_value(2, 3), any_value(3, 2)),
        XTAPE_CASE(dot(x[0], x[1]), any_value(2, 3), any_value(2, 3, 2)),
        XTAPE_CASE(dot(x[0], x[1]), any_value(3), any_value(2, 3, 2)),
        XTAPE_CASE(dot(x[0], x[1]), any_value(), any_value(2, 3)),
        XTAPE_CASE(dot(x[0], x[1]), any_value(0), any_value(0))}},
      {"vdot",
       "linear algebra",
       "inner product of all elements",
       {XTAPE_CASE(vdot(x[0], x[1]), any_value(2, 3), any_value(3, 2)),
        XTAPE_CASE(vdot(x[0], x[1]), any_value(), any_value(1))}},
      {"outer",
       "linear algebra",
       "products of all pairs of elements",
       {XTAPE_CASE(outer(x[0], x[1]), any_value(3), any_value(4)),
        XTAPE_CASE(outer(x[0], x[1]), any_value(2, 2), any_value()),
        XTAPE_CASE(outer(x[0], x[1]), any_value(0), any_value(2))}},
      {"tensordot",
       "linear algebra",
       "sum over the last axes of one and the first of the other, or over named axes",
       {XTAPE_CASE(tensordot(x[0], x[1]), any_value(2, 3, 2), any_value(3, 2, 2)),
        XTAPE_CASE(tensordot(x[0], x[1], 1), any_value(2, 3), any_value(3, 2)),
        XTAPE_CASE(tensordot(x[0], x[1], 0), any_value(2), any_value(3, 2)),
        XTAPE_CASE(tensordot(x[0], x[1], {0, 2}, {-1, 0}), any_value(2, 3, 4), any_value(4, 2, 2)),
        XTAPE_CASE(tensordot(x[0], x[1], {0}, {1}), any_value(0, 3), any_value(2, 0))}},
      {"addmm",
       "linear algebra",
       "beta input + alpha a b",
       {XTAPE_CASE(addmm(x[0], x[1], x[2]), any_value(2), any_value(3, 4), any_value(4, 2)),
        XTAPE_CASE(addmm(x[0], x[1], x[2], {.beta = 0.5, .alpha = 2.0}), any_value(3, 2), any_value(3, 4),
                   any_value(4, 2))}},
      {"baddbmm",
       "linear algebra",
       "beta input + alpha a b for a batch",
       {XTAPE_CASE(baddbmm(x[0], x[1], x[2]), any_value(2, 3, 2), any_value(2, 3, 4), any_value(2, 4, 2)),
        XTAPE_CASE(baddbmm(x[0], x[1], x[2], {.beta = -1.5, .alpha = 0.5}), any_value(2), any_value(2, 2, 3),
                   any_value(2, 3, 2))}},
  };
}

}  // namespace xtape
