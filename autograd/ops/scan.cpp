#include <autograd/factories.hpp>
#include <autograd/kernels/scan.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/scan.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/ops/slice.hpp>
#include <autograd/record.hpp>

#include <limits>

namespace xtape {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// `kernel(input, extent, output)` on contiguous values of `dtype`, without history.
template <class Kernel>
Tensor run_scan(const Tensor& x, DType dtype, std::size_t axis, const Kernel& kernel) {
  const Tensor input = astype(x.detach(), dtype).contiguous();
  Tensor result = Tensor::uninitialized(x.shape(), dtype);
  visit_dtype(dtype, [&]<class T>(TypeTag<T>) {
    if constexpr (std::is_invocable_v<Kernel, const T*, kernels::Extent, T*>) {
      kernel(input.data<T>(), kernels::extent_around(x.shape(), axis), static_cast<T*>(result.mutable_data()));
    }
  });
  return result;
}

template <class T>
concept Summed = std::same_as<T, float> || std::same_as<T, double> || std::same_as<T, std::int64_t>;

DType as_sum(DType dtype) { return is_floating(dtype) ? dtype : int64; }

// The elements one place further along the axis, with `first` in the place that becomes free.
Tensor shifted(const Tensor& x, std::size_t axis, double first) {
  if (x.size() == 0) return x;
  Shape shape = x.shape();
  const std::size_t rest = std::exchange(shape[axis], 1) - 1;
  Slices slices(x.dimension(), xt::all());
  slices[axis] = xt::range(0, static_cast<std::ptrdiff_t>(rest));
  const Tensor head = full(shape, first, {.dtype = x.dtype()});
  return rest == 0 ? head : concatenate({head, view(x, slices)}, static_cast<std::ptrdiff_t>(axis));
}

Tensor running_sum(const Tensor& x, std::size_t axis, kernels::Direction direction) {
  const auto back =
      direction == kernels::Direction::forward ? kernels::Direction::reverse : kernels::Direction::forward;
  const profile::Op profiled("cumsum", x);
  return record("cumsum",
                run_scan(x, as_sum(x.dtype()), axis,
                         [=]<Summed T>(const T* input, kernels::Extent extent, T* output) {
                           kernels::cumulative_sum(input, extent, direction, output);
                         }),
                From{x, [axis, back](const Tensor& g) { return running_sum(g, axis, back); }});
}

}  // namespace

Tensor cumsum(const Tensor& x) { return cumsum(flatten(x), 0); }
Tensor cumsum(const Tensor& x, std::ptrdiff_t axis) {
  return running_sum(x, normalize_axis(axis, x.dimension(), "cumsum"), kernels::Direction::forward);
}

Tensor cumprod(const Tensor& x) { return cumprod(flatten(x), 0); }
Tensor cumprod(const Tensor& x, std::ptrdiff_t axis) {
  const std::size_t along = normalize_axis(axis, x.dimension(), "cumprod");
  const profile::Op profiled("cumprod", x);
  // d y[k] / d x[i] is the product before i times that from i + 1 to k: neither divides by x[i].
  return record("cumprod",
                run_scan(x, as_sum(x.dtype()), along,
                         []<Summed T>(const T* input, kernels::Extent extent, T* output) {
                           kernels::cumulative_prod(input, extent, output);
                         }),
                From{x, [x = save(x), axis, along](const Tensor& g, const Tensor& y) {
                       return shifted(y, along, 1.0) * linear_recurrence(x.get(), g, axis, {.reverse = true});
                     }});
}

Tensor logcumsumexp(const Tensor& x) { return logcumsumexp(flatten(x), 0); }
Tensor logcumsumexp(const Tensor& x, std::ptrdiff_t axis) {
  const std::size_t along = normalize_axis(axis, x.dimension(), "logcumsumexp");
  const profile::Op profiled("logcumsumexp", x);
  // The gradient of x[i] is the sum over k >= i of g[k] exp(x[i] - y[k]). It is summed from the back in units of
  // exp(-y[k]), which grow from step to step by no more than 1, so that nothing overflows.
  return record("logcumsumexp",
                run_scan(x, as_floating(x.dtype()), along,
                         []<std::floating_point T>(const T* input, kernels::Extent extent, T* output) {
                           kernels::cumulative_logsumexp(input, extent, output);
                         }),
                From{x, [x = save(x), axis, along](const Tensor& g, const Tensor& y) {
                       const Tensor finite = where(equal(y, -infinity), 0.0, y);
                       const Tensor links = exp(shifted(y, along, -infinity) - finite);
                       return exp(x.get() - finite) * linear_recurrence(links, g, axis, {.reverse = true});
                     }});
}

Tensor linear_recurrence(const Tensor& a, const Tensor& x, std::ptrdiff_t axis, RecurrenceOptions options) {
  const Shape shape = broadcast_shapes(a.shape(), x.shape(), "linear_recurrence");
  const std::size_t along = normalize_axis(axis, shape.size(), "linear_recurrence");
  const DType dtype = as_floating(promote(a.dtype(), x.dtype()));
  const profile::Op profiled("linear_recurrence", a, x);
  const Tensor links = broadcast_to(astype(a.detach(), dtype), shape).contiguous();
  const bool reverse = options.reverse;
  const auto direction = reverse ? kernels::Direction::reverse : kernels::Direction::forward;
  const Tensor result = run_scan(broadcast_to(x.detach(), shape), dtype, along,
                                 [&]<std::floating_point T>(const T* input, kernels::Extent extent, T* output) {
                                   kernels::linear_recurrence(links.data<T>(), input, extent, direction, output);
                                 });
  // The gradient runs the same links the other way.
  const auto backwards = [a = save(a), axis, reverse](const Tensor& g) {
    return linear_recurrence(a.get(), g, axis, {.reverse = !reverse});
  };
  return record("linear_recurrence", result,
                From{a,
                     [backwards, along, reverse](const Tensor& g, const Tensor& h) {
                       return reverse ? shifted(backwards(g), along, 0.0) * h : backwards(g) * shifted(h, along, 0.0);
                     }},
                From{x, backwards});
}

Tensor prod_of_others(const Tensor& given, std::ptrdiff_t axis) {
  const std::size_t along = normalize_axis(axis, given.dimension(), "prod_of_others");
  const Tensor x = astype(given, as_floating(given.dtype()));
  if (x.size() == 0) return x;
  // The gradient of the last running product: of those before an element times those behind it.
  Shape shape = x.shape();
  const std::size_t rest = std::exchange(shape[along], 1) - 1;
  const Tensor last = ones(shape, {.dtype = x.dtype()});
  shape[along] = rest;
  const Tensor ends = concatenate({zeros(shape, {.dtype = x.dtype()}), last}, axis);
  return shifted(cumprod(x, axis), along, 1.0) * linear_recurrence(x, ends, axis, {.reverse = true});
}

std::vector<OpEntry> scan_ops() {
  return {
      {"cumsum",
       "running results",
       "running sum along an axis",
       {XTAPE_CASE(cumsum(x[0]), any_value(2, 3)), XTAPE_CASE(cumsum(x[0], 1), any_value(2, 3, 2)),
        XTAPE_CASE(cumsum(x[0], -1), any_value(2, 4)), XTAPE_CASE(cumsum(x[0], 0), any_value(1, 2)),
        XTAPE_CASE(cumsum(x[0]), any_value()), XTAPE_CASE(cumsum(x[0], 0), any_value(0, 3))},
       {},
       {},
       {"the running sum of g, from the end"}},
      {"cumprod",
       "running results",
       "running product along an axis",
       {XTAPE_CASE(cumprod(x[0]), any_value(2, 3)), XTAPE_CASE(cumprod(x[0], 1), any_value(2, 3, 2)),
        XTAPE_CASE(cumprod(x[0], -1), any_value(2, 4)), XTAPE_CASE(cumprod(x[0], 0), any_value(1, 2)),
        XTAPE_CASE(cumprod(x[0]), any_value()), XTAPE_CASE(cumprod(x[0], 1), any_value(2, 0))}},
      {"logcumsumexp",
       "running results",
       "log of the running sum of exp(x)",
       {XTAPE_CASE(logcumsumexp(x[0]), any_value(2, 3)), XTAPE_CASE(logcumsumexp(x[0], 1), any_value(2, 3, 2)),
        XTAPE_CASE(logcumsumexp(x[0], -1), any_value(2, 4)), XTAPE_CASE(logcumsumexp(x[0]), any_value()),
        XTAPE_CASE(logcumsumexp(x[0], 0), any_value(0, 3))}},
      {"linear_recurrence",
       "running results",
       "h[i] = a[i] h[i - 1] + x[i] along an axis",
       {XTAPE_CASE(linear_recurrence(x[0], x[1], 0), any_value(4), any_value(4)),
        XTAPE_CASE(linear_recurrence(x[0], x[1], -1, {.reverse = true}), any_value(2, 3), any_value(2, 3)),
        XTAPE_CASE(linear_recurrence(x[0], x[1], 0), any_value(), any_value(3, 2)),
        XTAPE_CASE(linear_recurrence(x[0], x[1], 0, {.reverse = true}), any_value(3, 1), any_value(2)),
        XTAPE_CASE(linear_recurrence(x[0], x[1], 1), any_value(2, 1), any_value(2, 1)),
        XTAPE_CASE(linear_recurrence(x[0], x[1], 0), any_value(0, 3), any_value(0, 3))}},
      {"prod_of_others",
       "running results",
       "product of all elements along an axis but one",
       {XTAPE_CASE(prod_of_others(x[0], 0), any_value(4, 2)), XTAPE_CASE(prod_of_others(x[0], -1), any_value(2, 1)),
        XTAPE_CASE(prod_of_others(x[0], 0), any_value(0))}},
  };
}

}  // namespace xtape
