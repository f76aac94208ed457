// What is linear: additivity and homogeneity checked with numbers, and why linear layers on top of each other are one.
#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cstdio>
#include <functional>
#include <string>

using namespace xtape;

namespace {

using Function = std::function<Tensor(const Tensor&)>;

double distance(const Tensor& a, const Tensor& b) { return amax(abs(a - b)).item(); }

// f is linear if f(x + y) = f(x) + f(y) and f(c x) = c f(x) for all x, y and c. Ten random tries refute most that is
// not.
void check(const std::string& name, const Function& f) {
  double additivity = 0.0, homogeneity = 0.0;
  for (int attempt = 0; attempt < 10; ++attempt) {
    const Tensor x = randn({3}, {.dtype = float64}), y = randn({3}, {.dtype = float64});
    const double c = randn({}, {.dtype = float64}).item();
    additivity = std::max(additivity, distance(f(x + y), f(x) + f(y)));
    homogeneity = std::max(homogeneity, distance(f(c * x), c * f(x)));
  }
  constexpr double rounding = 1e-12;
  const auto verdict = [](double error) { return error < rounding ? "holds" : "fails"; };
  std::printf("%-16s %-11s  %s\n", name.c_str(), verdict(additivity), verdict(homogeneity));
}

void check_functions() {
  const Tensor w = randn({2, 3}, {.dtype = float64}), b = randn({2}, {.dtype = float64});
  std::printf("f(x)             additivity   homogeneity\n");
  check("W x", [&](const Tensor& x) { return matmul(w, x); });
  check("W x + b", [&](const Tensor& x) { return matmul(w, x) + b; });
  check("sum(x)", [](const Tensor& x) { return sum(x); });
  check("relu(x)", [](const Tensor& x) { return relu(x); });
  check("abs(x)", [](const Tensor& x) { return abs(x); });
  check("sigmoid(x)", [](const Tensor& x) { return sigmoid(x); });
  check("square(x)", [](const Tensor& x) { return square(x); });
}

// Three layers without an activation: ((x W1 + b1) W2 + b2) W3 + b3 = x W + b.
void collapse() {
  nn::Linear fc1(2, 5), fc2(5, 5), fc3(5, 1);
  for (nn::Linear* layer : {&fc1, &fc2, &fc3}) layer->to(float64);
  const NoGrad guard;
  const Tensor x = randn({100, 2}, {.dtype = float64});
  const Tensor w = matmul(fc3.weight, matmul(fc2.weight, fc1.weight));
  const Tensor b = matmul(fc3.weight, matmul(fc2.weight, fc1.bias) + fc2.bias) + fc3.bias;
  const Tensor one_layer = linear(x, w, b);
  const Tensor deep = fc3(fc2(fc1(x))), with_relu = fc3(relu(fc2(relu(fc1(x)))));
  std::printf("\nthree linear layers against one: %s\n", distance(deep, one_layer) < 1e-12 ? "equal" : "different");
  std::printf("the same with ReLU between them: %s\n", distance(with_relu, one_layer) < 1e-12 ? "equal" : "different");
}

// A network of one input as a curve, with some activation behind its two hidden layers of 8 units.
Tensor curve(const Tensor& x, const Function& activation) {
  manual_seed(4);
  const auto layer = [](std::size_t in, std::size_t out) { return randn({out, in}, {.dtype = float64}); };
  const Tensor w1 = layer(1, 8), b1 = layer(1, 8), w2 = 0.4 * layer(8, 8), w3 = 0.6 * layer(8, 1);
  const Tensor hidden = activation(matmul(expand_dims(x, 1), transpose(w1)) + squeeze(b1, 1));  // (N, 8)
  return squeeze(matmul(activation(matmul(hidden, transpose(w2))), transpose(w3)), 1);          // (N)
}

void draw_curves(const tutorial::Options& options) {
  const Tensor x = linspace(-3, 3, 121, {.dtype = float64});
  plot::Figure figure;
  figure.axes()
      .line(x, curve(x, identity), {.label = "no activation"})
      .line(x, curve(x, relu), {.label = "ReLU", .line = "--"})
      .line(x, curve(x, [](const Tensor& u) { return tanh(u); }), {.label = "tanh", .line = "-."})
      .x_label("input")
      .y_label("output")
      .title("the same weights, three activations");
  figure.save(options.figure("activation"));
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  manual_seed(0);
  check_functions();
  collapse();
  draw_curves(options);
}
