#include <autograd/factories.hpp>
#include <autograd/kernels/batches.hpp>
#include <autograd/kernels/lapack.hpp>
#include <autograd/ops/decomposition.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/least_squares.hpp>
#include <autograd/ops/matmul.hpp>
#include <autograd/ops/matrices.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/reduce.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/ops/slice.hpp>
#include <autograd/record.hpp>

#include <limits>

namespace xtape {

namespace {

Tensor transposed(const Tensor& x) { return swapaxes(x, -1, -2); }

double cutoff_for(const Tensor& a, RankCutoff cutoff) {
  const double epsilon =
      a.dtype() == float32 ? std::numeric_limits<float>::epsilon() : std::numeric_limits<double>::epsilon();
  return cutoff.rcond.value_or(epsilon * static_cast<double>(std::max(a.shape(-2), a.shape(-1))));
}

void require_full_rank(const std::vector<std::ptrdiff_t>& ranks, const Shape& shape, std::size_t full) {
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    if (ranks[i] == static_cast<std::ptrdiff_t>(full)) continue;
    if (ranks[i] < 0) {
      throw LinalgError("lstsq: the iteration did not converge for " + matrix_name(i, shape) +
                        "; has it a nan or an infinity?");
    }
    throw LinalgError("lstsq: " + matrix_name(i, shape) + " has rank " + std::to_string(ranks[i]) + ", not " +
                      std::to_string(full) + "; matmul(pinv(a), b) gives its smallest solution");
  }
}

Tensor run_least_squares(const Tensor& a, const Tensor& b, RankCutoff cutoff) {
  const std::size_t m = a.shape(-2), n = a.shape(-1), k = b.shape(-1), longest = std::max(m, n);
  const Shape batches = broadcast_shapes(batch_shape(a), batch_shape(b), "lstsq");
  if (a.size() == 0 || b.size() == 0) return zeros(shape_of_batch(batches, n, k), {.dtype = a.dtype()});
  const Tensor matrices = broadcast_to(transposed(a), shape_of_batch(batches, n, m)).clone();
  // The kernel takes right-hand sides as rows, with room for the solutions.
  const Tensor rows = zeros(shape_of_batch(batches, k, longest), {.dtype = a.dtype()});
  view(rows, {xt::ellipsis(), xt::range(0, static_cast<std::ptrdiff_t>(m))}).assign(transposed(b));
  std::vector<std::ptrdiff_t> ranks(element_count(batches));
  visit_floating(a.dtype(), [&]<class T>(TypeTag<T>) {
    kernels::for_each_matrix(ranks.size(), m * n * std::min(m, n), [&](std::size_t i) {
      ranks[i] = kernels::least_squares(m, n, k, static_cast<T*>(matrices.mutable_data()) + i * m * n,
                                        static_cast<T*>(rows.mutable_data()) + i * k * longest, cutoff_for(a, cutoff));
    });
  });
  require_full_rank(ranks, shape_of_batch(batches, m, n), std::min(m, n));
  const Tensor solutions = view(rows, {xt::ellipsis(), xt::range(0, static_cast<std::ptrdiff_t>(n))});
  return transposed(solutions).contiguous();
}

// lstsq() of matrices in one dtype. With p the pseudo-inverse of a, x = p b and z = p^T g, a solution itself:
// gb = z, and ga = (b - a x) (p z)^T - z x^T where a is tall, (p^T x) (g - a^T z)^T - z x^T where it is wide.
Tensor solve_least_squares(const Tensor& a, const Tensor& b, RankCutoff cutoff) {
  const bool tall = a.shape(-2) > a.shape(-1), wide = a.shape(-2) < a.shape(-1);
  const profile::Op profiled("lstsq", a, b);
  return record(
      "lstsq", run_least_squares(a.detach(), b.detach(), cutoff),
      From{a,
           [a = save(a), b = save(b), cutoff, tall, wide](const Tensor& g, const Tensor& x) {
             const Tensor& matrix = a.get();
             const Tensor z = solve_least_squares(transposed(matrix), g, cutoff);
             const Tensor common = -matmul(z, transposed(x));
             if (tall) {
               const Tensor residual = b.get() - matmul(matrix, x);
               return common + matmul(residual, transposed(solve_least_squares(matrix, z, cutoff)));
             }
             if (wide) {
               const Tensor outside = g - matmul(transposed(matrix), z);
               return common + matmul(solve_least_squares(transposed(matrix), x, cutoff), transposed(outside));
             }
             return common;
           }},
      From{b, [a = save(a), cutoff](const Tensor& g) { return solve_least_squares(transposed(a.get()), g, cutoff); }});
}

}  // namespace

Tensor lstsq(const Tensor& matrix, const Tensor& right, RankCutoff cutoff) {
  require_matrix("lstsq", matrix);
  const bool is_vector = right.dimension() == 1;
  if (right.dimension() == 0 || matrix.shape(-2) != right.shape(is_vector ? -1 : -2)) {
    throw ShapeError("lstsq: a right-hand side of shape " + to_string(right.shape()) +
                     " does not fit matrices of shape " + to_string(matrix.shape()) + "; it must be (" +
                     std::to_string(matrix.shape(-2)) + ",) or (..., " + std::to_string(matrix.shape(-2)) + ", k)");
  }
  const DType dtype = as_floating(promote(matrix.dtype(), right.dtype()));
  const Tensor b = astype(is_vector ? expand_dims(right, 1) : right, dtype);
  const Tensor x = solve_least_squares(astype(matrix, dtype), b, cutoff);
  return is_vector ? squeeze(x, {-1}) : x;
}

Tensor pinv(const Tensor& given, RankCutoff cutoff) {
  require_matrix("pinv", given);
  const Tensor a = astype(given, as_floating(given.dtype()));
  const profile::Op profiled("pinv", a);
  Tensor result = zeros(shape_of_batch(batch_shape(a), a.shape(-1), a.shape(-2)), {.dtype = a.dtype()});
  if (a.size() > 0) {
    const auto [u, s, vh] = svd(a.detach());
    const Tensor kept = s > amax(s, {-1}, keep_dims) * cutoff_for(a, cutoff);
    const Tensor reciprocals = where(kept, 1.0 / s, 0.0);
    result = matmul(transposed(vh) * expand_dims(reciprocals, -2), transposed(u)).contiguous();
  }
  // d p = -p da p + p p^T da^T (1 - a p) + (1 - p a) da^T p^T p.
  return record("pinv", result, From{a, [a = save(a)](const Tensor& g, const Tensor& p) {
                                       const Tensor& x = a.get();
                                       const Tensor t = transposed(p), up = transposed(g);
                                       const Tensor left = matmul(matmul(up, p), t), right = matmul(t, matmul(p, up));
                                       return left - matmul(x, matmul(p, left)) + right - matmul(matmul(right, p), x) -
                                              matmul(t, matmul(g, t));
                                     }});
}

namespace {

// Matrices of full rank, from any values.
Tensor full_rank(const Tensor& x) { return x + 8.0 * eye(x.shape(-2), x.shape(-1)); }

}  // namespace

std::vector<OpEntry> least_squares_ops() {
  return {
      {"lstsq",
       "linear algebra",
       "the x with the smallest |a x - b|",
       {XTAPE_CASE(lstsq(full_rank(x[0]), x[1]), any_value(4, 2), any_value(4, 2)),
        XTAPE_CASE(lstsq(full_rank(x[0]), x[1]), any_value(4, 2), any_value(4)),
        XTAPE_CASE(lstsq(full_rank(x[0]), x[1]), any_value(2, 4), any_value(2, 2)),
        XTAPE_CASE(lstsq(full_rank(x[0]), x[1]), any_value(3, 3), any_value(3)),
        XTAPE_CASE(lstsq(full_rank(x[0]), x[1]), any_value(2, 3, 2), any_value(3, 1)),
        XTAPE_CASE(lstsq(full_rank(x[0]), x[1]), any_value(2, 3), any_value(2, 2, 1)),
        XTAPE_CASE(lstsq(x[0], x[1]), any_value(3, 0), any_value(3, 2))}},
      {"pinv",
       "linear algebra",
       "pseudo-inverse",
       {XTAPE_CASE(pinv(full_rank(x[0])), any_value(3, 2)), XTAPE_CASE(pinv(full_rank(x[0])), any_value(2, 2, 3)),
        XTAPE_CASE(pinv(full_rank(x[0])), any_value(2, 2)),
        XTAPE_CASE(pinv(matmul(full_rank(x[0]), transpose(full_rank(x[0]))), {.rcond = 1e-4}), any_value(3, 2)),
        XTAPE_CASE(pinv(x[0]), any_value(0, 2))}},
  };
}

}  // namespace xtape
