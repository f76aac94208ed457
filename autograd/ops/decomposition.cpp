#include <autograd/factories.hpp>
#include <autograd/kernels/batches.hpp>
#include <autograd/kernels/lapack.hpp>
#include <autograd/ops/decomposition.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/linalg.hpp>
#include <autograd/ops/matmul.hpp>
#include <autograd/ops/matrices.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/reduce.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/ops/slice.hpp>
#include <autograd/record.hpp>

namespace xtape {

namespace {

Tensor transposed(const Tensor& x) { return swapaxes(x, -1, -2); }

Tensor floating(const Tensor& x) { return astype(x, as_floating(x.dtype())); }

// Calls function(tag, i), which returns whether it converged, for matrix i of `x`.
template <class F>
void decompose_each(const char* op, const Tensor& x, const F& function) {
  const std::size_t m = x.shape(-2), n = x.shape(-1);
  std::vector<char> converged(element_count(batch_shape(x)));
  visit_floating(x.dtype(), [&]<class T>(TypeTag<T>) {
    kernels::for_each_matrix(converged.size(), 4 * m * n * std::min(m, n),
                             [&](std::size_t i) { converged[i] = function(TypeTag<T>{}, i); });
  });
  for (std::size_t i = 0; i < converged.size(); ++i) {
    if (converged[i]) continue;
    throw LinalgError(std::string(op) + ": the iteration did not converge for " + matrix_name(i, x.shape()) +
                      "; has it a nan or an infinity?");
  }
}

template <class T>
T* matrix_of(const Tensor& x, std::size_t i) {
  return static_cast<T*>(x.mutable_data()) + i * x.shape(-1) * x.shape(-2);
}
template <class T>
T* vector_of(const Tensor& x, std::size_t i) {
  return static_cast<T*>(x.mutable_data()) + i * x.shape(-1);
}

Shape with_size(Shape shape, std::size_t size) {
  shape.push_back(size);
  return shape;
}

// 1 in the lower triangle under the diagonal.
Tensor strictly_lower(std::size_t n, DType dtype) {
  const Tensor places = arange(static_cast<double>(n));
  return astype(expand_dims(places, 1) > places, dtype);
}

// 1 / (x_j - x_i), and 0 on the diagonal.
Tensor reciprocal_differences(const Tensor& x) {
  const Tensor differences = expand_dims(x, -2) - expand_dims(x, -1);
  const Tensor identity = eye(x.shape(-1), {.dtype = x.dtype()});
  return 1.0 / (differences + identity) - identity;
}

Tensor symmetric_part(const Tensor& x) { return (x + transposed(x)) * 0.5; }

// --- eigh

// The symmetric matrix whose lower triangle `a` has.
Tensor from_lower_triangle(const Tensor& a) {
  const std::size_t n = a.shape(-1);
  const Tensor lower = a * strictly_lower(n, a.dtype());
  return lower + transposed(lower) + a * eye(n, {.dtype = a.dtype()});
}

Tensor eigenvectors_with_rule(const Tensor& a, const Tensor& vectors) {
  return record("eigh", vectors, From{a, [a = save(a)](const Tensor& g, const Tensor& v) {
                                        // The eigenvalues as a function of what can be differentiated.
                                        const Tensor w = sum(v * matmul(from_lower_triangle(a.get()), v), {-2});
                                        const Tensor turned = reciprocal_differences(w) * matmul(transposed(v), g);
                                        return symmetric_part(matmul(v, matmul(turned, transposed(v))));
                                      }});
}

// --- svd

// The gradient of `a` from that of its left singular vectors alone. Singular values and right vectors are computed from
// `a` and `u`, so that the rule can be differentiated, and serves the right vectors with everything transposed.
Tensor left_vectors_rule(const Tensor& a, const Tensor& u, const Tensor& g) {
  const Tensor projected = matmul(transposed(u), a);  // diag(s) vh
  const Tensor squares = sum(square(projected), {-1});
  const Tensor inner = matmul(transposed(u), g);
  const Tensor turned = reciprocal_differences(squares) * (inner - transposed(inner));
  const Tensor outside = (g - matmul(u, inner)) / expand_dims(squares, -2);
  return matmul(matmul(u, turned) + outside, projected);
}

}  // namespace

EighResult eigh(const Tensor& given) {
  require_square("eigh", given);
  const Tensor a = floating(given);
  const profile::Op profiled("eigh", a);
  const Tensor rows = a.detach().clone();
  const Tensor values = Tensor::uninitialized(with_size(batch_shape(a), a.shape(-1)), a.dtype());
  decompose_each("eigh", rows, [&]<class T>(TypeTag<T>, std::size_t i) {
    return kernels::symmetric_eigen(a.shape(-1), matrix_of<T>(rows, i), vector_of<T>(values, i));
  });
  const Tensor vectors = eigenvectors_with_rule(a, transposed(rows).contiguous());
  return {record("eigh", values,
                 From{a, [v = save(vectors)](
                             const Tensor& g) { return matmul(v.get() * expand_dims(g, -2), transposed(v.get())); }}),
          vectors};
}

namespace {

// The orthonormal factor of a matrix with at least as many rows as columns.
Tensor orthonormal(const Tensor& a) {
  const profile::Op profiled("qr", a);
  const Tensor q = a.detach().clone();
  decompose_each("qr", q, [&]<class T>(TypeTag<T>, std::size_t i) {
    kernels::orthonormal_columns(q.shape(-2), q.shape(-1), matrix_of<T>(q, i));
    return true;
  });
  return record("qr", q, From{a, [a = save(a)](const Tensor& g, const Tensor& y) {
                                const Tensor r = matmul(transposed(y), a.get());
                                const Tensor m = matmul(transposed(g), y);
                                const Tensor lower = m * strictly_lower(m.shape(-1), m.dtype());
                                const Tensor both =
                                    lower + transposed(lower) + m * eye(m.shape(-1), {.dtype = m.dtype()});
                                const Tensor rest = g - matmul(y, both);
                                return transposed(solve_triangular(r, transposed(rest), {.upper = true}));
                              }});
}

}  // namespace

QrResult qr(const Tensor& given) {
  require_matrix("qr", given);
  const Tensor a = floating(given);
  const std::size_t k = std::min(a.shape(-2), a.shape(-1));
  const Tensor q =
      orthonormal(k == a.shape(-1) ? a : view(a, {xt::ellipsis(), xt::range(0, static_cast<std::ptrdiff_t>(k))}));
  // Below the diagonal the product has rounding errors only.
  const Tensor places = arange(static_cast<double>(a.shape(-1)));
  const Tensor upper = expand_dims(arange(static_cast<double>(k)), 1) <= places;
  return {q, matmul(transposed(q), a) * astype(upper, a.dtype())};
}

SvdResult svd(const Tensor& given) {
  require_matrix("svd", given);
  const Tensor a = floating(given);
  const profile::Op profiled("svd", a);
  const std::size_t m = a.shape(-2), n = a.shape(-1), k = std::min(m, n);
  const Tensor left = Tensor::uninitialized(shape_of_batch(batch_shape(a), m, k), a.dtype());
  const Tensor right = Tensor::uninitialized(shape_of_batch(batch_shape(a), k, n), a.dtype());
  const Tensor values = Tensor::uninitialized(with_size(batch_shape(a), k), a.dtype());
  const Tensor work = a.detach().clone();
  if (k > 0) {
    decompose_each("svd", work, [&]<class T>(TypeTag<T>, std::size_t i) {
      return kernels::singular_values(m, n, matrix_of<T>(work, i), matrix_of<T>(left, i), vector_of<T>(values, i),
                                      matrix_of<T>(right, i));
    });
  }
  const Tensor u =
      record("svd", left,
             From{a, [a = save(a)](const Tensor& g, const Tensor& y) { return left_vectors_rule(a.get(), y, g); }});
  const Tensor vh = record(
      "svd", right, From{a, [a = save(a)](const Tensor& g, const Tensor& y) {
                           return transposed(left_vectors_rule(transposed(a.get()), transposed(y), transposed(g)));
                         }});
  const Tensor s = record("svd", values, From{a, [u = save(u), vh = save(vh)](const Tensor& g) {
                                                return matmul(u.get() * expand_dims(g, -2), vh.get());
                                              }});
  return {u, s, vh};
}

namespace {

// Matrices whose eigenvalues (singular values) lie apart, from any values.
Tensor symmetric(const Tensor& x) {
  return x + transposed(x) + 7.0 * eye(x.shape(-1)) * arange(static_cast<double>(x.shape(-1)));
}
Tensor spread(const Tensor& x) {
  return x + 9.0 * eye(x.shape(-2), x.shape(-1)) * arange(1.0, static_cast<double>(x.shape(-1)) + 1.0);
}

}  // namespace

std::vector<OpEntry> decomposition_ops() {
  return {
      {"eigh",
       "linear algebra",
       "eigenvalues and eigenvectors of symmetric matrices",
       {XTAPE_CASE(eigh(symmetric(x[0])).eigenvalues, any_value(3, 3)),
        XTAPE_CASE(square(eigh(symmetric(x[0])).eigenvectors), any_value(3, 3)),
        XTAPE_CASE(eigh(symmetric(x[0])).eigenvalues, any_value(2, 2, 2)),
        XTAPE_CASE(square(eigh(symmetric(x[0])).eigenvectors), any_value(2, 2, 2)),
        XTAPE_CASE(eigh(x[0]).eigenvalues, any_value(1, 1)), XTAPE_CASE(eigh(x[0]).eigenvectors, any_value(0, 0))}},
      {"qr",
       "linear algebra",
       "orthonormal times upper triangular",
       {XTAPE_CASE(qr(spread(x[0])).q, any_value(3, 3)), XTAPE_CASE(qr(spread(x[0])).r, any_value(3, 3)),
        XTAPE_CASE(qr(spread(x[0])).q, any_value(4, 2)), XTAPE_CASE(qr(spread(x[0])).r, any_value(4, 2)),
        XTAPE_CASE(qr(spread(x[0])).r, any_value(2, 2, 3)), XTAPE_CASE(qr(x[0]).r, any_value(0, 2))}},
      {"svd",
       "linear algebra",
       "singular value decomposition",
       {XTAPE_CASE(svd(spread(x[0])).s, any_value(3, 3)), XTAPE_CASE(svd(spread(x[0])).s, any_value(2, 2, 3)),
        XTAPE_CASE(square(svd(spread(x[0])).u), any_value(3, 3)),
        XTAPE_CASE(square(svd(spread(x[0])).vh), any_value(3, 3)),
        XTAPE_CASE(square(svd(spread(x[0])).u), any_value(4, 2)),
        XTAPE_CASE(square(svd(spread(x[0])).vh), any_value(4, 2)),
        XTAPE_CASE(square(svd(spread(x[0])).u), any_value(2, 3)),
        XTAPE_CASE(square(svd(spread(x[0])).vh), any_value(2, 3)), XTAPE_CASE(svd(x[0]).s, any_value(0, 2))}},
  };
}

}  // namespace xtape
