#include <doctest/doctest.h>

#include <xtape.hpp>

#include <books/printed.hpp>
#include <cmath>
#include <functional>
#include <numbers>
#include <utility>
#include <vector>

using namespace xtape;
using books::check_number;

// The values that steps 1 to 41 of D3 arrive at while they build DeZero.

namespace {

Tensor variable(double value) { return Tensor(value).requires_grad_(); }

// The gradient after a backward pass that starts from no gradient.
double slope(const Tensor& y, const Tensor& x) {
  x.zero_grad();
  y.backward();
  return x.grad().item();
}

Tensor square_exp_square(const Tensor& x) { return square(exp(square(x))); }

// Step 4: (f(x + h) - f(x - h)) / 2h.
double numerical_difference(const std::function<Tensor(const Tensor&)>& f, double x) {
  constexpr double h = 1e-4;
  return (f(x + h) - f(x - h)).item() / (2.0 * h);
}

}  // namespace

TEST_CASE("D3 steps 1 to 3: functions of a variable") {
  CHECK(square(Tensor(10.0)).item() == 100.0);
  check_number(square_exp_square(Tensor(0.5)).item(), 1.648721270700128);
}

// Rounding errors of the values, 1e-16, are divided by h.
TEST_CASE("D3 step 4: numerical differentiation") {
  check_number(numerical_difference([](const Tensor& x) { return square(x); }, 2.0), 4.000000000004, 1e-11);
  check_number(numerical_difference(square_exp_square, 0.5), 3.2974426293330694, 1e-11);
}

TEST_CASE("D3 steps 5 to 10: backpropagation") {
  const Tensor x = variable(0.5);
  check_number(slope(square_exp_square(x), x), 3.297442541400256);
  const Tensor three = variable(3.0);
  CHECK(square(Tensor(2.0)).item() == 4.0);
  CHECK(slope(square(three), three) == 6.0);
}

TEST_CASE("D3 steps 11 to 14: functions of several variables, and of one that comes twice") {
  CHECK(add(Tensor(2.0), Tensor(3.0)).item() == 5.0);
  const Tensor x = variable(2.0), y = variable(3.0);
  const Tensor z = square(x) + square(y);
  z.backward();
  CHECK(z.item() == 13.0);
  CHECK(x.grad().item() == 4.0);
  CHECK(y.grad().item() == 6.0);
  const Tensor a = variable(3.0);
  CHECK(slope(a + a, a) == 2.0);
  CHECK(slope((a + a) + a, a) == 3.0);
}

TEST_CASE("D3 steps 15 and 16: a graph that branches and meets again") {
  const Tensor x = variable(2.0);
  const Tensor a = square(x);
  const Tensor y = square(a) + square(a);
  CHECK(y.item() == 32.0);
  CHECK(slope(y, x) == 64.0);
}

TEST_CASE("D3 step 18: only the gradients of leaves are kept, and none without recording") {
  const Tensor x0 = variable(1.0), x1 = variable(1.0);
  const Tensor t = x0 + x1;
  const Tensor y = x0 + t;
  y.backward();
  CHECK_FALSE(y.grad().defined());
  CHECK_FALSE(t.grad().defined());
  CHECK(x0.grad().item() == 2.0);
  CHECK(x1.grad().item() == 1.0);
  const NoGrad guard;
  CHECK_FALSE(square(x0).requires_grad());
}

TEST_CASE("D3 steps 20 to 23: operators") {
  const Tensor a = variable(3.0), b = variable(2.0), c = variable(1.0);
  const Tensor y = a * b + c;
  y.backward();
  CHECK(y.item() == 7.0);
  CHECK(a.grad().item() == 2.0);
  CHECK(b.grad().item() == 3.0);
  CHECK((-b).item() == -2.0);
  CHECK((2.0 - b).item() == 0.0);
  CHECK((b - 1.0).item() == 1.0);
  CHECK((3.0 / b).item() == 1.5);
  CHECK(pow(b, 3.0).item() == 8.0);
  const Tensor x = variable(1.0);
  CHECK(square(x + 3.0).item() == 16.0);
  CHECK(slope(square(x + 3.0), x) == 8.0);
}

TEST_CASE("D3 step 24: functions for tests of optimisation") {
  const Tensor x = variable(1.0), y = variable(1.0);
  const Tensor sphere = square(x) + square(y);
  CHECK(slope(sphere, x) == 2.0);
  CHECK(y.grad().item() == 2.0);
  x.zero_grad(), y.zero_grad();
  const Tensor matyas = 0.26 * (square(x) + square(y)) - 0.48 * x * y;
  matyas.backward();  // what is left of 0.52 - 0.48
  check_number(x.grad().item(), 0.040000000000000036);
  check_number(y.grad().item(), 0.040000000000000036);
  x.zero_grad(), y.zero_grad();
  const Tensor goldstein_price =
      (1.0 + square(x + y + 1.0) * (19.0 - 14.0 * x + 3.0 * square(x) - 14.0 * y + 6.0 * x * y + 3.0 * square(y))) *
      (30.0 +
       square(2.0 * x - 3.0 * y) * (18.0 - 32.0 * x + 12.0 * square(x) + 48.0 * y - 36.0 * x * y + 27.0 * square(y)));
  goldstein_price.backward();
  CHECK(goldstein_price.item() == 1876.0);
  CHECK(x.grad().item() == -5376.0);
  CHECK(y.grad().item() == 8064.0);
}

TEST_CASE("D3 step 27: the sine by its Taylor series, and its derivative") {
  // The terms (-1)^i x^(2i + 1) / (2i + 1)! until one is below the threshold.
  const auto series = [](const Tensor& x, double threshold, int& terms) {
    Tensor y = 0.0;
    for (terms = 1;; ++terms) {
      const int n = 2 * terms - 1;
      const Tensor term = (terms % 2 ? 1.0 : -1.0) / std::tgamma(n + 1.0) * pow(x, double(n));
      y = y + term;
      if (std::abs(term.item()) < threshold) return y;
    }
  };
  const Tensor x = variable(std::numbers::pi / 4.0);
  int terms = 0;
  const Tensor coarse = series(x, 1e-4, terms);
  CHECK(terms == 4);
  check_number(coarse.item(), 0.7071064695751781);
  check_number(slope(coarse, x), 0.7071032148228457);
  const Tensor fine = series(x, 1e-150, terms);
  CHECK(terms == 47);
  check_number(fine.item(), 0.7071067811865475);
  check_number(slope(fine, x), 0.7071067811865475);
}

TEST_CASE("D3 step 28: gradient descent in Rosenbrock's valley") {
  const Tensor x = Tensor(xt::xarray<double>{0.0, 2.0}).requires_grad_();
  optim::SGD sgd({x}, {.lr = 0.001});
  const auto descend = [&](int steps) {
    for (int i = 0; i < steps; ++i) {
      sgd.zero_grad();
      const Tensor y = 100.0 * square(x(1) - square(x(0))) + square(x(0) - 1.0);
      y.backward();
      sgd.step();
    }
  };
  descend(1000);
  check_number(x.item(0), 0.6837118569138317);
  check_number(x.item(1), 0.4659526837427042);
  descend(9000);
  check_number(x.item(0), 0.9944984367782456);
  check_number(x.item(1), 0.9890050527419593);
  descend(40000);
  CHECK(std::abs((1.0 - x.item(0)) - 6e-10) < 0.5e-10);
}

TEST_CASE("D3 steps 29 and 33: Newton's method with the second derivative") {
  const double path[] = {2.0,
                         1.4545454545454546,
                         1.1510467893775467,
                         1.0253259289766978,
                         1.0009084519430513,
                         1.0000012353089454,
                         1.000000000002289,
                         1.0};
  const Tensor x = variable(2.0);
  for (const double expected : path) {
    check_number(x.item(), expected);
    const Tensor y = pow(x, 4.0) - 2.0 * square(x);
    const Tensor first = grad(y, x, {.create_graph = true});
    const Tensor second = grad(first, x);
    const NoGrad guard;
    x.assign(x - first / second);
  }
}

TEST_CASE("D3 step 34: derivatives of the sine") {
  const Tensor x = variable(1.0);
  Tensor y = sin(x);
  for (const double expected : {0.8414709848, 0.5403023059, -0.8414709848, -0.5403023059}) {
    books::check_printed(y, {expected}, 10);
    y = grad(y, x, {.create_graph = true});
  }
}

TEST_CASE("D3 step 35: derivatives of the hyperbolic tangent up to the eighth") {
  const double derivatives[] = {0.7615941559557649, 0.41997434161402614, -0.6397000084492246,
                                0.6216266807712962, 0.6650910447505024,  -5.556893558473722,
                                13.624075441312101, 12.288367894320414,  -277.06213560303127};
  const Tensor x = variable(1.0);
  Tensor y = tanh(x);
  for (const double expected : derivatives) {
    check_number(y.item(), expected);
    y = grad(y, x, {.create_graph = true});
  }
}

TEST_CASE("D3 step 36: a gradient within the function that is differentiated") {
  const Tensor x = variable(2.0);
  const Tensor y = square(x);
  const Tensor slope_of_y = grad(y, x, {.create_graph = true});
  const Tensor z = cube(slope_of_y) + y;
  z.backward();
  CHECK(x.grad().item() == 100.0);
}

TEST_CASE("D3 steps 37 to 41: tensors, whose gradients have their shapes") {
  const Tensor x = Tensor(xt::xarray<double>{{1, 2, 3}, {4, 5, 6}}).requires_grad_();
  const auto shape_of_gradient = [&](const Tensor& y) {
    x.zero_grad();
    y.backward(ones_like(y));
    return x.grad().shape();
  };
  CHECK(sum(x).item() == 21.0);
  CHECK(shape_of_gradient(sum(x)) == Shape{2, 3});
  CHECK(shape_of_gradient(sum(x, {0}, keep_dims)) == Shape{2, 3});
  CHECK(shape_of_gradient(reshape(x, {6})) == Shape{2, 3});
  CHECK(shape_of_gradient(transpose(x)) == Shape{2, 3});
  CHECK(shape_of_gradient(broadcast_to(x, {4, 2, 3})) == Shape{2, 3});
  CHECK(x.grad().item(0) == 4.0);
  CHECK(shape_of_gradient(matmul(x, ones({3, 4}, {.dtype = float64}))) == Shape{2, 3});

  const Tensor x0 = xt::xarray<double>{1, 2, 3}, x1 = Tensor(xt::xarray<double>{10}).requires_grad_();
  const Tensor y = x0 + x1;
  books::check_printed(y, {11, 12, 13}, 12);
  sum(y).backward();
  books::check_printed(x1.grad(), {3}, 12);
}
