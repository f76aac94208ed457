#pragma once

#include <functional>

#include <plot/figure.hpp>

namespace xtape::plot {

/// A rectangle of the plane, and how many points a side it is divided into.
struct Plane {
  double x_low = -1.0, x_high = 1.0, y_low = -1.0, y_high = 1.0;
  std::size_t steps = 200;

  /// The rectangle around points (N, 2), with a margin of a tenth of it.
  static Plane around(const Tensor& points);
  std::vector<double> x() const;
  std::vector<double> y() const;
  /// All points of the grid, (steps * steps, 2), x running first, in this dtype.
  Tensor points(DType dtype = DType::float64) const;
};

/// The regions that a classifier gives to its classes. `classify` takes points (N, 2) and returns (N) classes or (N, K)
/// scores, of which the largest decides. Example:
///     decision_regions(figure.axes(), plot::Plane::around(x), [&](const Tensor& p) { return net(p); });
Axes& decision_regions(Axes& axes, const Plane& plane, const std::function<Tensor(const Tensor&)>& classify,
                       DType dtype = DType::float64);

}  // namespace xtape::plot
