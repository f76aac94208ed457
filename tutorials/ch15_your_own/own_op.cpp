// An operation of one's own, three ways: as an expression, as a fused formula, and with a rule written by hand.
#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cmath>
#include <iomanip>
#include <iostream>

using namespace xtape;

// --- squareplus, (x + sqrt(x^2 + b)) / 2: a smooth relu without exp (Barron 2021)

Tensor squareplus_expression(const Tensor& x, const Tensor& b) { return 0.5 * (x + sqrt(x * x + b)); }

const auto squareplus_fused = fuse("squareplus", [](auto x, auto b) { return 0.5 * (x + sqrt(x * x + b)); });

Tensor squareplus_custom(const Tensor& x, const Tensor& b) {
  return custom_op({.name = "squareplus",
                    .forward = [](const Tensors& in) { return squareplus_expression(in[0], in[1]); },
                    .backward = [](const Tensor& g, const Tensors& in, const Tensor& y) -> Tensors {
                      const Tensor root = 2.0 * y - in[0];
                      return {g * y / root, g / (4.0 * root)};
                    }},
                   {x, b});
}

// --- Kepler's equation: the angle E with E - e sin(E) = M, which no formula gives

double solve_kepler(double m, double e) {
  double angle = m;
  for (int i = 0; i < 50; ++i) {
    const double step = (angle - e * std::sin(angle) - m) / (1.0 - e * std::cos(angle));
    angle -= step;
    if (std::abs(step) < 1e-15) break;
  }
  return angle;
}

Tensor kepler(const Tensor& m, const Tensor& e) {
  return custom_op({.name = "kepler",
                    .forward = [](const Tensors& in) -> Tensor {
                      xt::xarray<double> angles = in[0].array<double>();
                      for (std::size_t i = 0; i < angles.size(); ++i) {
                        const auto at = static_cast<std::ptrdiff_t>(i);
                        angles.flat(i) = solve_kepler(in[0].item(at), in[1].item(at));
                      }
                      return angles;
                    },
                    .backward = [](const Tensor& g, const Tensors& in, const Tensor& angle) -> Tensors {
                      const Tensor slope = 1.0 / (1.0 - in[1] * cos(angle));  // implicit function theorem
                      return {g * slope, g * sin(angle) * slope};
                    }},
                   {m, e});
}

// --- a rule that is not the derivative, on purpose: rounding that lets gradients pass

Tensor round_straight_through(const Tensor& x) {
  return custom_op({.name = "round_straight_through",
                    .forward = [](const Tensors& in) { return round(in[0]); },
                    .backward = [](const Tensor& g, const Tensors&, const Tensor&) -> Tensors { return {g}; }},
                   {x});
}

// Squareplus with a mistake in its rule.
Tensor squareplus_wrong(const Tensor& x, const Tensor& b) {
  return custom_op({.name = "squareplus",
                    .forward = [](const Tensors& in) { return squareplus_expression(in[0], in[1]); },
                    .backward = [](const Tensor& g, const Tensors& in, const Tensor& y) -> Tensors {
                      const Tensor root = 2.0 * y - in[0];
                      return {g * y / root, g / (2.0 * root)};
                    }},
                   {x, b});
}

using BinaryFunction = std::function<Tensor(const Tensor&, const Tensor&)>;

void check(const std::string& name, const BinaryFunction& f, const Tensor& a, const Tensor& b) {
  const auto on_list = [&](const Tensors& in) { return f(in[0], in[1]); };
  const GradcheckResult first = gradcheck(on_list, {a, b});
  const auto passed = [](bool ok) { return ok ? "right" : "WRONG"; };
  std::cout << "  " << std::left << std::setw(24) << name << passed(first.ok) << "    "
            << passed(gradgradcheck(on_list, {a, b}).ok) << '\n';
  if (!first.ok) std::cout << "    " << first.message << '\n';
}

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  manual_seed(0);
  const Tensor x = randn({3, 4}, {.dtype = float64}), b = Tensor(xt::xarray<double>{0.5, 1.0, 2.0, 4.0});
  const auto fused = [](const Tensor& in, const Tensor& width) { return squareplus_fused(in, width); };

  std::cout << "                          gradient  second derivative\n";
  check("expression", squareplus_expression, x, b);
  check("fused", fused, x, b);
  check("custom_op", squareplus_custom, x, b);
  check("custom_op, a mistake", squareplus_wrong, x, b);
  check("kepler", kepler, Tensor(xt::xarray<double>{0.3, 1.0, 2.0}), Tensor(xt::xarray<double>{0.1, 0.5, 0.8}));

  const Tensor m = Tensor(1.0).requires_grad_(), e = Tensor(0.5).requires_grad_();
  const Tensor angle = kepler(m, e);
  angle.backward();
  std::cout << "\nE - 0.5 sin(E) = 1:  E = " << std::setprecision(10) << angle.item() << ", dE/dM = " << m.grad().item()
            << ", dE/de = " << e.grad().item() << '\n';

  // Which whole number is nearest to 7 after doubling? Descent on a step function needs a slope.
  const Tensor w = Tensor(0.2).requires_grad_();
  std::cout << "\nstep     w  round(w)  gradient of (2 round(w) - 7)^2\n"
            << std::right << std::fixed << std::setprecision(2);
  for (int step = 0; step < 6; ++step) {
    w.zero_grad();
    square(2.0 * round_straight_through(w) - 7.0).backward();
    std::cout << std::setw(4) << step << std::setw(6) << w.item() << std::setw(10) << std::round(w.item())
              << std::setw(10) << w.grad().item() << '\n';
    const NoGrad guard;
    w.assign(w - 0.05 * w.grad());
  }

  plot::Figure figure({.columns = 2, .width = 1000, .height = 420});
  const Tensor line = linspace(-4.0, 4.0, 120, {.dtype = float64, .requires_grad = true});
  const std::vector<std::string> colors = {"#0072b2", "#d55e00", "#009e73"};
  const std::vector<double> widths = {0.0, 1.0, 4.0};
  for (std::size_t i = 0; i < 3; ++i) {
    const Tensor y = squareplus_fused(line, widths[i]);
    figure[0].line(line, y, {.label = "b = " + std::to_string(static_cast<int>(widths[i])), .color = colors[i]});
    figure[0].line(line, grad(sum(y), line), {.color = colors[i], .line = "--", .width = 1.0});
  }
  figure[0].title("squareplus, slopes dashed").x_label("x").legend("top left");
  const Tensor time = linspace(0.0, 6.2832, 120, {.dtype = float64});
  for (const double eccentricity : {0.0, 0.5, 0.9}) {
    const Tensor e_all = full({120}, eccentricity, {.dtype = float64});
    std::string label = std::to_string(eccentricity);
    figure[1].line(time, kepler(time, e_all), {.label = "e = " + label.substr(0, 3)});
  }
  figure[1].title("Kepler's equation").x_label("M, time in an orbit").y_label("E").legend("top left");
  figure.save(options.figure("own_op"));
}
