#include <autograd/factories.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/reduction_plan.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/ops/vector_norm.hpp>
#include <autograd/record.hpp>

#include <limits>

namespace xtape {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

using kernels::MagnitudeReduction;

Tensor as_values(const Tensor& x) { return astype(x.detach(), as_floating(x.dtype())); }

Tensor sum_of_magnitudes(const Tensor& x, const Axes& axes, KeepDims keep) {
  const ReductionPlan plan("norm", as_values(x), axes);
  return record("norm", reduce_magnitudes(MagnitudeReduction::sum, plan, keep),
                From{x, [x = save(x), kept = plan.kept](const Tensor& g) { return sign(x.get()) * reshape(g, kept); }});
}

Tensor euclidean(const Tensor& x, const Axes& axes, KeepDims keep) {
  const ReductionPlan plan("norm", as_values(x), axes);
  return record("norm", sqrt(reduce_magnitudes(MagnitudeReduction::sum_of_squares, plan, keep)),
                From{x, [x = save(x), kept = plan.kept](const Tensor& g, const Tensor& y) {
                       const Tensor none = equal(y, 0.0);
                       return x.get() * reshape(where(none, 0.0, g / where(none, 1.0, y)), kept);
                     }});
}

Tensor extreme_magnitude(MagnitudeReduction reduction, const Tensor& x, const Axes& axes, KeepDims keep) {
  const ReductionPlan plan("norm", as_values(x), axes);
  plan.require_elements("norm");
  return record("norm", reduce_magnitudes(reduction, plan, keep),
                From{x, [x = save(x), kept = plan.kept, axes](const Tensor& g, const Tensor& y) {
                       const Tensor winners = astype(equal(abs(x.get()), reshape(y, kept)), g.dtype());
                       return sign(x.get()) * winners / sum(winners, axes, keep_dims) * reshape(g, kept);
                     }});
}

Tensor count_as_norm(const Tensor& x, const Axes& axes, KeepDims keep) {
  const ReductionPlan plan("norm", as_values(x), axes);
  return record("norm", astype(count_nonzero(x.detach(), axes, keep), plan.input.dtype()),
                From{x, [shape = x.shape()](const Tensor& g) { return zeros(shape, {.dtype = g.dtype()}); }});
}

Tensor power_norm(const Tensor& x, double p, const Axes& axes, KeepDims keep) {
  const ReductionPlan plan("norm", as_values(x), axes);
  const Tensor total = sum(pow(abs(as_values(x)), p), axes, keep);
  return record("norm", pow(total, 1.0 / p),
                From{x, [x = save(x), kept = plan.kept, p](const Tensor& g, const Tensor& y) {
                       // sign(x) (|x| / y)^(p - 1), where 0 stands for |x| and y the power is not taken.
                       const Tensor magnitude = where(equal(x.get(), 0.0), 1.0, abs(x.get()));
                       const Tensor none = equal(y, 0.0);
                       const Tensor ratio = magnitude / reshape(where(none, 1.0, y), kept);
                       return sign(x.get()) * pow(ratio, p - 1.0) * reshape(where(none, 0.0, g), kept);
                     }});
}

}  // namespace

Tensor norm(const Tensor& x, double order, const Axes& axes, KeepDims keep) {
  const profile::Op profiled("norm", x);
  if (order == 2.0) return euclidean(x, axes, keep);
  if (order == 1.0) return sum_of_magnitudes(x, axes, keep);
  if (order == 0.0) return count_as_norm(x, axes, keep);
  if (order == infinity) return extreme_magnitude(MagnitudeReduction::max, x, axes, keep);
  if (order == -infinity) return extreme_magnitude(MagnitudeReduction::min, x, axes, keep);
  if (order != order) throw Error("norm: the order is nan; it must be a number, or infinity");
  return power_norm(x, order, axes, keep);
}

Tensor norm_l0(const Tensor& x, const Axes& axes, KeepDims keep) { return count_nonzero(x, axes, keep); }
Tensor norm_l1(const Tensor& x, const Axes& axes, KeepDims keep) { return norm(x, 1.0, axes, keep); }
Tensor norm_l2(const Tensor& x, const Axes& axes, KeepDims keep) { return norm(x, 2.0, axes, keep); }
Tensor norm_linf(const Tensor& x, const Axes& axes, KeepDims keep) { return norm(x, infinity, axes, keep); }
Tensor norm_lp(const Tensor& x, double p, const Axes& axes, KeepDims keep) { return norm(x, p, axes, keep); }

Tensor norm_sq(const Tensor& x, const Axes& axes, KeepDims keep) {
  const profile::Op profiled("norm_sq", x);
  const ReductionPlan plan("norm_sq", as_values(x), axes);
  return record("norm_sq", reduce_magnitudes(MagnitudeReduction::sum_of_squares, plan, keep),
                From{x, [x = save(x), kept = plan.kept](const Tensor& g) { return x.get() * reshape(g * 2.0, kept); }});
}

std::vector<OpEntry> vector_norm_ops() {
  const auto apart = [](auto... sizes) {
    OpInput input = any_value(sizes...);
    input.domain = Domain{}.without(0);
    return input;
  };
  return {
      {"norm",
       "norms",
       "(sum |x|^p)^(1/p) over axes; p may be 0, infinity or -infinity",
       {XTAPE_CASE(norm(x[0]), any_value(2, 3)), XTAPE_CASE(norm(x[0]), apart()),
        XTAPE_CASE(norm(x[0], {1}), any_value(3, 2)),
        XTAPE_CASE(norm(x[0], 2.0, {0, 2}, keep_dims), any_value(2, 3, 2)),
        XTAPE_CASE(norm(x[0], {1}), any_value(2, 0)), XTAPE_CASE(norm(x[0], 1), apart(2, 3)),
        XTAPE_CASE(norm(x[0], 1, {-2}, keep_dims), apart(2, 3)), XTAPE_CASE(norm(x[0], infinity), apart(2, 3)),
        XTAPE_CASE(norm(x[0], infinity, {0}, keep_dims), apart(3, 2)),
        XTAPE_CASE(norm(x[0], -infinity, {1}), apart(2, 3)), XTAPE_CASE(norm(x[0], 0), apart(2, 3)),
        XTAPE_CASE(norm(x[0], 3, {0, 2}), apart(2, 3, 2)), XTAPE_CASE(norm(x[0], 1.5, {1}, keep_dims), apart(2, 3)),
        XTAPE_CASE(norm(x[0], 0.5), positive(3)), XTAPE_CASE(norm(x[0], -2), positive(4))}},
      {"norm_l0", "norms", "how many elements are not 0", {}},
      {"norm_l1", "norms", "sum |x|", {XTAPE_CASE(norm_l1(x[0], {1}), apart(2, 3))}},
      {"norm_l2", "norms", "sqrt(sum x^2)", {XTAPE_CASE(norm_l2(x[0], {0}, keep_dims), any_value(2, 3))}},
      {"norm_linf", "norms", "max |x|", {XTAPE_CASE(norm_linf(x[0], {1}), apart(2, 3))}},
      {"norm_lp", "norms", "(sum |x|^p)^(1/p)", {XTAPE_CASE(norm_lp(x[0], 4, {1}), apart(2, 3))}},
      {"norm_sq",
       "norms",
       "sum x^2",
       {XTAPE_CASE(norm_sq(x[0]), any_value(2, 3)), XTAPE_CASE(norm_sq(x[0], {0, 2}, keep_dims), any_value(2, 2, 3)),
        XTAPE_CASE(norm_sq(x[0]), any_value())}},
  };
}

}  // namespace xtape
