#include <autograd/factories.hpp>
#include <autograd/ops/decomposition.hpp>
#include <autograd/ops/determinant.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/linalg.hpp>
#include <autograd/ops/matmul.hpp>
#include <autograd/ops/matrices.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/reduce.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/record.hpp>

#include <cmath>

namespace xtape {

namespace {

Tensor transposed(const Tensor& x) { return swapaxes(x, -1, -2); }

// A factor for each matrix.
Tensor for_matrices(const Tensor& x) { return expand_dims(expand_dims(x, -1), -1); }

// Calls function(tag, i, first pivot of matrix i, sign of its row exchanges); pivots lie `n + 1` apart.
template <class F>
void for_each_factored(const LuFactors& lu, const F& function) {
  const std::size_t n = lu.factors.shape(-1);
  visit_floating(lu.factors.dtype(), [&]<class T>(TypeTag<T>) {
    const auto* data = static_cast<const T*>(lu.factors.raw_data());
    for (std::size_t i = 0; i < lu.count(); ++i) {
      T sign = T(1);
      for (std::size_t row = 0; row < n; ++row) {
        if (lu.pivots[i * n + row] != static_cast<int>(row) + 1) sign = -sign;
      }
      function(TypeTag<T>{}, i, data + i * n * n, sign);
    }
  });
}

// The cofactors by the recursion of Faddeev and Le Verrier: products and traces only, so that they are right, and can
// be differentiated, at singular matrices.
Tensor cofactors_by_recursion(const Tensor& a) {
  const std::size_t n = a.shape(-1);
  const Tensor identity = eye(n, {.dtype = a.dtype()});
  Tensor adjugate = broadcast_to(identity, a.shape());
  for (std::size_t k = 1; k < n; ++k) {
    const Tensor product = matmul(a, adjugate);
    const Tensor trace = sum(product * identity, {-2, -1}, keep_dims);
    adjugate = trace * identity / static_cast<double>(k) - product;
  }
  return transposed(adjugate);
}

// The same from u diag(s) vh: det(u) det(vh) u diag(products of the other s) vh.
Tensor cofactors_by_svd(const Tensor& a) {
  const auto [u, s, vh] = svd(a);
  const Tensor identity = eye(a.shape(-1), {.dtype = a.dtype()});
  const Tensor others = prod(where(equal(identity, 1.0), 1.0, expand_dims(s, -2)), {-1});
  return for_matrices(det(u) * det(vh)) * matmul(u * expand_dims(others, -2), vh);
}

// d det(a) / d a: det(a) a^-T, and at matrices marked as singular by one of the ways above.
Tensor cofactors(const Tensor& a, const Tensor& singular) {
  const bool some = any(singular).item<bool>();
  const Tensor mask = for_matrices(singular);
  const Tensor regular = some ? where(mask, eye(a.shape(-1), {.dtype = a.dtype()}), a) : a;
  const Tensor result = for_matrices(det(regular)) * transposed(inverse(regular));
  if (!some) return result;
  const Tensor rest = where(mask, a, 0.0);
  return where(mask, derivatives_wanted() ? cofactors_by_recursion(rest) : cofactors_by_svd(rest), result);
}

}  // namespace

Tensor det(const Tensor& given) {
  require_square("det", given);
  const Tensor a = astype(given, as_floating(given.dtype()));
  const profile::Op profiled("det", a);
  const LuFactors lu(a);
  const std::size_t n = a.shape(-1);
  const Tensor result = Tensor::uninitialized(batch_shape(a), a.dtype());
  const Tensor singular = Tensor::uninitialized(batch_shape(a), boolean);
  for_each_factored(lu, [&]<class T>(TypeTag<T>, std::size_t i, const T* pivots, T product) {
    for (std::size_t row = 0; row < n; ++row) product *= pivots[row * (n + 1)];
    static_cast<T*>(result.mutable_data())[i] = lu.zero_pivots[i] == 0 ? product : T(0);
    static_cast<bool*>(singular.mutable_data())[i] = lu.zero_pivots[i] != 0;
  });
  return record("det", result, From{a, [a = save(a), singular](const Tensor& g) {
                                      return for_matrices(g) * cofactors(a.get(), singular);
                                    }});
}

SlogdetResult slogdet(const Tensor& given) {
  require_square("slogdet", given);
  const Tensor a = astype(given, as_floating(given.dtype()));
  const profile::Op profiled("slogdet", a);
  const LuFactors lu(a);
  const std::size_t n = a.shape(-1);
  const Tensor signs = Tensor::uninitialized(batch_shape(a), a.dtype());
  const Tensor logarithms = Tensor::uninitialized(batch_shape(a), a.dtype());
  for_each_factored(lu, [&]<class T>(TypeTag<T>, std::size_t i, const T* pivots, T sign) {
    T logarithm = T(0);
    for (std::size_t row = 0; row < n; ++row) {
      const T pivot = pivots[row * (n + 1)];
      logarithm += std::log(std::abs(pivot));
      if (pivot < T(0)) sign = -sign;
    }
    const bool zero = lu.zero_pivots[i] != 0;
    static_cast<T*>(signs.mutable_data())[i] = zero ? T(0) : sign;
    static_cast<T*>(logarithms.mutable_data())[i] = zero ? -std::numeric_limits<T>::infinity() : logarithm;
  });
  return {signs, record("slogdet", logarithms, From{a, [a = save(a)](const Tensor& g) {
                                                      return for_matrices(g) * transposed(inverse(a.get()));
                                                    }})};
}

namespace {

Tensor regular(const Tensor& x) { return x + 8.0 * eye(x.shape(-1)); }

}  // namespace

std::vector<OpEntry> determinant_ops() {
  return {
      {"det",
       "linear algebra",
       "determinant of every matrix",
       {XTAPE_CASE(det(x[0]), any_value(3, 3)), XTAPE_CASE(det(x[0]), any_value(2, 2, 2)),
        XTAPE_CASE(det(x[0]), any_value(1, 1)), XTAPE_CASE(det(x[0]), any_value(2, 0, 0))},
       {},
       {},
       {"g * y * inverse(a)^T"}},
      {"slogdet",
       "linear algebra",
       "sign of the determinant and logarithm of its absolute value",
       {XTAPE_CASE(slogdet(regular(x[0])).logabsdet, any_value(3, 3)),
        XTAPE_CASE(slogdet(regular(x[0])).logabsdet, any_value(2, 2, 2)),
        XTAPE_CASE(slogdet(x[0]).logabsdet, any_value(0, 0))}},
  };
}

}  // namespace xtape
