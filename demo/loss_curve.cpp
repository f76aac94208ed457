#include "loss_curve.hpp"

#include <algorithm>
#include <cstdint>

namespace demo {

namespace {

namespace plot = xtape::plot;

struct Curve {
  std::vector<double> x, y;
};

// The steps' losses over the epochs, as means of neighbours where there are more than the picture can show.
Curve thinned(const std::vector<double>& losses, double epochs) {
  constexpr std::size_t most = 600;
  const std::size_t group = (losses.size() + most - 1) / most;
  Curve curve;
  for (std::size_t first = 0; first < losses.size(); first += group) {
    const std::size_t last = std::min(first + group, losses.size());
    double sum = 0.0;
    for (std::size_t i = first; i < last; ++i) sum += losses[i];
    curve.x.push_back(static_cast<double>(first + last) / 2.0 / static_cast<double>(losses.size()) * epochs);
    curve.y.push_back(sum / static_cast<double>(last - first));
  }
  return curve;
}

// One value an epoch; a mean over the epoch belongs to its middle, a score to its end.
Curve by_epoch(std::vector<double> values, double offset) {
  Curve curve{{}, std::move(values)};
  for (std::size_t i = 0; i < curve.y.size(); ++i) curve.x.push_back(static_cast<double>(i) + offset);
  return curve;
}

// Dots that would run into each other are left out.
std::string dots(const Curve& curve) { return curve.x.size() > 40 ? "" : "o"; }

void draw_losses(plot::Axes& axes, const Curve& steps, const Curve& train, const Curve& test) {
  axes.line(steps.x, steps.y, {.label = "training, single steps", .color = "#a9c8e8", .width = 1.0})
      .line(train.x, train.y, {.label = "training, mean of an epoch", .marker = dots(train), .size = 0.5})
      .line(test.x, test.y, {.label = "test, after an epoch", .marker = dots(test), .size = 0.5})
      .y_label("cross-entropy loss")
      .legend("top right")
      .log_y();
  // Single steps scatter far below their means: the range is that of the means, and a little below.
  constexpr double smallest = 1e-6;
  const double mean =
      std::min(*std::min_element(train.y.begin(), train.y.end()), *std::min_element(test.y.begin(), test.y.end()));
  const double low = std::max(0.5 * mean, smallest);
  axes.y_range(low, std::max(1.2 * *std::max_element(steps.y.begin(), steps.y.end()), 2.0 * low));
}

}  // namespace

plot::Figure loss_curve(const History& history, const std::string& title) {
  const xtape::training::History& by_epochs = history.of_epochs;
  const auto epochs = static_cast<double>(by_epochs.epochs.size());
  const Curve accuracy = by_epoch(by_epochs.column("validation_accuracy"), 1.0);
  plot::Figure figure({.rows = 2, .width = 760, .height = 600, .title = title});
  draw_losses(figure.axes(0).x_range(0.0, epochs), thinned(history.step_losses, epochs),
              by_epoch(by_epochs.column("loss"), 0.5), by_epoch(by_epochs.column("validation_loss"), 1.0));
  figure.axes(1)
      .line(accuracy.x, accuracy.y, {.color = "green", .marker = dots(accuracy), .size = 0.5})
      .x_range(0.0, epochs)
      .x_label("epoch")
      .y_label("test accuracy");
  return figure;
}

}  // namespace demo
