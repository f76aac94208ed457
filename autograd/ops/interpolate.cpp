#include <autograd/kernels/resize.hpp>
#include <autograd/ops/interpolate.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/record.hpp>

#include <cmath>
#include <memory>

namespace xtape {

namespace {

// The map of both axes; shared by the rules of all orders.
struct Map {
  Shape from, to;
  kernels::ResizeAxis rows, columns;
};
using MapPtr = std::shared_ptr<const Map>;

Tensor run_map(const Tensor& x, const MapPtr& map, bool transposed) {
  const Tensor input = x.detach().contiguous();
  Tensor result = Tensor::uninitialized(transposed ? map->from : map->to, x.dtype());
  const std::size_t planes = map->from[0] * map->from[1];
  visit_floating(x.dtype(), [&]<class T>(TypeTag<T>) {
    const auto run = transposed ? kernels::resize_transposed<T> : kernels::resize<T>;
    run(input.data<T>(), planes, map->rows, map->columns, static_cast<T*>(result.mutable_data()));
  });
  return result;
}

// The map is linear: its gradient is the transposed map, whose gradient is the map again.
Tensor apply_map(const Tensor& x, const MapPtr& map, bool transposed) {
  const char* name = transposed ? "interpolate_transposed" : "interpolate";
  const profile::Op profiled(name, x);
  return record(name, run_map(x, map, transposed),
                From{x, [map, transposed](const Tensor& g) { return apply_map(g, map, !transposed); }});
}

kernels::ResizeAxis nearest_axis(std::size_t from, std::size_t to, double step) {
  kernels::ResizeAxis axis{from, std::vector<std::size_t>(to), {}, {}};
  for (std::size_t i = 0; i < to; ++i) {
    // PyTorch computes in float32 here; where i * step is near an integer, another precision takes another neighbour.
    const float place = std::floor(static_cast<float>(i) * static_cast<float>(step));
    axis.first[i] = std::min(static_cast<std::size_t>(place), from - 1);
  }
  return axis;
}

kernels::ResizeAxis linear_axis(std::size_t from, std::size_t to, double step, bool align_corners) {
  kernels::ResizeAxis axis{from, std::vector<std::size_t>(to), std::vector<std::size_t>(to), std::vector<double>(to)};
  if (align_corners) step = to > 1 ? static_cast<double>(from - 1) / static_cast<double>(to - 1) : 0.0;
  for (std::size_t i = 0; i < to; ++i) {
    const auto number = static_cast<double>(i);
    const double place = align_corners ? number * step : std::max((number + 0.5) * step - 0.5, 0.0);
    axis.first[i] = std::min(static_cast<std::size_t>(place), from - 1);
    axis.second[i] = std::min(axis.first[i] + 1, from - 1);
    axis.weight[i] = std::min(place - static_cast<double>(axis.first[i]), 1.0);
  }
  return axis;
}

void check(const Tensor& x, const InterpolateOptions& options) {
  const bool three = x.dimension() == 3, four = x.dimension() == 4;
  const Interpolation mode = options.mode;
  if (!(three && mode != Interpolation::bilinear) && !(four && mode != Interpolation::linear)) {
    throw ShapeError("interpolate: an input of shape " + to_string(x.shape()) +
                     "; it must be (N, C, W) for linear, (N, C, H, W) for bilinear, either for nearest");
  }
  if (options.size.empty() == options.scale_factor.values().empty()) {
    throw Error("interpolate: give either size or scale_factor; " +
                std::string(options.size.empty() ? "neither" : "both") + " given");
  }
  if (options.align_corners && mode == Interpolation::nearest) {
    throw Error("interpolate: align_corners has no meaning for nearest");
  }
  const std::size_t places = x.dimension() - 2, sizes = options.size.size();
  const std::size_t factors = options.scale_factor.values().size();
  if ((sizes > 0 && sizes != places) || (factors > 1 && factors != places)) {
    throw ShapeError("interpolate: " + std::to_string(std::max(sizes, factors)) + " sizes or factors for the " +
                     std::to_string(places) + " last axes of an input of shape " + to_string(x.shape()));
  }
}

MapPtr map_of(const Shape& shape, const InterpolateOptions& options) {
  const std::vector<double>& factors = options.scale_factor.values();
  Map map{shape, shape, {1, {0}, {}, {}}, {}};
  for (std::size_t axis = 2; axis < shape.size(); ++axis) {
    const std::size_t from = shape[axis];
    const double factor = factors.empty() ? 0.0 : factors[factors.size() == 1 ? 0 : axis - 2];
    const double size = std::floor(static_cast<double>(from) * factor);
    if (factors.empty()) {
      map.to[axis] = options.size[axis - 2];
    } else {
      map.to[axis] = size >= 1.0 ? static_cast<std::size_t>(size) : 0;
    }
    if (from == 0 || map.to[axis] == 0) {
      throw ShapeError("interpolate: axis " + std::to_string(axis) + " of shape " + to_string(shape) +
                       " cannot be resized to " + std::to_string(map.to[axis]) + "; both sizes must be 1 or more");
    }
    const double step = factors.empty() ? static_cast<double>(from) / static_cast<double>(map.to[axis]) : 1.0 / factor;
    (axis + 1 == shape.size() ? map.columns : map.rows) =
        options.mode == Interpolation::nearest ? nearest_axis(from, map.to[axis], step)
                                               : linear_axis(from, map.to[axis], step, options.align_corners);
  }
  return std::make_shared<const Map>(std::move(map));
}

}  // namespace

Tensor interpolate(const Tensor& x, const InterpolateOptions& options) {
  check(x, options);
  const MapPtr map = map_of(x.shape(), options);
  return apply_map(astype(x, as_floating(x.dtype())), map, false);
}

std::vector<OpEntry> interpolate_ops() {
  using enum Interpolation;
  return {
      {"interpolate",
       "images",
       "resized, by the nearest element or between neighbours",
       {XTAPE_CASE(interpolate(x[0], {.size = {5, 2}}), any_value(1, 2, 2, 3)),
        XTAPE_CASE(interpolate(x[0], {.scale_factor = 1.6}), any_value(2, 1, 4)),
        XTAPE_CASE(interpolate(x[0], {.size = {3, 5}, .mode = bilinear}), any_value(2, 1, 2, 3)),
        XTAPE_CASE(interpolate(x[0], {.scale_factor = {0.5, 2.0}, .mode = bilinear}), any_value(1, 2, 4, 2)),
        XTAPE_CASE(interpolate(x[0], {.size = {2, 4}, .mode = bilinear, .align_corners = true}), any_value(1, 1, 3, 3)),
        XTAPE_CASE(interpolate(x[0], {.size = {1}, .mode = linear, .align_corners = true}), any_value(1, 2, 3)),
        XTAPE_CASE(interpolate(x[0], {.scale_factor = 2.5, .mode = linear}), any_value(2, 1, 3)),
        XTAPE_CASE(interpolate(x[0], {.scale_factor = 2.0}), any_value(0, 2, 3))}},
  };
}

}  // namespace xtape
