#include <autograd/kernels/pool.hpp>
#include <autograd/ops/channels_last.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/pool.hpp>
#include <autograd/ops/window.hpp>
#include <autograd/record.hpp>

#include <memory>

namespace xtape {

namespace {

// The windows over an image, and the shapes of both sides; shared by the rules of one op.
struct Pool {
  kernels::Pooling sizes;
  Shape input, output;

  bool channels_last() const { return sizes.channels > 1; }
  // A tensor in the order that the loops take, and a new one.
  Tensor in_order(const Tensor& x) const { return channels_last() ? xtape::channels_last(x) : x.contiguous(); }
  Tensor uninitialized(const Shape& shape, DType dtype) const {
    return channels_last() ? uninitialized_channels_last(shape, dtype) : Tensor::uninitialized(shape, dtype);
  }
};
using PoolPtr = std::shared_ptr<const Pool>;

// --- windows

PoolPtr pool_of(const Tensor& x, std::vector<kernels::PoolAxis> spatial) {
  Pool pool;
  pool.input = pool.output = x.shape();
  const std::size_t first = x.dimension() - spatial.size();
  for (std::size_t i = 0; i < first; ++i) pool.sizes.planes *= x.shape()[i];
  if (first == 2 && !x.is_contiguous() && is_channels_last(x)) {
    pool.sizes.planes = x.shape()[0];
    pool.sizes.channels = x.shape()[1];
  }
  for (std::size_t i = 0; i < spatial.size(); ++i) pool.output[first + i] = spatial[i].windows.size();
  pool.sizes.columns = std::move(spatial.back());
  if (spatial.size() == 2) pool.sizes.rows = std::move(spatial.front());
  return std::make_shared<const Pool>(std::move(pool));
}

WindowSizes window_sizes(const char* op, std::size_t axes, const PerAxis& kernel, const PerAxis& stride,
                         const PerAxis& padding, const PerAxis& dilation) {
  WindowSizes sizes{kernel.numbers(axes, 1, op, "kernel"),
                    stride.given() ? stride.numbers(axes, 1, op, "stride") : kernel.numbers(axes, 1, op, "kernel"),
                    padding.numbers(axes, 0, op, "padding"), dilation.numbers(axes, 1, op, "dilation")};
  for (std::size_t i = 0; i < axes; ++i) {
    if (sizes.padding[i] > sizes.kernel[i] / 2) {
      throw ShapeError(std::string(op) + ": padding " + to_string(sizes.padding) + " for a kernel of " +
                       to_string(sizes.kernel) +
                       "; it must be at most half of it, or a window might lie in the padding");
    }
  }
  return sizes;
}

// Windows of one axis, cut to what lies inside of it.
kernels::PoolAxis moving_windows(const char* op, std::size_t size, const WindowSizes& sizes, std::size_t axis,
                                 std::size_t places, bool count_padding) {
  const std::size_t step = sizes.dilation[axis], padding = sizes.padding[axis];
  kernels::PoolAxis result{size, step, {}};
  for (std::size_t place = 0; place < places; ++place) {
    const std::size_t start = place * sizes.stride[axis];  // counted, as `stop`, from the first element of the padding
    const std::size_t stop = start + step * (sizes.kernel[axis] - 1) + 1;
    const std::size_t outside = start < padding ? (padding - start + step - 1) / step * step : 0;
    kernels::PoolWindow window{start + outside - padding, std::min(stop - padding, size), 0};
    if (stop <= padding || window.begin >= window.end) {
      throw ShapeError(std::string(op) + ": window " + std::to_string(place) + " of spatial axis " +
                       std::to_string(axis) + ", of size " + std::to_string(size) +
                       ", has all of its elements in the padding; use less padding " + to_string(sizes.padding) +
                       " or dilation " + to_string(sizes.dilation));
    }
    window.end = window.begin + (window.end - 1 - window.begin) / step * step + 1;  // just behind an element
    window.count = count_padding ? std::min(stop, size + 2 * padding) - start : window.end - window.begin;
    result.windows.push_back(window);
  }
  return result;
}

PoolPtr moving_pool(const char* op, const Tensor& x, const WindowSizes& sizes, bool ceil_mode, bool count_padding) {
  const Shape& input = x.shape();
  const std::size_t axes = sizes.kernel.size();
  require_image(op, input, axes);
  const std::vector<std::size_t> places = window_places(op, input, sizes, ceil_mode), given = last_sizes(input, axes);
  std::vector<kernels::PoolAxis> spatial;
  for (std::size_t i = 0; i < axes; ++i) {
    spatial.push_back(moving_windows(op, given[i], sizes, i, places[i], count_padding));
  }
  return pool_of(x, std::move(spatial));
}

PoolPtr adaptive_pool(const char* op, const Tensor& x, std::size_t axes, const PerAxis& size) {
  const Shape& input = x.shape();
  require_image(op, input, axes);
  const std::vector<std::size_t> places = size.numbers(axes, 1, op, "size"), given = last_sizes(input, axes);
  std::vector<kernels::PoolAxis> spatial;
  for (std::size_t i = 0; i < axes; ++i) {
    if (given[i] == 0) {
      throw ShapeError(std::string(op) + ": no elements to pool in an input of shape " + to_string(input));
    }
    kernels::PoolAxis axis{given[i], 1, {}};
    for (std::size_t place = 0; place < places[i]; ++place) {
      const std::size_t begin = place * given[i] / places[i],
                        end = ((place + 1) * given[i] + places[i] - 1) / places[i];
      axis.windows.push_back({begin, end, end - begin});
    }
    spatial.push_back(std::move(axis));
  }
  return pool_of(x, std::move(spatial));
}

// --- max pooling: the values at places that the forward finds, and the transpose of taking them

// A new tensor of `x`'s floating dtype that function(x's values, its own) fills.
template <class F>
Tensor run_floating(const Tensor& x, const Shape& shape, const Pool& pool, const F& function) {
  const Tensor source = pool.in_order(x.detach());
  const Tensor result = pool.uninitialized(shape, x.dtype());
  visit_floating(x.dtype(), [&]<class T>(TypeTag<T>) {
    function(static_cast<const T*>(source.raw_data()), static_cast<T*>(result.mutable_data()));
  });
  return result;
}

Tensor put_places(const Tensor& g, const Tensor& places, const PoolPtr& pool);

Tensor take_places(const Tensor& x, const Tensor& places, const PoolPtr& pool) {
  const profile::Op profiled("take_places", places);
  const auto* at = static_cast<const std::int64_t*>(places.raw_data());
  const Tensor result = run_floating(x, pool->output, *pool,
                                     [&](auto* from, auto* to) { kernels::take_places(pool->sizes, from, at, to); });
  return record("take_places", result,
                From{x, [places, pool](const Tensor& g) { return put_places(g, places, pool); }});
}

Tensor put_places(const Tensor& g, const Tensor& places, const PoolPtr& pool) {
  const profile::Op profiled("put_places", g, places);
  const auto* at = static_cast<const std::int64_t*>(places.raw_data());
  const Tensor result = run_floating(g, pool->input, *pool,
                                     [&](auto* from, auto* to) { kernels::add_at_places(pool->sizes, from, at, to); });
  return record("put_places", result,
                From{g, [places, pool](const Tensor& u) { return take_places(u, places, pool); }});
}

std::pair<Tensor, Tensor> max_pool(const char* op, const Tensor& x, const PoolPtr& pool) {
  const profile::Op profiled(op, x);
  const Tensor source = pool->in_order(x.detach());
  const Tensor values = pool->uninitialized(pool->output, x.dtype()), places = pool->uninitialized(pool->output, int64);
  visit_dtype(x.dtype(), [&]<class T>(TypeTag<T>) {
    kernels::max_pool(pool->sizes, static_cast<const T*>(source.raw_data()), static_cast<T*>(values.mutable_data()),
                      static_cast<std::int64_t*>(places.mutable_data()));
  });
  profiled.result(places);
  // The caller may write into the places; the rule sees that.
  return {record(op, values,
                 From{x, [places = save(places), pool](const Tensor& g) { return put_places(g, places.get(), pool); }}),
          places};
}

std::pair<Tensor, Tensor> max_pool(const char* op, std::size_t axes, const Tensor& x, const PerAxis& kernel,
                                   const MaxPoolOptions& options) {
  const WindowSizes sizes = window_sizes(op, axes, kernel, options.stride, options.padding, options.dilation);
  return max_pool(op, x, moving_pool(op, x, sizes, options.ceil_mode, false));
}

// --- average pooling: linear, and so is its transpose

Tensor spread(const Tensor& g, const PoolPtr& pool);

Tensor average(const char* op, const Tensor& x, const PoolPtr& pool) {
  const profile::Op profiled(op, x);
  const Tensor result =
      run_floating(x, pool->output, *pool, [&](auto* from, auto* to) { kernels::average_pool(pool->sizes, from, to); });
  return record(op, result, From{x, [pool](const Tensor& g) { return spread(g, pool); }});
}

Tensor spread(const Tensor& g, const PoolPtr& pool) {
  const profile::Op profiled("avg_pool_gradient", g);
  const Tensor result = run_floating(
      g, pool->input, *pool, [&](auto* from, auto* to) { kernels::average_pool_gradient(pool->sizes, from, to); });
  return record("avg_pool_gradient", result, From{g, [pool](const Tensor& u) { return average("avg_pool", u, pool); }});
}

Tensor avg_pool(const char* op, std::size_t axes, const Tensor& x, const PerAxis& kernel,
                const AvgPoolOptions& options) {
  const WindowSizes sizes = window_sizes(op, axes, kernel, options.stride, options.padding, 1);
  const PoolPtr pool = moving_pool(op, x, sizes, options.ceil_mode, options.count_include_pad);
  return average(op, astype(x, as_floating(x.dtype())), pool);
}

Tensor adaptive_avg_pool(const char* op, std::size_t axes, const Tensor& x, const PerAxis& size) {
  return average(op, astype(x, as_floating(x.dtype())), adaptive_pool(op, x, axes, size));
}

}  // namespace

Tensor max_pool1d(const Tensor& x, const PerAxis& kernel, const MaxPoolOptions& options) {
  return max_pool("max_pool1d", 1, x, kernel, options).first;
}
Tensor max_pool2d(const Tensor& x, const PerAxis& kernel, const MaxPoolOptions& options) {
  return max_pool("max_pool2d", 2, x, kernel, options).first;
}
std::pair<Tensor, Tensor> max_pool1d_with_indices(const Tensor& x, const PerAxis& kernel,
                                                  const MaxPoolOptions& options) {
  return max_pool("max_pool1d", 1, x, kernel, options);
}
std::pair<Tensor, Tensor> max_pool2d_with_indices(const Tensor& x, const PerAxis& kernel,
                                                  const MaxPoolOptions& options) {
  return max_pool("max_pool2d", 2, x, kernel, options);
}

Tensor avg_pool1d(const Tensor& x, const PerAxis& kernel, const AvgPoolOptions& options) {
  return avg_pool("avg_pool1d", 1, x, kernel, options);
}
Tensor avg_pool2d(const Tensor& x, const PerAxis& kernel, const AvgPoolOptions& options) {
  return avg_pool("avg_pool2d", 2, x, kernel, options);
}

Tensor adaptive_avg_pool1d(const Tensor& x, const PerAxis& size) {
  return adaptive_avg_pool("adaptive_avg_pool1d", 1, x, size);
}
Tensor adaptive_avg_pool2d(const Tensor& x, const PerAxis& size) {
  return adaptive_avg_pool("adaptive_avg_pool2d", 2, x, size);
}
Tensor adaptive_max_pool1d(const Tensor& x, const PerAxis& size) {
  const char* op = "adaptive_max_pool1d";
  return max_pool(op, x, adaptive_pool(op, x, 1, size)).first;
}
Tensor adaptive_max_pool2d(const Tensor& x, const PerAxis& size) {
  const char* op = "adaptive_max_pool2d";
  return max_pool(op, x, adaptive_pool(op, x, 2, size)).first;
}

std::vector<OpEntry> pool_ops() {
  return {
      {"max_pool1d",
       "pooling",
       "largest element of each window",
       {XTAPE_CASE(max_pool1d(x[0], 2), any_value(2, 2, 5)),
        XTAPE_CASE(max_pool1d(x[0], 3, {.stride = 1, .padding = 1, .dilation = 2}), any_value(2, 7)),
        XTAPE_CASE(max_pool1d(x[0], 2), any_value(0, 2, 5))}},
      {"max_pool2d",
       "pooling",
       "the same for images",
       {XTAPE_CASE(max_pool2d(x[0], 2), any_value(2, 2, 4, 2)),
        XTAPE_CASE(max_pool2d(x[0], 3, {.stride = 2, .padding = 1, .ceil_mode = true}), any_value(1, 2, 4, 5)),
        XTAPE_CASE(max_pool2d(x[0], {2, 1}, {.stride = {1, 2}, .dilation = {2, 1}}), any_value(2, 4, 3))},
       {},
       {},
       {"g at the place of each maximum, 0 elsewhere"}},
      {"max_pool1d_with_indices",
       "pooling",
       "max_pool1d and the places of what it took",
       {XTAPE_CASE(max_pool1d_with_indices(x[0], 2).first, any_value(2, 6))}},
      {"max_pool2d_with_indices",
       "pooling",
       "max_pool2d and the places of what it took",
       {XTAPE_CASE(max_pool2d_with_indices(x[0], 2).first, any_value(1, 2, 4, 4))}},
      {"avg_pool1d",
       "pooling",
       "mean of each window",
       {XTAPE_CASE(avg_pool1d(x[0], 2), any_value(2, 2, 5)),
        XTAPE_CASE(avg_pool1d(x[0], 3, {.stride = 2, .padding = 1, .ceil_mode = true}), any_value(2, 6))}},
      {"avg_pool2d",
       "pooling",
       "the same for images",
       {XTAPE_CASE(avg_pool2d(x[0], 2), any_value(2, 2, 4, 2)),
        XTAPE_CASE(avg_pool2d(x[0], {3, 2}, {.stride = {2, 1}, .padding = 1}), any_value(1, 2, 4, 3)),
        XTAPE_CASE(avg_pool2d(x[0], 3, {.stride = 2, .padding = 1, .ceil_mode = true, .count_include_pad = false}),
                   any_value(2, 4, 6))},
       {},
       {},
       {"g / n, spread over the n places of its window"}},
      {"adaptive_avg_pool1d",
       "pooling",
       "means of windows that share the axis out evenly",
       {XTAPE_CASE(adaptive_avg_pool1d(x[0], 3), any_value(2, 2, 7)),
        XTAPE_CASE(adaptive_avg_pool1d(x[0], 4), any_value(2, 3))}},
      {"adaptive_avg_pool2d",
       "pooling",
       "the same for images",
       {XTAPE_CASE(adaptive_avg_pool2d(x[0], {2, 3}), any_value(1, 2, 5, 4)),
        XTAPE_CASE(adaptive_avg_pool2d(x[0], 1), any_value(2, 3, 3))}},
      {"adaptive_max_pool1d",
       "pooling",
       "largest elements of windows that share the axis out evenly",
       {XTAPE_CASE(adaptive_max_pool1d(x[0], 3), any_value(2, 2, 7))}},
      {"adaptive_max_pool2d",
       "pooling",
       "the same for images",
       {XTAPE_CASE(adaptive_max_pool2d(x[0], {2, 3}), any_value(1, 2, 5, 4)),
        XTAPE_CASE(adaptive_max_pool2d(x[0], {4, 1}), any_value(2, 3, 3))}},
  };
}

}  // namespace xtape
