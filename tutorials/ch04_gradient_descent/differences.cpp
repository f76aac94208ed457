// Slopes from differences: the central difference and its error, tangents, gradients of several variables, and what
// they cost.
#include <xtape.hpp>

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>

#include <cmath>
#include <cstdio>

using namespace xtape;

namespace {

template <class F, class T>
T forward_difference(const F& f, T x, T h) {
  return (f(x + h) - f(x)) / h;
}

template <class F, class T>
T central_difference(const F& f, T x, T h) {
  return (f(x + h) - f(x - h)) / (2 * h);
}

// Moves one number of x after the other by h, to both sides: two values of f for each slope.
Tensor numerical_gradient(const std::function<double(const Tensor&)>& f, const Tensor& x, double h = 1e-4) {
  const NoGrad guard;
  const Tensor moved = x.clone(), numbers = flatten(moved);  // `numbers` is another view of the same memory
  std::vector<double> slopes;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const Tensor number = numbers(i);
    const double before = number.item();
    number.assign(before + h);
    const double up = f(moved);
    number.assign(before - h);
    const double down = f(moved);
    number.assign(before);
    slopes.push_back((up - down) / (2 * h));
  }
  return reshape(Tensor(xt::adapt(slopes)), x.shape());
}

double parabola(double x) { return 0.01 * (x * x) + 0.1 * x; }

void tangent(const tutorial::Options& options) {
  std::printf("f(x) = 0.01 x^2 + 0.1 x\n");
  for (const double x : {5.0, 10.0}) {
    std::printf("slope at %4.1f   %.16f\n", x, central_difference(parabola, x, 1e-4));
  }
  const double at = 5.0, slope = central_difference(parabola, at, 1e-4);
  const Tensor x = arange(0.0, 20.0, 0.1, {.dtype = float64});
  plot::Figure figure;
  figure.axes().line(x, 0.01 * square(x) + 0.1 * x, {.label = "f(x)"});
  figure.axes().line(x, parabola(at) + slope * (x - at), {.label = "tangent at 5", .line = "--"});
  figure.axes().line({at}, {parabola(at)}, {.color = "black", .line = "", .marker = "o"});
  figure.axes().x_label("x").y_label("f(x)");
  figure.save(options.figure("tangent"));
}

template <class T>
T fifth_power(T x) {
  return x * x * x * x * x;  // its slope at 1 is 5
}

void errors(const tutorial::Options& options) {
  std::printf("\nslope of x^5 at 1, wrong by\n       h    forward    central\n");
  std::vector<double> steps, forward, central, single;
  for (int k = 4; k <= 48; ++k) {
    const double h = std::pow(10.0, -k / 4.0);
    steps.push_back(h);
    forward.push_back(std::abs(forward_difference(fifth_power<double>, 1.0, h) - 5.0) + 1e-16);
    central.push_back(std::abs(central_difference(fifth_power<double>, 1.0, h) - 5.0) + 1e-16);
    const auto h_single = static_cast<float>(h);
    const float slope = central_difference(fifth_power<float>, 1.0F, h_single);
    single.push_back(std::abs(static_cast<double>(slope) - 5.0) + 1e-16);
    if (k % 4 == 0) std::printf("%8.0e  %9.0e  %9.0e\n", h, forward.back(), central.back());
  }
  plot::Figure figure;
  figure.axes().line(steps, forward, {.label = "forward difference", .marker = "o", .size = 0.4});
  figure.axes().line(steps, central, {.label = "central difference", .marker = "s", .size = 0.4});
  figure.axes().line(steps, single, {.label = "central, float32", .color = "gray", .line = "--"});
  figure.axes().log_x().log_y().x_label("h").y_label("error of the slope").legend("below");
  figure.save(options.figure("error_of_h"));
}

void two_variables() {
  const auto f = [](const Tensor& x) { return 2.0 * square(x(0)) + 3.0 * x(1); };
  const Tensor x = Tensor(xt::xarray<double>{3.0, 4.0}).requires_grad_();
  const Tensor slopes = numerical_gradient([&](const Tensor& at) { return f(at).item(); }, x);
  f(x).backward();
  std::printf("\n2 x^2 + 3 y at (3, 4)\n  by differences  %9.6f %9.6f\n  by the tape     %9.6f %9.6f\n", slopes.item(0),
              slopes.item(1), x.grad().item(0), x.grad().item(1));
}

void print_rows(const char* name, const Tensor& w) {
  for (int row = 0; row < 2; ++row) {
    std::printf("%s  %11.8f %11.8f %11.8f\n", row == 0 ? name : "              ", w(row, 0).item(), w(row, 1).item(),
                w(row, 2).item());
  }
}

void simple_net() {
  const Tensor x = xt::xarray<double>{{0.6, 0.9}};
  const Tensor w =
      Tensor(xt::xarray<double>{{0.47355232, 0.9977393, 0.84668094}, {0.85557411, 0.03563661, 0.69422093}});
  w.requires_grad_();
  int calls = 0;
  const auto loss = [&](const Tensor& weights) {
    ++calls;
    return -log(softmax(matmul(x, weights))(0, 2) + 1e-7);  // the right class is the last one
  };
  const Tensor slopes = numerical_gradient([&](const Tensor& weights) { return loss(weights).item(); }, w);
  std::printf("\nthe smallest network: 2 inputs, 3 classes, 6 weights\n");
  std::printf("loss            %.8f\n", loss(w).item());
  print_rows("by differences", slopes);
  loss(w).backward();
  print_rows("by the tape   ", w.grad());
  std::printf("values of the loss that the differences took: %d\n", calls - 2);
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  tangent(options);
  errors(options);
  two_variables();
  simple_net();
}
