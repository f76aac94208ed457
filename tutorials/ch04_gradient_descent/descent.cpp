// Going down a gradient: the field of arrows, a path, four learning rates, and a valley that is not the deepest.
#include <xtape.hpp>

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>

#include <cstdio>

using namespace xtape;

namespace {

// x^2 + y^2 of one point (2), or of many (2, N).
Tensor bowl(const Tensor& x) { return sum(square(x), {0}); }

struct Descent {
  Tensor end;
  std::vector<double> x, y, losses;  // on the way
};

Descent descend(const Tensor& start, double learning_rate, int steps) {
  Descent way;
  Tensor x = start;
  for (int i = 0; i <= steps; ++i) {
    x = x.detach().requires_grad_();
    const Tensor loss = bowl(x);
    way.x.push_back(x.item(0));
    way.y.push_back(x.item(1));
    way.losses.push_back(loss.item());
    if (i < steps) x = x - learning_rate * grad(loss, x);
  }
  way.end = x.detach();
  return way;
}

// The same with slopes from differences.
Tensor descend_by_differences(const Tensor& start, double learning_rate, int steps) {
  const double h = 1e-4;
  double x = start.item(0), y = start.item(1);
  const auto f = [](double a, double b) { return bowl(xt::xarray<double>{a, b}).item(); };
  for (int i = 0; i < steps; ++i) {
    const double slope_x = (f(x + h, y) - f(x - h, y)) / (2 * h), slope_y = (f(x, y + h) - f(x, y - h)) / (2 * h);
    x -= learning_rate * slope_x;
    y -= learning_rate * slope_y;
  }
  return xt::xarray<double>{x, y};
}

void field(const tutorial::Options& options) {
  std::vector<double> x, y;
  for (double b = -2.0; b < 2.5; b += 0.25) {
    for (double a = -2.0; a < 2.5; a += 0.25) {
      x.push_back(a);
      y.push_back(b);
    }
  }
  const Tensor points = stack({xt::adapt(x), xt::adapt(y)}).requires_grad_();
  const Tensor down = -grad(sum(bowl(points)), points);
  plot::Figure figure({.width = 560, .height = 520});
  figure.axes().quiver(x, y, view(down, {0}), view(down, {1})).x_label("x").y_label("y").equal();
  figure.axes().x_range(-2.4, 2.6).y_range(-2.4, 2.6);
  figure.save(options.figure("field"));
}

void paths(const tutorial::Options& options) {
  const Tensor start = xt::xarray<double>{-3.0, 4.0};
  std::printf("x^2 + y^2 from (-3, 4)\nlearning rate  steps   end by the tape                    by differences\n");
  struct Run {
    double rate;
    int steps;
  };
  for (const Run run : {Run{0.1, 20}, Run{0.1, 100}, Run{10.0, 100}, Run{1e-10, 100}}) {
    const Tensor end = descend(start, run.rate, run.steps).end;
    const Tensor rough = descend_by_differences(start, run.rate, run.steps);
    std::printf("%13g  %5d   (%13.8g, %13.8g)   (%11.8g, %11.8g)\n", run.rate, run.steps, end.item(0), end.item(1),
                rough.item(0), rough.item(1));
  }

  const Descent way = descend(start, 0.1, 20);
  plot::Figure figure({.width = 560, .height = 520});
  plot::Axes& axes = figure.axes();
  axes.horizontal_line(0).vertical_line(0);
  axes.line(way.x, way.y, {.color = "#0072b2", .line = ":", .marker = "o", .width = 1});
  axes.x_range(-3.5, 3.5).y_range(-4.5, 4.5).x_label("x").y_label("y");
  figure.save(options.figure("path"));
}

void learning_rates(const tutorial::Options& options) {
  const Tensor start = xt::xarray<double>{-3.0, 4.0};
  plot::Figure figure({.width = 720, .height = 420});
  std::printf("\nloss after 20 steps\n");
  for (const double rate : {0.001, 0.01, 0.1, 0.5, 0.9, 1.0, 1.05}) {
    const Descent way = descend(start, rate, 20);
    std::printf("learning rate %5g   %10.4g\n", rate, way.losses.back());
    if (rate == 0.5) continue;  // one step leads to 0, which has no place on a logarithmic axis
    char name[32];
    std::snprintf(name, sizeof name, "learning rate %g", rate);
    figure.axes().line(way.losses, {.label = name, .line = rate == 0.9 ? "--" : "-", .marker = "o", .size = 0.4});
  }
  figure.axes().log_y().x_label("step").y_label("loss").legend("outside");
  figure.save(options.figure("learning_rates"));
}

Tensor two_valleys(const Tensor& x) { return square(square(x)) - 3.0 * square(x) + x; }

void local_minima(const tutorial::Options& options) {
  const Tensor x = linspace(-2.1, 2.0, 150, {.dtype = float64});
  plot::Figure figure;
  figure.axes().line(x, two_valleys(x), {.label = "x^4 - 3 x^2 + x"});
  std::printf("\nx^4 - 3 x^2 + x, learning rate 0.02, 100 steps\n");
  for (const double start : {-2.0, 0.1, 0.2, 1.9}) {
    std::vector<double> way, heights;
    Tensor at = start;
    for (int i = 0; i < 100; ++i) {
      at = at.detach().requires_grad_();
      const Tensor height = two_valleys(at);
      way.push_back(at.item());
      heights.push_back(height.item());
      at = at - 0.02 * grad(height, at);
    }
    std::printf("from %4.1f to %7.4f, where it is %7.4f\n", start, way.back(), heights.back());
    char name[32];
    std::snprintf(name, sizeof name, "from %g", start);
    if (start != 0.1) figure.axes().scatter(way, heights, {.label = name, .marker = "o", .size = 0.5});
  }
  figure.axes().x_label("x").y_label("height").legend("below");
  figure.save(options.figure("local_minima"));
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  field(options);
  paths(options);
  learning_rates(options);
  local_minima(options);
}
