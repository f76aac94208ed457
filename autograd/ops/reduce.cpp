#include <autograd/factories.hpp>
#include <autograd/kernels/reduce.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/reduce.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/record.hpp>

namespace xtape {

namespace {

// A reduction as the kernels take it: the reduced axes merged in the middle of a contiguous array.
struct Plan {
  Tensor input;
  kernels::Extent extent;
  Shape kept;     // shape of the result with reduced axes of size 1
  Shape dropped;  // and without them
  std::size_t count() const { return extent.length; }
};

Plan plan_reduction(const Tensor& x, const std::vector<bool>& reduced) {
  Plan plan;
  std::vector<std::ptrdiff_t> order;
  std::size_t first = x.dimension(), last = 0, reduced_count = 0;
  for (std::size_t axis = 0; axis < x.dimension(); ++axis) {
    plan.kept.push_back(reduced[axis] ? 1 : x.shape()[axis]);
    if (!reduced[axis]) {
      plan.dropped.push_back(x.shape()[axis]);
      order.push_back(static_cast<std::ptrdiff_t>(axis));
    } else {
      first = std::min(first, axis);
      last = axis;
      ++reduced_count;
    }
  }
  const bool adjacent = reduced_count == 0 || last - first + 1 == reduced_count;
  if (adjacent) {
    plan.input = x.contiguous();
    for (std::size_t axis = 0; axis < x.dimension(); ++axis) {
      std::size_t& part = reduced[axis] ? plan.extent.length : axis < first ? plan.extent.outer : plan.extent.inner;
      part *= x.shape()[axis];
    }
  } else {
    // Reduced axes that are apart are brought to the end by a copy.
    for (std::size_t axis = 0; axis < x.dimension(); ++axis) {
      if (reduced[axis]) order.push_back(static_cast<std::ptrdiff_t>(axis));
      (reduced[axis] ? plan.extent.length : plan.extent.outer) *= x.shape()[axis];
    }
    plan.input = transpose(x, order).contiguous();
  }
  return plan;
}

// The kernel's result, with the history left to the caller.
Tensor run_reduction(kernels::Reduction reduction, const Plan& plan, KeepDims keep) {
  const Tensor input = is_floating(plan.input.dtype()) ? plan.input : astype(plan.input, int64);
  Tensor result = Tensor::uninitialized(keep.keep ? plan.kept : plan.dropped, input.dtype());
  visit_dtype(input.dtype(), [&]<class T>(TypeTag<T>) {
    if constexpr (sizeof(T) >= 4) {
      kernels::reduce(reduction, input.data<T>(), plan.extent, static_cast<T*>(result.mutable_data()));
    }
  });
  return result;
}

Tensor unrecorded(const Tensor& x) { return x.requires_grad() ? x.detach() : x; }

void require_elements(const Plan& plan, const Tensor& x, const char* op) {
  if (plan.count() == 0) {
    throw ShapeError(std::string(op) + ": no elements to choose from along the reduced axes of shape " +
                     to_string(x.shape()));
  }
}

Tensor extreme(const char* name, kernels::Reduction reduction, const Tensor& x, const Axes& axes, KeepDims keep) {
  const std::vector<bool> reduced = axes.mask(x.dimension(), name);
  const Plan plan = plan_reduction(unrecorded(x), reduced);
  require_elements(plan, x, name);
  Tensor result = run_reduction(reduction, plan, keep);
  if (!is_floating(x.dtype())) result = astype(result, x.dtype());
  return record(name, result, From{x, [x = save(x), kept = plan.kept, axes](const Tensor& g, const Tensor& y) {
                                     const Tensor winners = astype(equal(x.get(), reshape(y, kept)), g.dtype());
                                     return winners / sum(winners, axes, keep_dims) * reshape(g, kept);
                                   }});
}

Tensor arg_extreme(const char* name, bool largest, const Tensor& x, std::ptrdiff_t axis, KeepDims keep) {
  const Axes axes{axis};
  const Plan plan = plan_reduction(unrecorded(x), axes.mask(x.dimension(), name));
  require_elements(plan, x, name);
  const Tensor input = is_floating(x.dtype()) ? plan.input : astype(plan.input, int64);
  Tensor result = Tensor::uninitialized(keep.keep ? plan.kept : plan.dropped, int64);
  visit_dtype(input.dtype(), [&]<class T>(TypeTag<T>) {
    if constexpr (sizeof(T) >= 4) {
      kernels::arg_extreme(largest, input.data<T>(), plan.extent, static_cast<std::int64_t*>(result.mutable_data()));
    }
  });
  return result;
}

}  // namespace

Tensor sum(const Tensor& x, const Axes& axes, KeepDims keep) {
  const Plan plan = plan_reduction(unrecorded(x), axes.mask(x.dimension(), "sum"));
  return record("sum", run_reduction(kernels::Reduction::sum, plan, keep),
                From{x, [kept = plan.kept, shape = x.shape()](const Tensor& g) {
                       return broadcast_to(reshape(g, kept), shape);
                     }});
}

Tensor mean(const Tensor& x, const Axes& axes, KeepDims keep) {
  const Plan plan = plan_reduction(unrecorded(x), axes.mask(x.dimension(), "mean"));
  const double scale = 1.0 / static_cast<double>(plan.count());
  const Tensor total = run_reduction(kernels::Reduction::sum, plan, keep);
  // A mean of nothing is nan: 0 * inf.
  return record("mean", astype(total, as_floating(x.dtype())) * scale,
                From{x, [kept = plan.kept, shape = x.shape(), scale](const Tensor& g) {
                       return broadcast_to(reshape(g * scale, kept), shape);
                     }});
}

Tensor prod(const Tensor& x, const Axes& axes, KeepDims keep) {
  const std::vector<bool> reduced = axes.mask(x.dimension(), "prod");
  const Plan plan = plan_reduction(unrecorded(x), reduced);
  return record("prod", run_reduction(kernels::Reduction::prod, plan, keep),
                From{x, [x = save(x), kept = plan.kept, axes](const Tensor& g) {
                       // The product of the other elements: of all / x, and where there are zeros, only a single one
                       // has a gradient: the product of the rest.
                       const Tensor input = x.get();
                       const Tensor is_zero = equal(input, 0);
                       const Tensor zeros_there = sum(is_zero, axes, keep_dims);
                       const Tensor rest = where(is_zero, 1, input);
                       const Tensor without_zeros = prod(rest, axes, keep_dims);
                       const Tensor others = where(is_zero, where(equal(zeros_there, 1), without_zeros, 0),
                                                   where(equal(zeros_there, 0), without_zeros / rest, 0));
                       return others * reshape(g, kept);
                     }});
}

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

Tensor any(const Tensor& x, const Axes& axes, KeepDims keep) { return greater(sum(not_equal(x, 0), axes, keep), 0); }
Tensor all(const Tensor& x, const Axes& axes, KeepDims keep) { return logical_not(any(logical_not(x), axes, keep)); }

Tensor variance(const Tensor& x, const Axes& axes, Deviation deviation, KeepDims keep) {
  const Tensor squares = sum(square(x - mean(x, axes, keep_dims)), axes, keep);
  const auto count = static_cast<double>(x.size()) / static_cast<double>(std::max<std::size_t>(squares.size(), 1));
  return squares / (count - static_cast<double>(deviation.ddof));
}
Tensor stddev(const Tensor& x, const Axes& axes, Deviation deviation, KeepDims keep) {
  return sqrt(variance(x, axes, deviation, keep));
}

Tensor logsumexp(const Tensor& x, const Axes& axes, KeepDims keep) {
  // The shift cancels in value and gradient; an infinite maximum is not subtracted.
  const Tensor top = amax(x.detach(), axes, keep_dims);
  const Tensor shift = where(isfinite(top), top, 0);
  const Tensor total = log(sum(exp(x - shift), axes, keep));
  return total + reshape(shift, total.shape());
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

std::vector<OpEntry> reduce_ops() {
  return {
      {"sum",
       "reductions",
       "sum over axes",
       {XTAPE_CASE(sum(x[0]), any_value(2, 3)), XTAPE_CASE(sum(x[0]), any_value()),
        XTAPE_CASE(sum(x[0], {0, 2}), any_value(2, 3, 4)), XTAPE_CASE(sum(x[0], {-1}, keep_dims), any_value(2, 70)),
        XTAPE_CASE(sum(x[0], {1}), any_value(3, 0)), XTAPE_CASE(sum(x[0], {0}), any_value(130, 3))}},
      {"mean",
       "reductions",
       "mean over axes",
       {XTAPE_CASE(mean(x[0]), any_value(2, 3)), XTAPE_CASE(mean(x[0], {0}), any_value(2, 3)),
        XTAPE_CASE(mean(x[0], {0, 2}, keep_dims), any_value(2, 3, 4)), XTAPE_CASE(mean(x[0], {1}), any_value(0, 3))}},
      {"prod",
       "reductions",
       "product over axes",
       {XTAPE_CASE(prod(x[0]), positive(2, 3)), XTAPE_CASE(prod(x[0], {1}), positive(2, 4)),
        XTAPE_CASE(prod(x[0] * Tensor(xt::xarray<double>{{1, 0, 2}, {0, 0, 3}}), {1}, keep_dims), positive(2, 3)),
        XTAPE_CASE(prod(x[0], {0}), any_value(0, 3))}},
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
      {"variance",
       "reductions",
       "mean squared distance from the mean, with ddof",
       {XTAPE_CASE(variance(x[0]), any_value(2, 3)), XTAPE_CASE(variance(x[0], {0}, {.ddof = 1}), any_value(4, 3)),
        XTAPE_CASE(variance(x[0], {0, 2}, {}, keep_dims), any_value(2, 3, 4))}},
      {"stddev",
       "reductions",
       "square root of the variance",
       {XTAPE_CASE(stddev(x[0]), any_value(2, 3)), XTAPE_CASE(stddev(x[0], {1}, {.ddof = 1}), any_value(3, 4))}},
      {"logsumexp",
       "reductions",
       "log(sum(exp(x))) without overflow",
       {XTAPE_CASE(logsumexp(x[0]), any_value(2, 3)), XTAPE_CASE(logsumexp(x[0], {1}, keep_dims), any_value(2, 5)),
        XTAPE_CASE(logsumexp(x[0], {0, 2}), any_value(2, 3, 4))}},
      {"sum_to_shape",
       "reductions",
       "undoes a broadcast",
       {XTAPE_CASE(sum_to_shape(x[0], Shape{3, 1}), any_value(2, 3, 4)),
        XTAPE_CASE(sum_to_shape(x[0], Shape{}), any_value(2, 3)),
        XTAPE_CASE(sum_to_shape(x[0], Shape{0}), any_value(2, 0))}},
  };
}

}  // namespace xtape
