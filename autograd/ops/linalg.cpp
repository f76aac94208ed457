#include <autograd/factories.hpp>
#include <autograd/kernels/batches.hpp>
#include <autograd/kernels/lapack.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/linalg.hpp>
#include <autograd/ops/matmul.hpp>
#include <autograd/ops/matrices.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/record.hpp>

#include <memory>

namespace xtape {

namespace {

Tensor transposed(const Tensor& x) { return swapaxes(x, -1, -2); }

Tensor floating(const Tensor& x) { return astype(x, as_floating(x.dtype())); }

// Calls function(tag, i, data of matrix i) for the matrices of a contiguous tensor of a floating dtype.
template <class F>
void for_each_matrix_of(const Tensor& x, std::size_t work, const F& function) {
  const std::size_t elements = x.shape(-1) * x.shape(-2);
  visit_floating(x.dtype(), [&]<class T>(TypeTag<T>) {
    auto* data = static_cast<T*>(x.mutable_data());
    kernels::for_each_matrix(element_count(batch_shape(x)), work,
                             [&](std::size_t i) { function(TypeTag<T>{}, i, data + i * elements); });
  });
}

// 1 in the lower (upper) triangle and `diagonal` on the diagonal.
Tensor triangle(std::size_t n, bool upper, double diagonal, DType dtype) {
  const Tensor places = arange(static_cast<double>(n));
  const Tensor rows = expand_dims(places, 1);
  const Tensor strict = astype(upper ? rows < places : rows > places, dtype);
  return diagonal == 0.0 ? strict : strict + eye(n, {.dtype = dtype}) * diagonal;
}

// The equation a x = b in one floating dtype, with b as a matrix.
struct Equation {
  Tensor a, b;
  bool is_vector;

  Equation(const char* op, const Tensor& matrix, const Tensor& right) : is_vector(right.dimension() == 1) {
    require_square(op, matrix);
    if (right.dimension() == 0 || matrix.shape(-1) != right.shape(is_vector ? -1 : -2)) {
      throw ShapeError(std::string(op) + ": a right-hand side of shape " + to_string(right.shape()) +
                       " does not fit matrices of shape " + to_string(matrix.shape()) + "; it must be (" +
                       std::to_string(matrix.shape(-1)) + ",) or (..., " + std::to_string(matrix.shape(-1)) + ", k)");
    }
    const DType dtype = as_floating(promote(matrix.dtype(), right.dtype()));
    a = astype(matrix, dtype);
    b = astype(is_vector ? expand_dims(right, 1) : right, dtype);
  }
  Tensor in_shape_asked(const Tensor& x) const { return is_vector ? squeeze(x, {-1}) : x; }
};

// --- solve

Tensor run_solve(const LuFactors& lu, const Tensor& b, bool of_transpose) {
  const std::size_t n = b.shape(-2), k = b.shape(-1);
  const Shape own = batch_shape(lu.factors), batches = broadcast_shapes(own, batch_shape(b), "solve");
  const Strides steps = broadcast_strides(own, contiguous_strides(own), batches);
  // The kernel takes right-hand sides as rows.
  const Tensor rows = broadcast_to(transposed(b), shape_of_batch(batches, k, n)).clone();
  // One matrix for all right-hand sides: they are simply more of them.
  const bool one = lu.count() == 1 && rows.size() > 0;
  const Tensor vectors = one ? reshape(rows, {-1, n}) : rows;
  for_each_matrix_of(vectors, n * n * k, [&]<class T>(TypeTag<T>, std::size_t i, T* data) {
    const auto matrix = one ? 0 : static_cast<std::size_t>(batch_offset(i, batches, steps));
    kernels::lu_solve(of_transpose, n, vectors.shape(-2), static_cast<const T*>(lu.factors.raw_data()) + matrix * n * n,
                      lu.pivots.data() + matrix * n, data);
  });
  return transposed(rows).contiguous();
}

// The sum of u v^T over the columns of `u` and `v`: in every batch, or where `shared` over all of them.
Tensor sum_of_outer(const Tensor& u, const Tensor& v, bool shared) {
  if (!shared || u.dimension() == 2) return matmul(u, transposed(v));
  const Shape rows{element_count(batch_shape(u)) * u.shape(-1), u.shape(-2)};
  return matmul(transposed(reshape(transposed(u), rows)), reshape(transposed(v), rows));
}

// Solves a x = b, or a^T x = b, with the factors of `a` at hand; the rules solve with the same factors.
Tensor solve_factored(const Tensor& a, const std::shared_ptr<const LuFactors>& lu, const Tensor& b, bool of_transpose) {
  const profile::Op profiled("solve", a, b);
  return record(
      "solve", run_solve(*lu, b.detach(), of_transpose),
      From{a,
           [a = save(a), lu, of_transpose](const Tensor& g, const Tensor& x) {
             const Tensor b_gradient = solve_factored(a.get(), lu, g, !of_transpose);
             const bool shared = a.get().dimension() == 2;
             return -(of_transpose ? sum_of_outer(x, b_gradient, shared) : sum_of_outer(b_gradient, x, shared));
           }},
      From{b,
           [a = save(a), lu, of_transpose](const Tensor& g) { return solve_factored(a.get(), lu, g, !of_transpose); }});
}

void require_diagonal(const Tensor& a) {
  const std::size_t n = a.shape(-1);
  visit_dtype(a.dtype(), [&]<class T>(TypeTag<T>) {
    const auto* data = static_cast<const T*>(a.raw_data());
    for (std::size_t i = 0; i < a.size(); i += n * n) {
      for (std::size_t row = 0; row < n; ++row) {
        if (data[i + row * n + row] != T(0)) continue;
        throw LinalgError("solve_triangular: " + matrix_name(i / (n * n), a.shape()) + " is singular: element (" +
                          std::to_string(row) + ", " + std::to_string(row) + ") of its diagonal is zero");
      }
    }
  });
}

Tensor run_solve_triangular(const Tensor& matrices, const Tensor& b, Triangular triangular) {
  const Tensor a = matrices.contiguous();
  if (!triangular.unitriangular) require_diagonal(a);
  const std::size_t n = b.shape(-2), k = b.shape(-1);
  const Shape own = batch_shape(a), batches = broadcast_shapes(own, batch_shape(b), "solve_triangular");
  const Strides steps = broadcast_strides(own, contiguous_strides(own), batches);
  const Tensor x = broadcast_to(b, shape_of_batch(batches, n, k)).clone();
  for_each_matrix_of(x, n * n * k, [&]<class T>(TypeTag<T>, std::size_t i, T* data) {
    const auto matrix = static_cast<std::size_t>(batch_offset(i, batches, steps));
    kernels::solve_triangular(triangular.upper, triangular.unitriangular, n, k,
                              static_cast<const T*>(a.raw_data()) + matrix * n * n, data);
  });
  return x;
}

}  // namespace

Tensor inverse(const Tensor& given) {
  require_square("inverse", given);
  const Tensor a = floating(given);
  const profile::Op profiled("inverse", a);
  LuFactors lu(a);
  lu.require_regular("inverse");
  const std::size_t n = a.shape(-1);
  for_each_matrix_of(lu.factors, n * n * n, [&]<class T>(TypeTag<T>, std::size_t i, T* data) {
    kernels::lu_invert(n, data, lu.pivots.data() + i * n);
  });
  return record("inverse", lu.factors, From{a, [](const Tensor& g, const Tensor& y) {
                                              const Tensor t = transposed(y);
                                              return -matmul(matmul(t, g), t);
                                            }});
}

Tensor solve(const Tensor& matrix, const Tensor& right) {
  const Equation equation("solve", matrix, right);
  auto lu = std::make_shared<LuFactors>(equation.a);
  lu->require_regular("solve");
  return equation.in_shape_asked(solve_factored(equation.a, std::move(lu), equation.b, false));
}

Tensor solve_triangular(const Tensor& matrix, const Tensor& right, Triangular triangular) {
  const Equation equation("solve_triangular", matrix, right);
  const auto with_transpose = [triangular](const Saved& a, const Tensor& g) {
    return solve_triangular(transposed(a.get()), g, {!triangular.upper, triangular.unitriangular});
  };
  const profile::Op profiled("solve_triangular", equation.a, equation.b);
  const Tensor x = record(
      "solve_triangular", run_solve_triangular(equation.a.detach(), equation.b.detach(), triangular),
      From{equation.a,
           [a = save(equation.a), triangular, with_transpose](const Tensor& g, const Tensor& y) {
             const Tensor mask =
                 triangle(y.shape(-2), triangular.upper, triangular.unitriangular ? 0.0 : 1.0, y.dtype());
             return -matmul(with_transpose(a, g), transposed(y)) * mask;
           }},
      From{equation.b, [a = save(equation.a), with_transpose](const Tensor& g) { return with_transpose(a, g); }});
  return equation.in_shape_asked(x);
}

Tensor cholesky(const Tensor& given) {
  require_square("cholesky", given);
  const Tensor a = floating(given);
  const profile::Op profiled("cholesky", a);
  const Tensor result = a.detach().clone();
  const std::size_t n = a.shape(-1);
  std::vector<std::size_t> minors(element_count(batch_shape(a)));
  for_each_matrix_of(result, n * n * n / 6,
                     [&]<class T>(TypeTag<T>, std::size_t i, T* data) { minors[i] = kernels::cholesky(n, data); });
  for (std::size_t i = 0; i < minors.size(); ++i) {
    if (minors[i] == 0) continue;
    throw LinalgError("cholesky: " + matrix_name(i, a.shape()) +
                      " is not positive definite: its leading minor of order " + std::to_string(minors[i]) +
                      " is not positive");
  }
  // With P the lower triangle of L^T g, its diagonal halved: the symmetric part of L^-T P L^-1.
  return record("cholesky", result, From{a, [](const Tensor& g, const Tensor& y) {
                                           const Tensor t = transposed(y);
                                           const Tensor p = matmul(t, g) * triangle(y.shape(-1), false, 0.5, y.dtype());
                                           const Tensor left = solve_triangular(t, p, {.upper = true});
                                           const Tensor both = solve_triangular(t, transposed(left), {.upper = true});
                                           return (both + transposed(both)) * 0.5;
                                         }});
}

Tensor matrix_power(const Tensor& given, std::int64_t exponent) {
  require_square("matrix_power", given);
  const Tensor a = floating(given);
  if (exponent == 0) return broadcast_to(eye(a.shape(-1), {.dtype = a.dtype()}), a.shape()).clone();
  Tensor square = exponent < 0 ? inverse(a) : a, power;
  for (std::uint64_t left = exponent < 0 ? -static_cast<std::uint64_t>(exponent) : static_cast<std::uint64_t>(exponent);
       ;) {
    if (left & 1u) power = power.defined() ? matmul(power, square) : square;
    left >>= 1u;
    if (left == 0) return power;
    square = matmul(square, square);
  }
}

namespace {

// Well-conditioned matrices for the cases, from any values: with a large diagonal, and positive definite ones.
Tensor regular(const Tensor& x) { return x + 8.0 * eye(x.shape(-1)); }
Tensor definite(const Tensor& x) { return matmul(x, transposed(x)) + 3.0 * eye(x.shape(-2)); }

}  // namespace

std::vector<OpEntry> linalg_ops() {
  return {
      {"inverse",
       "linear algebra",
       "inverse of every matrix",
       {XTAPE_CASE(inverse(regular(x[0])), any_value(3, 3)), XTAPE_CASE(inverse(regular(x[0])), any_value(2, 2, 2)),
        XTAPE_CASE(inverse(x[0]), positive(1, 1)), XTAPE_CASE(inverse(x[0]), any_value(2, 0, 0))},
       {},
       {},
       {"-y^T g y^T"}},
      {"solve",
       "linear algebra",
       "the x with a x = b",
       {XTAPE_CASE(solve(regular(x[0]), x[1]), any_value(3, 3), any_value(3, 2)),
        XTAPE_CASE(solve(regular(x[0]), x[1]), any_value(3, 3), any_value(3)),
        XTAPE_CASE(solve(regular(x[0]), x[1]), any_value(2, 2, 2), any_value(2, 2, 1)),
        XTAPE_CASE(solve(regular(x[0]), x[1]), any_value(2, 2, 2), any_value(2)),
        XTAPE_CASE(solve(regular(x[0]), x[1]), any_value(2, 2), any_value(3, 2, 2)),
        XTAPE_CASE(solve(regular(x[0]), x[1]), any_value(2, 1, 2, 2), any_value(3, 2, 1)),
        XTAPE_CASE(solve(regular(x[0]), x[1]), any_value(0, 0), any_value(0, 2))}},
      {"solve_triangular",
       "linear algebra",
       "the x with a x = b for triangular a",
       {XTAPE_CASE(solve_triangular(regular(x[0]), x[1]), any_value(3, 3), any_value(3, 2)),
        XTAPE_CASE(solve_triangular(regular(x[0]), x[1], {.upper = true}), any_value(2, 3, 3), any_value(3)),
        XTAPE_CASE(solve_triangular(x[0], x[1], {.unitriangular = true}), any_value(3, 3), any_value(2, 3, 1)),
        XTAPE_CASE(solve_triangular(x[0], x[1], {.upper = true, .unitriangular = true}), any_value(2, 2),
                   any_value(2, 2))}},
      {"cholesky",
       "linear algebra",
       "the lower triangular L with L L^T = a",
       {XTAPE_CASE(cholesky(definite(x[0])), any_value(3, 3)), XTAPE_CASE(cholesky(definite(x[0])), any_value(2, 2, 3)),
        XTAPE_CASE(cholesky(x[0]), positive(1, 1)), XTAPE_CASE(cholesky(x[0]), any_value(0, 0))}},
      {"matrix_power",
       "linear algebra",
       "product of equal factors",
       {XTAPE_CASE(matrix_power(x[0], 1), any_value(2, 2)), XTAPE_CASE(matrix_power(x[0], 5), positive(2, 2)),
        XTAPE_CASE(matrix_power(regular(x[0]), -2), any_value(2, 2, 2))}},
  };
}

}  // namespace xtape
