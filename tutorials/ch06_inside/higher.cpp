// Derivatives of derivatives: the sine's, the hyperbolic tangent's, what a derivative looks like as a graph, Newton's
// method, and the valley in which gradient descent creeps.
#include "engine.hpp"

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cmath>
#include <iomanip>
#include <iostream>

using namespace xtape;

// f, f', f'' ... at every point of x: the sum's gradient has each point's derivative in its place.
Tensors derivatives(const Tensor& y, const Tensor& x, std::size_t orders) {
  Tensors result = {y};
  while (result.size() <= orders) result.push_back(grad(sum(result.back()), x, {.create_graph = true}));
  return result;
}

void draw_derivatives(const tutorial::Options& options) {
  const Tensor x = linspace(-7.0, 7.0, 200, {.dtype = float64, .requires_grad = true});
  const Tensors sines = derivatives(sin(x), x, 3), tangents = derivatives(tanh(x), x, 3);
  const std::vector<std::string> lines = {"-", "--", "-.", ":"};
  const std::vector<std::string> orders = {"the function", "first derivative", "second", "third"};
  plot::Figure figure({.columns = 2, .width = 1000, .height = 420});
  for (std::size_t i = 0; i < 4; ++i) {
    figure[0].line(x, sines[i], {.label = orders[i], .line = lines[i]});
    figure[1].line(x, tangents[i], {.label = orders[i], .line = lines[i]});
  }
  figure[0].title("sin").x_label("x").legend("below");
  figure[1].title("tanh").x_label("x").x_range(-4, 4).legend("below");
  figure.save(options.figure("derivatives"));
}

// The values at 1, and how long the tape gets: this chapter's engine counts its nodes.
void count_nodes() {
  std::cout << "order  tanh's derivative at 1   nodes recorded\n";
  const mini::Tensor x = mini::Tensor(1.0).requires_grad_();
  const std::uint64_t before = mini::nodes_made;
  mini::Tensor y = tanh(x);
  for (int order = 0; order <= 8; ++order) {
    std::cout << std::setw(5) << order << std::setw(24) << y.item() << std::setw(17) << mini::nodes_made - before
              << '\n';
    y = grad(y, x, {.create_graph = true});
  }
}

Tensor goldstein_price(const Tensor& x, const Tensor& y) {
  return (1.0 + square(x + y + 1.0) * (19.0 - 14.0 * x + 3.0 * square(x) - 14.0 * y + 6.0 * x * y + 3.0 * square(y))) *
         (30.0 + square(2.0 * x - 3.0 * y) *
                     (18.0 - 32.0 * x + 12.0 * square(x) + 48.0 * y - 36.0 * x * y + 27.0 * square(y)));
}

void draw_graphs(const tutorial::Options& options) {
  const Tensor x = Tensor(1.0).requires_grad_().named("x");
  const Tensor second = derivatives(tanh(x), x, 2)[2];
  graph::save(second, options.figure("tanh_second").replace_extension(".svg"), {.values = true});
  const Tensor a = Tensor(1.0).requires_grad_().named("x"), b = Tensor(1.0).requires_grad_().named("y");
  const Tensor matyas = 0.26 * (square(a) + square(b)) - 0.48 * a * b;
  graph::save(matyas, options.figure("matyas").replace_extension(".svg"), {.values = true, .gradients = true});
  const Tensor goldstein = goldstein_price(a, b);
  graph::save(goldstein, options.figure("goldstein").replace_extension(".svg"), {.values = true, .gradients = true});
}

Tensor double_well(const Tensor& x) { return pow(x, 4.0) - 2.0 * square(x); }

// Newton's method divides the slope by the curvature; gradient descent multiplies it by a number that somebody chose.
void draw_newton(const tutorial::Options& options) {
  const auto walk = [](bool newton, double rate, std::size_t steps) {
    std::vector<double> path = {2.0};
    while (path.size() <= steps) {
      const Tensor x = Tensor(path.back()).requires_grad_();
      const Tensor slope = grad(double_well(x), x, {.create_graph = newton});
      path.push_back(path.back() - (newton ? slope.item() / grad(slope, x).item() : rate * slope.item()));
    }
    return path;
  };
  const std::vector<double> newton = walk(true, 0.0, 7), descent = walk(false, 0.01, 124);
  std::cout << "\nstep  Newton               descent, rate 0.01\n" << std::setprecision(14);
  for (std::size_t i = 0; i <= 7; ++i) {
    std::cout << std::setw(4) << i << "  " << std::left << std::setw(19) << newton[i] << "  " << descent[i] << '\n'
              << std::right;
  }
  std::cout << " 124  " << std::string(21, ' ') << descent[124] << "\n\n";
  const auto heights = [](const std::vector<double>& path) { return double_well(Tensor(xt::adapt(path))); };
  const auto errors = [](const std::vector<double>& path) {
    return maximum(abs(Tensor(xt::adapt(path)) - 1.0), 1e-16);
  };
  const Tensor x = linspace(-0.2, 2.1, 100, {.dtype = float64});
  plot::Figure figure({.columns = 2, .width = 1000, .height = 400});
  figure[0].line(x, double_well(x), {.label = "x^4 - 2 x^2", .color = "gray"}).x_label("x").legend("top left");
  figure[0].line(descent, heights(descent), {.label = "gradient descent", .line = "", .marker = "o"});
  figure[0].line(newton, heights(newton), {.label = "Newton", .line = ":", .marker = "s"});
  figure[1].line(errors(descent), {.label = "gradient descent"}).x_label("step").y_label("distance from 1");
  figure[1].line(errors(newton), {.label = "Newton", .marker = "s"}).log_y();
  figure.save(options.figure("newton"));
}

Tensor rosenbrock(const Tensor& x, const Tensor& y) { return 100.0 * square(y - square(x)) + square(x - 1.0); }

void draw_rosenbrock(const tutorial::Options& options) {
  const Tensor x = Tensor(0.0).requires_grad_(), y = Tensor(2.0).requires_grad_();
  std::vector<double> xs, ys;
  optim::SGD sgd({x, y}, {.lr = 0.001});
  for (int step = 0; step < 10000; ++step) {
    if (step < 60 || step % 200 == 0) xs.push_back(x.item()), ys.push_back(y.item());
    sgd.zero_grad();
    rosenbrock(x, y).backward();
    sgd.step();
  }
  // Newton in two dimensions: the step s solves H s = gradient.
  Tensor point = xt::xarray<double>{0.0, 2.0};
  std::vector<double> newton_x = {0.0}, newton_y = {2.0};
  const auto valley = [](const Tensor& p) { return rosenbrock(p(0), p(1)); };
  std::cout << "Rosenbrock   descent ends at (" << std::setprecision(6) << x.item() << ", " << y.item()
            << ") after 10000 steps\n";
  for (int step = 1; step <= 6; ++step) {
    const Tensor gradient = vjp(valley, point, Tensor(1.0)).second;
    point = point - solve(hessian(valley, point), gradient);
    newton_x.push_back(point.item(0)), newton_y.push_back(point.item(1));
    std::cout << "  Newton " << step << "   (" << point.item(0) << ", " << point.item(1) << ")\n";
  }
  const plot::Plane plane{.x_low = -0.5, .x_high = 1.5, .y_low = -0.5, .y_high = 2.2, .steps = 120};
  const Tensor grid = plane.points();
  const Tensor z =
      reshape(rosenbrock(view(grid, {xt::all(), 0}), view(grid, {xt::all(), 1})), {plane.steps, plane.steps});
  plot::Figure figure({.width = 700, .height = 520});
  figure.axes()
      .contour(plane.x(), plane.y(), z, {0.1, 0.3, 1, 3, 10, 30, 100, 300}, {.color = "#bbbbbb", .width = 1.0})
      .x_label("x")
      .y_label("y");
  figure.axes().line(xs, ys, {.label = "gradient descent", .color = "#d62728", .marker = "o", .size = 0.4});
  figure.axes().line(newton_x, newton_y, {.label = "Newton", .color = "black", .line = "--", .marker = "s"});
  figure.save(options.figure("rosenbrock"));
}

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  draw_derivatives(options);
  count_nodes();
  draw_graphs(options);
  draw_newton(options);
  draw_rosenbrock(options);
}
