#include <autograd/factories.hpp>
#include <autograd/kernels/sort.hpp>
#include <autograd/ops/checked_index.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/ops/slice.hpp>
#include <autograd/ops/sort.hpp>
#include <autograd/record.hpp>

#include <cmath>

namespace xtape {

namespace {

struct Ordered {
  Tensor values, places;
};

// `kernel(type, input, rows, width, values, places)` on contiguous rows along `axis`, without history; of each row
// `count` values and places are written. Without values none are asked for.
template <class Kernel>
Ordered run_rows(const Tensor& x, std::size_t axis, std::size_t count, bool with_values, const Kernel& kernel) {
  const auto along = static_cast<std::ptrdiff_t>(axis);
  const Tensor input = swapaxes(x.detach(), along, -1).contiguous();
  Shape shape = input.shape();
  const std::size_t width = std::exchange(shape.back(), count);
  const std::size_t rows = width == 0 ? 0 : input.size() / width;
  Ordered result;
  result.places = Tensor::uninitialized(shape, int64);
  if (with_values) result.values = Tensor::uninitialized(shape, x.dtype());
  visit_dtype(x.dtype(), [&]<class T>(TypeTag<T>) {
    kernel(input.data<T>(), rows, width, with_values ? static_cast<T*>(result.values.mutable_data()) : nullptr,
           static_cast<std::int64_t*>(result.places.mutable_data()));
  });
  const auto turned_back = [along](const Tensor& rows_of) { return swapaxes(rows_of, along, -1).contiguous(); };
  result.places = turned_back(result.places);
  if (with_values) result.values = turned_back(result.values);
  return result;
}

Ordered run_sort(const Tensor& x, std::size_t axis, bool with_values, bool descending) {
  return run_rows(x, axis, x.shape()[axis], with_values, [=](const auto* input, auto rows, auto width, auto... to) {
    kernels::sort_rows(input, rows, width, descending, to...);
  });
}

// The values as elements of x.
Tensor record_chosen(const char* name, const Ordered& chosen, const Tensor& x, std::size_t axis) {
  return record(name, chosen.values, From{x, [places = save(chosen.places), shape = x.shape(), axis](const Tensor& g) {
                                            return put_elements(g, places.get(), shape, axis);
                                          }});
}

// Of each row along `axis`, where the element of that rank lies, and the `count` - 1 behind it in order.
Tensor places_of_rank(const Tensor& x, std::size_t axis, std::size_t rank, std::size_t count) {
  const profile::Op profiled("places_of_rank", x);
  const auto kernel = [=](const auto* input, auto rows, auto width, auto*, std::int64_t* to) {
    kernels::rank_in_rows(input, rows, width, rank, count, to);
  };
  return profiled.result(run_rows(x, axis, count, false, kernel).places);
}

Tensor quantile(const char* op, const Tensor& x, double q, std::ptrdiff_t axis, KeepDims keep) {
  const std::size_t along = normalize_axis(axis, x.dimension(), op);
  const std::size_t length = x.shape()[along];
  if (!(q >= 0.0 && q <= 1.0)) throw Error(std::string(op) + ": q is " + std::to_string(q) + ", outside [0, 1]");
  if (length == 0) {
    throw ShapeError(std::string(op) + ": no elements along axis " + std::to_string(along) + " of shape " +
                     to_string(x.shape()));
  }
  const double position = q * static_cast<double>(length - 1);
  const auto rank = static_cast<std::size_t>(position);
  const double weight = position - std::floor(position);
  const std::size_t count = weight > 0.0 ? 2 : 1;
  const Tensor places = places_of_rank(x, along, rank, count);
  const Tensor chosen = take_elements(op, astype(x, as_floating(x.dtype())), places, along);
  const Axes one{static_cast<std::ptrdiff_t>(along)};
  if (count == 1) return keep.keep ? chosen : squeeze(chosen, one);
  Shape shape(x.dimension(), 1);
  shape[along] = 2;
  const Tensor weights = astype(Tensor(xt::xarray<double>{1.0 - weight, weight}), chosen.dtype());
  return sum(chosen * reshape(weights, shape), one, keep);
}

}  // namespace

Tensor sort(const Tensor& x, std::ptrdiff_t axis, SortOptions options) {
  const std::size_t along = normalize_axis(axis, x.dimension(), "sort");
  const profile::Op profiled("sort", x);
  return record_chosen("sort", run_sort(x, along, true, options.descending), x, along);
}

Tensor argsort(const Tensor& x, std::ptrdiff_t axis, SortOptions options) {
  const std::size_t along = normalize_axis(axis, x.dimension(), "argsort");
  const profile::Op profiled("argsort", x);
  return profiled.result(run_sort(x, along, false, options.descending).places);
}

std::pair<Tensor, Tensor> topk(const Tensor& x, std::size_t k, std::ptrdiff_t axis, TopkOptions options) {
  const std::size_t along = normalize_axis(axis, x.dimension(), "topk");
  if (k > x.shape()[along]) {
    throw IndexError("topk: " + std::to_string(k) + " elements asked for along axis " + std::to_string(along) +
                     " of shape " + to_string(x.shape()));
  }
  const profile::Op profiled("topk", x);
  const Ordered chosen = run_rows(x, along, k, true, [=](const auto* input, auto rows, auto width, auto... to) {
    kernels::top_of_rows(input, rows, width, k, options.largest, options.sorted, to...);
  });
  return {record_chosen("topk", chosen, x, along), chosen.places};
}

Tensor quantile(const Tensor& x, double q) { return quantile(flatten(x), q, 0); }
Tensor quantile(const Tensor& x, double q, std::ptrdiff_t axis, KeepDims keep) {
  return quantile("quantile", x, q, axis, keep);
}
Tensor median(const Tensor& x) { return median(flatten(x), 0); }
Tensor median(const Tensor& x, std::ptrdiff_t axis, KeepDims keep) { return quantile("median", x, 0.5, axis, keep); }

Tensor unique(const Tensor& x) {
  const profile::Op profiled("unique", x);
  const Tensor sorted = sort(flatten(x.detach()), 0);
  const std::size_t count = visit_dtype(sorted.dtype(), [&]<class T>(TypeTag<T>) {
    return kernels::unite_equal(static_cast<T*>(sorted.mutable_data()), sorted.size());
  });
  return profiled.result(view(sorted, {xt::range(0, static_cast<std::ptrdiff_t>(count))}).clone());
}

std::vector<OpEntry> sort_ops() {
  return {
      {"sort",
       "order",
       "in ascending or descending order along an axis",
       {XTAPE_CASE(sort(x[0]), any_value(2, 4)), XTAPE_CASE(sort(x[0], 0), any_value(3, 2)),
        XTAPE_CASE(sort(x[0], 1, {.descending = true}), any_value(2, 3, 2)), XTAPE_CASE(sort(x[0]), any_value(3, 0)),
        XTAPE_CASE(sort(x[0], 0), any_value(0, 3))}},
      {"argsort", "order", "the places of the sorted elements", {}},
      {"topk",
       "order",
       "the k largest or smallest elements and their places",
       {XTAPE_CASE(topk(x[0], 2).first, any_value(2, 4)), XTAPE_CASE(topk(x[0], 2, 0).first, any_value(3, 2)),
        XTAPE_CASE(topk(x[0], 3, 1, {.largest = false}).first, any_value(2, 3, 2)),
        XTAPE_CASE(topk(x[0], 2, -1, {.sorted = false}).first, any_value(5)),
        XTAPE_CASE(topk(x[0], 0).first, any_value(2, 3))}},
      {"median",
       "order",
       "the middle of the sorted elements",
       {XTAPE_CASE(median(x[0]), any_value(2, 3)), XTAPE_CASE(median(x[0]), any_value()),
        XTAPE_CASE(median(x[0], 0), any_value(3, 2)), XTAPE_CASE(median(x[0], 1, keep_dims), any_value(2, 4, 2))}},
      {"quantile",
       "order",
       "what a share of the elements lies below, interpolated",
       {XTAPE_CASE(quantile(x[0], 0.3), any_value(2, 3)), XTAPE_CASE(quantile(x[0], 0.9, 1), any_value(2, 4)),
        XTAPE_CASE(quantile(x[0], 1.0, 0, keep_dims), any_value(3, 2)),
        XTAPE_CASE(quantile(x[0], 0.25, -1), any_value(0, 3))}},
      {"unique", "order", "the different values, sorted", {}},
  };
}

}  // namespace xtape
