// The curves of activation functions and of their derivatives, and softmax: why exp, its guard, its sum.
#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cmath>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

using namespace xtape;

namespace {

void draw_book_curves(const tutorial::Options& options) {
  const Tensor x = arange(-5, 5, 0.1, {.dtype = float64});
  plot::Figure one({.rows = 1, .columns = 3, .width = 1100, .height = 300});
  one[0].line(x, step(x)).y_range(-0.1, 1.1).title("step").x_label("x");
  one[1].line(x, sigmoid(x)).y_range(-0.1, 1.1).title("sigmoid").x_label("x");
  one[2].line(x, relu(x)).y_range(-1, 5.5).title("ReLU").x_label("x");
  one.save(options.figure("step_sigmoid_relu"));

  plot::Figure both;
  both.axes()
      .line(x, sigmoid(x), {.label = "sigmoid"})
      .line(x, step(x), {.label = "step", .color = "black", .line = "--"})
      .y_range(-0.1, 1.1)
      .x_label("x");
  both.save(options.figure("compare"));
}

struct Activation {
  std::string name;
  std::function<Tensor(const Tensor&)> f;
};

const std::vector<Activation> activations = {
    {"step", [](const Tensor& x) { return step(x); }},
    {"sigmoid", [](const Tensor& x) { return sigmoid(x); }},
    {"tanh", [](const Tensor& x) { return tanh(x); }},
    {"ReLU", [](const Tensor& x) { return relu(x); }},
    {"leaky ReLU (0.01)", [](const Tensor& x) { return leaky_relu(x, 0.01); }},
    {"swish", [](const Tensor& x) { return silu(x); }},
    {"softplus", [](const Tensor& x) { return softplus(x); }},
    {"hard tanh", [](const Tensor& x) { return hardtanh(x); }},
    {"identity", [](const Tensor& x) { return identity(x); }},
    {"gelu", [](const Tensor& x) { return gelu(x); }},
};

// f'(x) at each element. The sum of f has this gradient, as each summand depends on one x alone.
Tensor derivative(const Activation& activation, const Tensor& x) {
  const Tensor at = x.clone().requires_grad_();
  const Tensor y = sum(activation.f(at));
  return y.requires_grad() ? grad(y, at) : zeros_like(x);
}

void draw_derivatives(const tutorial::Options& options) {
  const Tensor x = linspace(-6, 6, 73, {.dtype = float64});
  plot::Figure figure({.rows = 4, .columns = 3, .width = 1050, .height = 1080});
  std::printf("%-18s  f(-2)    f(0)    f(2)   f'(-2)  f'(0)   f'(2)  largest f' on [-6, 6]\n", "");
  for (std::size_t i = 0; i < activations.size(); ++i) {
    const Activation& one = activations[i];
    figure[i].line(x, one.f(x), {.label = "f"}).line(x, derivative(one, x), {.label = "f'", .line = "--"});
    figure[i].title(one.name).legend(i == 0 ? "top left" : "none").grid(false);
    const Tensor at = xt::xarray<double>{-2, 0, 2};
    const Tensor y = one.f(at), slope = derivative(one, at);
    std::printf("%-18s %7.4f %7.4f %7.4f  %7.4f %7.4f %7.4f  %.4f\n", one.name.c_str(), y(0).item(), y(1).item(),
                y(2).item(), slope(0).item(), slope(1).item(), slope(2).item(), amax(derivative(one, x)).item());
  }
  const Tensor scores = stack({x, zeros_like(x), full({73}, 2.0, {.dtype = float64})}, 1);
  const Tensor shares = softmax(scores);
  figure[10].title("softmax(x, 0, 2)").x_label("x").grid(false).legend("none");
  for (int k = 0; k < 3; ++k) figure[10].line(x, view(shares, {xt::all(), k}));
  figure[10].text(5.8, 0.7, "of x", "right").text(-5.7, 0.2, "of 0").text(-5.7, 0.78, "of 2");
  figure[11].off();
  figure.save(options.figure("activations"));
}

void print_row(const char* name, const char* format, const Tensor& x) {
  std::printf("%-36s", name);
  for (const double value : x.array<double>()) {
    if (std::isnan(value)) {
      std::printf(" nan");
    } else {
      std::printf(format, value);
    }
  }
  std::printf("\n");
}

void explain_softmax() {
  const Tensor scores = xt::xarray<double>{0.3, 2.9, 4.0}, large = xt::xarray<double>{1010, 1000, 990};
  const auto naive = [](const Tensor& a) { return exp(a) / sum(exp(a)); };
  std::printf("\n");
  print_row("sigmoid(-1, 1, 2)", " %.10f", sigmoid(Tensor(xt::xarray<double>{-1, 1, 2})));
  print_row("sigmoid(0, 1, 2, 4)", " %.10f", sigmoid(Tensor(xt::xarray<double>{0, 1, 2, 4})));
  print_row("softmax(0.3, 2.9, 4)", " %.8f", softmax(scores));
  std::printf("%-36s %.8f\n", "its sum", sum(softmax(scores)).item());
  print_row("the same scores plus 100", " %.8f", softmax(scores + 100.0));
  print_row("exp / sum of exp, (1010, 1000, 990)", " %.8g", naive(large));
  print_row("softmax(1010, 1000, 990)", " %.8e", softmax(large));
  const Tensor negative = xt::xarray<double>{-1, 1, 2};
  print_row("x / sum of x, (-1, 1, 2)", " %.8g", negative / sum(negative));
  print_row("softmax(-1, 1, 2)", " %.8f", softmax(negative));
}

// A chain of layers of one unit with the weight 1: the slope of the last with respect to the first is a product.
double slope_through(const Activation& activation, int depth) {
  const Tensor first = Tensor(0.5).requires_grad_();
  Tensor x = first;
  for (int layer = 0; layer < depth; ++layer) x = activation.f(x);
  return grad(x, first).item();
}

void go_deep() {
  std::printf("\nslope through      1 layer    5 layers   20 layers\n");
  for (const int i : {1, 2, 3}) {
    const Activation& one = activations[static_cast<std::size_t>(i)];
    std::printf("%-14s %11.3g %11.3g %11.3g\n", one.name.c_str(), slope_through(one, 1), slope_through(one, 5),
                slope_through(one, 20));
  }
  manual_seed(0);
  const Tensor x = randn({1000, 100}, {.dtype = float64}), w = randn({100, 100}, {.dtype = float64}) / 10.0;
  const Tensor u = matmul(x, w);
  std::printf(
      "1000 inputs of 100 numbers, a layer of 100 units: %.1f %% of the outputs are 0 with ReLU, %.1f %% with tanh\n",
      100.0 * mean(equal(relu(u), 0.0)).item(), 100.0 * mean(equal(tanh(u), 0.0)).item());
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  draw_book_curves(options);
  draw_derivatives(options);
  go_deep();
  explain_softmax();
}
