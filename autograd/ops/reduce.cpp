#include <autograd/factories.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/reduction_plan.hpp>
#include <autograd/ops/scan.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/record.hpp>

#include <limits>

namespace xtape {

// --- how an input is brought before the kernels

ReductionPlan::ReductionPlan(const char* op, const Tensor& x, const Axes& axes)
    : reduced(axes.mask(x.dimension(), op)), shape(x.shape()) {
  std::size_t first = x.dimension(), last = 0, reduced_count = 0;
  for (std::size_t axis = 0; axis < x.dimension(); ++axis) {
    kept.push_back(reduced[axis] ? 1 : shape[axis]);
    if (!reduced[axis]) {
      dropped.push_back(shape[axis]);
    } else {
      first = std::min(first, axis);
      last = axis;
      ++reduced_count;
    }
  }
  const bool adjacent = reduced_count == 0 || last - first + 1 == reduced_count;
  if (adjacent) {
    input = x.is_contiguous() ? x : x.detach().contiguous();
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      std::size_t& part = reduced[axis] ? extent.length : axis < first ? extent.outer : extent.inner;
      part *= shape[axis];
    }
  } else {
    // Reduced axes that are apart are brought to the end by a copy.
    std::vector<std::ptrdiff_t> order;
    for (const bool wanted : {false, true}) {
      for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        if (reduced[axis] != wanted) continue;
        order.push_back(static_cast<std::ptrdiff_t>(axis));
        (wanted ? extent.length : extent.outer) *= shape[axis];
      }
    }
    input = transpose(x.detach(), order).contiguous();
  }
}

void ReductionPlan::require_elements(const char* op) const {
  if (count() == 0) {
    throw ShapeError(std::string(op) + ": no elements to choose from along the reduced axes of shape " +
                     to_string(shape));
  }
}

Tensor reduce_magnitudes(kernels::MagnitudeReduction reduction, const ReductionPlan& plan, KeepDims keep) {
  profile::count_flops(plan.input.size());
  const auto run = [&]<class T>(TypeTag<T>) {
    return plan.run<T, T>(keep, [=](auto... spans) { kernels::reduce_magnitudes(reduction, spans...); });
  };
  return plan.input.dtype() == float32 ? run(TypeTag<float>{}) : run(TypeTag<double>{});
}

namespace {

Tensor reduce(kernels::Reduction reduction, const ReductionPlan& plan, KeepDims keep) {
  profile::count_flops(plan.input.size());
  return visit_dtype(plan.input.dtype(), [&]<class T>(TypeTag<T>) {
    return plan.run<T, kernels::Accumulator<T>>(keep, [=](auto... spans) { kernels::reduce(reduction, spans...); });
  });
}

Tensor count_nonzero(const ReductionPlan& plan, KeepDims keep) {
  return visit_dtype(plan.input.dtype(), [&]<class T>(TypeTag<T>) {
    return plan.run<T, std::int64_t>(keep, [](auto... spans) { kernels::count_nonzero(spans...); });
  });
}

Tensor extreme(const char* name, kernels::Reduction reduction, const Tensor& x, const Axes& axes, KeepDims keep) {
  const profile::Op profiled(name, x);
  const ReductionPlan plan(name, x, axes);
  plan.require_elements(name);
  return record(name, astype(reduce(reduction, plan, keep), x.dtype()),
                From{x, [x = save(x), kept = plan.kept, axes](const Tensor& g, const Tensor& y) {
                       const Tensor winners = astype(equal(x.get(), reshape(y, kept)), g.dtype());
                       return winners / sum(winners, axes, keep_dims) * reshape(g, kept);
                     }});
}

Tensor arg_extreme(const char* name, bool largest, const Tensor& x, std::ptrdiff_t axis, KeepDims keep) {
  const profile::Op profiled(name, x);
  const ReductionPlan plan(name, x, Axes{axis});
  plan.require_elements(name);
  return profiled.result(visit_dtype(x.dtype(), [&]<class T>(TypeTag<T>) {
    return plan.run<T, std::int64_t>(keep, [=](auto... spans) { kernels::arg_extreme(largest, spans...); });
  }));
}

// The gradient of prod(): the upstream times the product of the other elements, with the reduced axes brought to the
// end and merged.
Tensor prod_gradient(const Tensor& x, const Tensor& g, const std::vector<bool>& reduced) {
  std::vector<std::ptrdiff_t> order, inverse(x.dimension());
  Shape rows;
  std::size_t count = 1;
  for (const bool wanted : {false, true}) {
    for (std::size_t axis = 0; axis < x.dimension(); ++axis) {
      if (reduced[axis] != wanted) continue;
      inverse[axis] = static_cast<std::ptrdiff_t>(order.size());
      order.push_back(static_cast<std::ptrdiff_t>(axis));
      if (wanted) {
        count *= x.shape()[axis];
      } else {
        rows.push_back(x.shape()[axis]);
      }
    }
  }
  const Tensor upstream = expand_dims(reshape(g, rows), -1);
  rows.push_back(count);
  const Tensor moved = transpose(x, order);
  return transpose(reshape(prod_of_others(reshape(moved, rows), -1) * upstream, moved.shape()), inverse);
}

// What each element of a sum gets of its result's gradient: a view without a copy, but of few rows or columns written
// out, since loops over whole arrays start sooner than those over broadcast ones, and may write over them. Of a single
// number they start as soon.
Tensor spread_out(const Tensor& g, const std::vector<bool>& reduced, const Shape& shape) {
  constexpr std::size_t few = 8192;
  if (g.size() == 1 && !derivatives_wanted()) {
    return Tensor(TensorImpl::view(*g.impl(), shape, Strides(shape.size(), 0)));
  }
  Shape kept = shape;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) kept[axis] = reduced[axis] ? 1 : shape[axis];
  if (derivatives_wanted()) return broadcast_to(reshape(g, kept), shape);
  const Tensor view = broadcast_to(reshape(g, kept), shape);
  return element_count(shape) > few ? view : view.contiguous();
}

}  // namespace

// --- sums and products

Tensor sum(const Tensor& x, const Axes& axes, KeepDims keep) {
  const profile::Op profiled("sum", x);
  const ReductionPlan plan("sum", x, axes);
  return record(
      "sum", reduce(kernels::Reduction::sum, plan, keep),
      From{x, [reduced = plan.reduced, shape = x.shape()](const Tensor& g) { return spread_out(g, reduced, shape); }});
}

Tensor mean(const Tensor& x, const Axes& axes, KeepDims keep) {
  const profile::Op profiled("mean", x);
  const ReductionPlan plan("mean", x, axes);
  const double scale = 1.0 / static_cast<double>(plan.count());
  // A mean of nothing is nan: 0 * inf.
  return record("mean", astype(reduce(kernels::Reduction::sum, plan, keep), as_floating(x.dtype())) * scale,
                From{x, [reduced = plan.reduced, shape = x.shape(), scale](const Tensor& g) {
                       return spread_out(g * scale, reduced, shape);
                     }});
}

Tensor prod(const Tensor& x, const Axes& axes, KeepDims keep) {
  const profile::Op profiled("prod", x);
  const ReductionPlan plan("prod", x, axes);
  return record(
      "prod", reduce(kernels::Reduction::prod, plan, keep),
      From{x, [x = save(x), reduced = plan.reduced](const Tensor& g) { return prod_gradient(x.get(), g, reduced); }});
}

Tensor nansum(const Tensor& x, const Axes& axes, KeepDims keep) { return sum(where(isnan(x), 0, x), axes, keep); }
Tensor nanprod(const Tensor& x, const Axes& axes, KeepDims keep) { return prod(where(isnan(x), 1, x), axes, keep); }
Tensor nanmean(const Tensor& x, const Axes& axes, KeepDims keep) {
  return nansum(x, axes, keep) / astype(count_nonnan(x, axes, keep), as_floating(x.dtype()));
}

Tensor average(const Tensor& x, const Tensor& weights, const Axes& axes, KeepDims keep) {
  if (weights.shape() == x.shape()) return sum(x * (weights / sum(weights, axes, keep_dims)), axes, keep);
  const std::vector<bool> reduced = axes.mask(x.dimension(), "average");
  Shape along(x.dimension(), 1);
  for (std::size_t axis = 0; axis < x.dimension(); ++axis) {
    if (reduced[axis]) along[axis] = x.shape()[axis];
  }
  if (weights.dimension() != 1 || axes.values().size() != 1 || element_count(along) != weights.size()) {
    throw ShapeError("average: weights of shape " + to_string(weights.shape()) + " for values of shape " +
                     to_string(x.shape()) +
                     "; they must have the same shape, or one axis that fits a single given one");
  }
  return sum(x * reshape(weights / sum(weights), along), axes, keep);
}

// --- extremes, truth and counts

Tensor amax(const Tensor& x, const Axes& axes, KeepDims keep) {
  return extreme("amax", kernels::Reduction::max, x, axes, keep);
}
Tensor amin(const Tensor& x, const Axes& axes, KeepDims keep) {
  return extreme("amin", kernels::Reduction::min, x, axes, keep);
}

Tensor argmax(const Tensor& x) { return arg_extreme("argmax", true, flatten(x), 0, drop_dims); }
Tensor argmax(const Tensor& x, std::ptrdiff_t axis, KeepDims keep) {
  return arg_extreme("argmax", true, x, axis, keep);
}
Tensor argmin(const Tensor& x) { return arg_extreme("argmin", false, flatten(x), 0, drop_dims); }
Tensor argmin(const Tensor& x, std::ptrdiff_t axis, KeepDims keep) {
  return arg_extreme("argmin", false, x, axis, keep);
}

Tensor any(const Tensor& x, const Axes& axes, KeepDims keep) {
  const profile::Op profiled("any", x);
  return profiled.result(not_equal(count_nonzero(ReductionPlan("any", x, axes), keep), 0));
}
Tensor all(const Tensor& x, const Axes& axes, KeepDims keep) {
  const profile::Op profiled("all", x);
  const ReductionPlan plan("all", x, axes);
  return profiled.result(equal(count_nonzero(plan, keep), plan.count()));
}
Tensor count_nonzero(const Tensor& x, const Axes& axes, KeepDims keep) {
  const profile::Op profiled("count_nonzero", x);
  return profiled.result(count_nonzero(ReductionPlan("count_nonzero", x, axes), keep));
}
Tensor count_nonnan(const Tensor& x, const Axes& axes, KeepDims keep) {
  return count_nonzero(logical_not(isnan(x)), axes, keep);
}

// --- deviation

namespace {

// What variance and stddev share: the squared distances from the mean, summed, and their divisor.
struct Spread {
  Tensor squares;
  double divisor;
  Shape kept;
};

Spread spread_of(const char* op, const Tensor& x, const Axes& axes, Deviation deviation, KeepDims keep) {
  axes.mask(x.dimension(), op);  // so that an error does not name mean()
  const Tensor values = astype(x.detach(), as_floating(x.dtype()));
  const ReductionPlan plan(op, values - mean(values, axes, keep_dims), axes);
  const double divisor = std::max(0.0, static_cast<double>(plan.count()) - static_cast<double>(deviation.ddof));
  return {reduce_magnitudes(kernels::MagnitudeReduction::sum_of_squares, plan, keep), divisor, plan.kept};
}

}  // namespace

Tensor variance(const Tensor& x, const Axes& axes, Deviation deviation, KeepDims keep) {
  const profile::Op profiled("variance", x);
  const Spread spread = spread_of("variance", x, axes, deviation, keep);
  return record("variance", spread.squares / spread.divisor,
                From{x, [x = save(x), axes, divisor = spread.divisor, kept = spread.kept](const Tensor& g) {
                       return (x.get() - mean(x.get(), axes, keep_dims)) * reshape(g * (2.0 / divisor), kept);
                     }});
}

Tensor stddev(const Tensor& x, const Axes& axes, Deviation deviation, KeepDims keep) {
  const profile::Op profiled("stddev", x);
  const Spread spread = spread_of("stddev", x, axes, deviation, keep);
  return record(
      "stddev", sqrt(spread.squares / spread.divisor),
      From{x, [x = save(x), axes, divisor = spread.divisor, kept = spread.kept](const Tensor& g, const Tensor& y) {
             const Tensor flat = equal(y, 0.0);
             const Tensor scale = where(flat, 0.0, g / where(flat, 1.0, y * divisor));
             return (x.get() - mean(x.get(), axes, keep_dims)) * reshape(scale, kept);
           }});
}

Tensor logsumexp(const Tensor& x, const Axes& axes, KeepDims keep) {
  const profile::Op profiled("logsumexp", x);
  const Tensor values = astype(x.detach(), as_floating(x.dtype()));
  const ReductionPlan plan("logsumexp", values, axes);
  // The sum is taken relative to the maximum, unless that is infinite.
  const Tensor top = plan.count() == 0 ? zeros(plan.kept, {.dtype = values.dtype()}) : amax(values, axes, keep_dims);
  const Tensor shift = where(isfinite(top), top, 0.0);
  const Tensor total = log(sum(exp(values - shift), axes, keep));
  return record("logsumexp", total + reshape(shift, total.shape()),
                From{x, [x = save(x), kept = plan.kept](const Tensor& g, const Tensor& y) {
                       const Tensor finite = where(equal(y, -std::numeric_limits<double>::infinity()), 0.0, y);
                       return exp(x.get() - reshape(finite, kept)) * reshape(g, kept);
                     }});
}

Tensor sum_to_shape(const Tensor& x, const Shape& shape) {
  if (x.shape() == shape) return x;
  std::vector<std::ptrdiff_t> axes;
  const std::size_t lead = x.dimension() - shape.size();
  for (std::size_t axis = 0; axis < x.dimension(); ++axis) {
    if (axis < lead || (shape[axis - lead] == 1 && x.shape()[axis] != 1))
      axes.push_back(static_cast<std::ptrdiff_t>(axis));
  }
  return reshape(sum(x, axes, keep_dims), shape);
}

namespace {

Tensor with_nans(const Tensor& x) {
  return where(Tensor(xt::xarray<bool>{{true, false, true}, {false, true, true}}), x,
               std::numeric_limits<double>::quiet_NaN());
}

}  // namespace

std::vector<OpEntry> reduce_ops() {
  return {
      {"sum",
       "reductions",
       "sum over axes",
       {XTAPE_CASE(sum(x[0]), any_value(2, 3)), XTAPE_CASE(sum(x[0]), any_value()),
        XTAPE_CASE(sum(x[0], {0, 2}), any_value(2, 3, 4)), XTAPE_CASE(sum(x[0], {-1}, keep_dims), any_value(2, 70)),
        XTAPE_CASE(sum(x[0], {1}), any_value(3, 0)), XTAPE_CASE(sum(x[0], {0}), any_value(130, 3))},
       {},
       {},
       {"g, spread over the summed axes"}},
      {"mean",
       "reductions",
       "mean over axes",
       {XTAPE_CASE(mean(x[0]), any_value(2, 3)), XTAPE_CASE(mean(x[0], {0}), any_value(2, 3)),
        XTAPE_CASE(mean(x[0], {0, 2}, keep_dims), any_value(2, 3, 4)), XTAPE_CASE(mean(x[0], {1}), any_value(0, 3))},
       {},
       {},
       {"g / n, spread over the axes of n elements"}},
      {"prod",
       "reductions",
       "product over axes",
       {XTAPE_CASE(prod(x[0]), positive(2, 3)), XTAPE_CASE(prod(x[0], {1}), positive(2, 4)),
        XTAPE_CASE(prod(x[0], {2, 0}, keep_dims), any_value(2, 3, 2)), XTAPE_CASE(prod(x[0]), any_value()),
        XTAPE_CASE(prod(x[0] * Tensor(xt::xarray<double>{{1, 0, 2}, {0, 0, 3}}), {1}, keep_dims), positive(2, 3)),
        XTAPE_CASE(prod(x[0], {0}), any_value(0, 3))},
       {},
       {},
       {"g * y / x, without the division"}},
      {"nansum",
       "reductions",
       "sum without nans",
       {XTAPE_CASE(nansum(x[0]), any_value(2, 3)), XTAPE_CASE(nansum(with_nans(x[0]), {0}), any_value(2, 3)),
        XTAPE_CASE(nansum(x[0], {1}), any_value(2, 0))}},
      {"nanprod",
       "reductions",
       "product without nans",
       {XTAPE_CASE(nanprod(with_nans(x[0]), {1}, keep_dims), any_value(2, 3))}},
      {"nanmean",
       "reductions",
       "mean without nans",
       {XTAPE_CASE(nanmean(x[0]), any_value(2, 3)), XTAPE_CASE(nanmean(with_nans(x[0]), {-1}), any_value(2, 3))}},
      {"average",
       "reductions",
       "weighted mean",
       {XTAPE_CASE(average(x[0], x[1]), any_value(2, 3), positive(2, 3)),
        XTAPE_CASE(average(x[0], x[1], {1}), any_value(2, 3), positive(2, 3)),
        XTAPE_CASE(average(x[0], x[1], {-2}, keep_dims), any_value(2, 3, 2), positive(3))}},
      {"amax",
       "reductions",
       "largest element over axes",
       {XTAPE_CASE(amax(x[0]), any_value(2, 3)), XTAPE_CASE(amax(x[0], {1}), any_value(3, 20)),
        XTAPE_CASE(amax(x[0], {0, 2}, keep_dims), any_value(2, 3, 4)), XTAPE_CASE(amax(x[0], {1}), any_value(0, 3))}},
      {"amin",
       "reductions",
       "smallest element over axes",
       {XTAPE_CASE(amin(x[0]), any_value()), XTAPE_CASE(amin(x[0], {0}, keep_dims), any_value(5, 4)),
        XTAPE_CASE(amin(x[0], {-2, -1}), any_value(2, 3, 4))}},
      {"argmax", "reductions", "position of the largest element", {}},
      {"argmin", "reductions", "position of the smallest element", {}},
      {"all", "reductions", "whether all elements are non-zero", {}},
      {"any", "reductions", "whether any element is non-zero", {}},
      {"count_nonzero", "reductions", "how many elements are non-zero", {}},
      {"count_nonnan", "reductions", "how many elements are not nan", {}},
      {"variance",
       "reductions",
       "mean squared distance from the mean, with ddof",
       {XTAPE_CASE(variance(x[0]), any_value(2, 3)), XTAPE_CASE(variance(x[0]), any_value()),
        XTAPE_CASE(variance(x[0], {0}, {.ddof = 1}), any_value(4, 3)),
        XTAPE_CASE(variance(x[0], {0, 2}, {}, keep_dims), any_value(2, 3, 4))}},
      {"stddev",
       "reductions",
       "square root of the variance",
       {XTAPE_CASE(stddev(x[0]), any_value(2, 3)), XTAPE_CASE(stddev(x[0], {1}, {.ddof = 1}), any_value(3, 4)),
        XTAPE_CASE(stddev(x[0], {0, 2}, {}, keep_dims), any_value(2, 2, 3)),
        XTAPE_CASE(stddev(x[0], {1}), any_value(0, 3))}},
      {"logsumexp",
       "reductions",
       "log(sum(exp(x))) without overflow",
       {XTAPE_CASE(logsumexp(x[0]), any_value(2, 3)), XTAPE_CASE(logsumexp(x[0], {1}, keep_dims), any_value(2, 5)),
        XTAPE_CASE(logsumexp(x[0], {0, 2}), any_value(2, 3, 4)), XTAPE_CASE(logsumexp(x[0]), any_value())},
       {},
       {},
       {"g * exp(x - y)"}},
      {"sum_to_shape",
       "reductions",
       "undoes a broadcast",
       {XTAPE_CASE(sum_to_shape(x[0], Shape{3, 1}), any_value(2, 3, 4)),
        XTAPE_CASE(sum_to_shape(x[0], Shape{}), any_value(2, 3)),
        XTAPE_CASE(sum_to_shape(x[0], Shape{0}), any_value(2, 0))}},
  };
}

}  // namespace xtape
