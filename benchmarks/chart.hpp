#pragma once

#include <benchmarks/report.hpp>

namespace benchmarks {

/// Draws a bar chart: how many times faster xtape is in each workload, a bar for each number of threads, on a
/// logarithmic axis, with a mark where the target is. Says so where it cannot be drawn.
void draw_bars(const std::vector<Row>& rows, const std::string& title, const std::filesystem::path& file);

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

/// Draws panels side by side. Says so where they cannot be drawn.
void draw_curves(const std::vector<Panel>& panels, const std::string& title, const std::filesystem::path& file);

}  // namespace benchmarks
