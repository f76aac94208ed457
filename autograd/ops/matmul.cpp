#include <autograd/kernels/batches.hpp>
#include <autograd/kernels/gemm.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/matmul.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/reduce.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/record.hpp>

namespace xtape {

namespace {

Shape batch_shape(const Tensor& x) { return Shape(x.shape().begin(), x.shape().end() - 2); }

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

// The offset of batch number `index` in elements.
std::ptrdiff_t batch_offset(std::size_t index, const Shape& batches, const Strides& strides) {
  std::ptrdiff_t offset = 0;
  for (std::size_t axis = batches.size(); axis-- > 0;) {
    offset += static_cast<std::ptrdiff_t>(index % batches[axis]) * strides[axis];
    index /= batches[axis];
  }
  return offset;
}

// (..., m, k) x (..., k, n) for operands of one floating dtype and at least two axes.
Tensor multiply_matrices(const Tensor& left, const Tensor& right) {
  const Tensor a = readable_by_blas(left) ? left : left.contiguous();
  const Tensor b = readable_by_blas(right) ? right : right.contiguous();
  std::size_t m = a.shape(-2);
  const std::size_t k = a.shape(-1), n = b.shape(-1);
  const Shape batches = broadcast_shapes(batch_shape(a), batch_shape(b), "matmul");
  Shape shape = batches;
  shape.push_back(m);
  shape.push_back(n);
  Tensor result = Tensor::uninitialized(shape, a.dtype());

  // One matrix for all batches on the right: the batches on the left are simply more rows.
  std::size_t count = element_count(batches);
  if (b.dimension() == 2 && a.is_contiguous() && count > 0) {
    m *= count;
    count = 1;
  }
  const Strides a_steps = broadcast_strides(batch_shape(a), a.strides(), batches);
  const Strides b_steps = broadcast_strides(batch_shape(b), b.strides(), batches);
  visit_dtype(a.dtype(), [&]<class T>(TypeTag<T>) {
    if constexpr (std::is_floating_point_v<T>) {
      auto* c = static_cast<T*>(result.mutable_data());
      kernels::for_each_matrix(count, m * n * k, [&](std::size_t i) {
        kernels::gemm<T>(m, n, k, matrix_at<T>(a, batch_offset(i, batches, a_steps)),
                         matrix_at<T>(b, batch_offset(i, batches, b_steps)), c + i * m * n);
      });
    }
  });
  return result;
}

Tensor transposed(const Tensor& x) { return swapaxes(x, -1, -2); }

// The gradient of a weight shared by all batches: the batches are more rows of one product.
Tensor rows_of(const Tensor& x) { return reshape(x, {-1, x.shape(-1)}); }

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

  return record("matmul", multiply_matrices(a, b),
                From{a, [b = save(b)](const Tensor& g) { return matmul(g, transposed(b.get())); }},
                From{b, [a = save(a), shared = b.dimension() == 2](const Tensor& g) {
                       if (shared && g.dimension() > 2) return matmul(transposed(rows_of(a.get())), rows_of(g));
                       return matmul(transposed(a.get()), g);
                     }});
}

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  if (weight.dimension() != 2 || x.dimension() == 0 || x.shape(-1) != weight.shape(1)) {
    throw ShapeError("linear: an input of shape " + to_string(x.shape()) + " does not fit a weight of shape " +
                     to_string(weight.shape()) + ": the input's last size must be the weight's second");
  }
  if (bias.defined() && bias.shape() != Shape{weight.shape(0)}) {
    throw ShapeError("linear: a bias of shape " + to_string(bias.shape()) + " for a weight of shape " +
                     to_string(weight.shape()) + "; it must be " + to_string(Shape{weight.shape(0)}));
  }
  const Tensor product = matmul(x, transpose(weight));
  return bias.defined() ? product + bias : product;
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
        XTAPE_CASE(matmul(x[0], x[1]), any_value(1, 1), any_value(1, 1))}},
      {"linear",
       "linear algebra",
       "x W^T + b",
       {XTAPE_CASE(linear(x[0], x[1], x[2]), any_value(4, 3), any_value(2, 3), any_value(2)),
        XTAPE_CASE(linear(x[0], x[1]), any_value(2, 2, 3), any_value(4, 3)),
        XTAPE_CASE(linear(x[0], x[1], x[2]), any_value(3), any_value(2, 3), any_value(2))}},
  };
}

}  // namespace xtape
