#pragma once

#include <functional>

#include <autograd/tensor.hpp>

namespace xtape::optim {

/// A point on the line that a search goes along: the step t, the loss there, its gradient, and its slope along the
/// line.
struct LinePoint {
  double t = 0.0;
  double loss = 0.0;
  Tensor gradient;
  double slope = 0.0;
};

/// When a line search ends.
struct WolfeOptions {
  double c1 = 1e-4;                ///< the loss must fall by this part of what the slope at the start promises
  double c2 = 0.9;                 ///< the slope must become flatter than this part of the one at the start
  double tolerance_change = 1e-9;  ///< an interval that moves no element by more is not refined
  std::size_t max_iterations = 25;
};

struct LineSearchResult {
  LinePoint point;
  std::size_t evaluations = 0;
};

/// A point that meets the strong Wolfe conditions (Nocedal and Wright, Numerical Optimization, algorithms 3.5 and 3.6),
/// or the best found, in the steps of PyTorch's _strong_wolfe: first an interval that holds such a point, from `start`
/// (t = 0) and a first step on, then smaller ones, by cubic interpolation. `evaluate(t)` gives the point at a step;
/// `reach` is the largest absolute value in the direction.
LineSearchResult strong_wolfe(const std::function<LinePoint(double t)>& evaluate, const LinePoint& start,
                              double first_step, double reach, const WolfeOptions& options);

}  // namespace xtape::optim
