#pragma once

#include <benchmarks/report.hpp>

namespace benchmarks {

/// An SVG bar chart: how many times faster xtape is in each workload, a bar for each number of threads, on a
/// logarithmic axis, with a mark where the target is.
std::string bar_chart(const std::vector<Row>& rows, const std::string& subtitle);

/// Points of a curve, (x, y).
struct Curve {
  std::string name;
  std::vector<std::pair<double, double>> points;
};

/// A panel of curves on two logarithmic axes.
struct Panel {
  std::string title, x_label, y_label;
  std::vector<Curve> curves;
};

/// Panels side by side.
std::string curve_chart(const std::vector<Panel>& panels, const std::string& title);

}  // namespace benchmarks
