#include <autograd/factories.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/reduce.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/ops/sort.hpp>
#include <autograd/tape.hpp>
#include <plot/boundary.hpp>

#include <algorithm>
#include <cmath>

namespace xtape::plot {

Plane Plane::around(const Tensor& points) {
  if (points.dimension() != 2 || points.shape(1) != 2 || points.size() == 0) {
    throw ShapeError("plot: Plane::around takes points of shape (N, 2), but got " + to_string(points.shape()));
  }
  const Values numbers(points);
  Plane plane{HUGE_VAL, -HUGE_VAL, HUGE_VAL, -HUGE_VAL};
  for (std::size_t i = 0; i < numbers.size(); i += 2) {
    plane.x_low = std::min(plane.x_low, numbers[i]), plane.x_high = std::max(plane.x_high, numbers[i]);
    plane.y_low = std::min(plane.y_low, numbers[i + 1]), plane.y_high = std::max(plane.y_high, numbers[i + 1]);
  }
  const double x_margin = 0.1 * (plane.x_high - plane.x_low), y_margin = 0.1 * (plane.y_high - plane.y_low);
  plane.x_low -= x_margin, plane.x_high += x_margin;
  plane.y_low -= y_margin, plane.y_high += y_margin;
  return plane;
}

std::vector<double> Plane::x() const { return Values(linspace(x_low, x_high, steps, {.dtype = float64})).numbers(); }
std::vector<double> Plane::y() const { return Values(linspace(y_low, y_high, steps, {.dtype = float64})).numbers(); }

Tensor Plane::points(DType dtype) const {
  const std::vector<double> across = x(), up = y();
  xt::xtensor<double, 2> all({steps * steps, std::size_t{2}});
  for (std::size_t i = 0; i < steps * steps; ++i) {
    all(i, 0) = across[i % steps];
    all(i, 1) = up[i / steps];
  }
  return astype(Tensor(all), dtype);
}

Axes& decision_regions(Axes& axes, const Plane& plane, const std::function<Tensor(const Tensor&)>& classify,
                       DType dtype) {
  const NoGrad guard;
  const Tensor answer = classify(plane.points(dtype));
  const Tensor classes = answer.dimension() == 2 && answer.shape(1) > 1 ? argmax(answer, 1) : answer;
  if (classes.size() != plane.steps * plane.steps) {
    throw ShapeError("plot: decision_regions gave " + std::to_string(plane.steps * plane.steps) +
                     " points, but the classifier returned shape " + to_string(answer.shape()));
  }
  return axes.regions(plane.x(), plane.y(), reshape(classes, {plane.steps, plane.steps}));
}

}  // namespace xtape::plot
