// Curves through points: a line, polynomials, and a small network.
#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <functional>
#include <iomanip>
#include <iostream>
#include <numbers>

using namespace xtape;

Tensor column(const std::vector<double>& values) { return reshape(Tensor(xt::adapt(values)), {values.size(), 1}); }

// Takes steps down the loss; returns the losses before each.
std::vector<double> descend(optim::Optimizer& rule, int steps, const std::function<Tensor()>& loss_of_now) {
  std::vector<double> losses;
  for (int step = 0; step < steps; ++step) {
    rule.zero_grad();
    const Tensor loss = loss_of_now();
    loss.backward();
    rule.step();
    losses.push_back(loss.item());
  }
  return losses;
}

// --- a line and polynomials: sum of w_k x^k

void fit_line() {
  random::Numpy numpy(0);
  const Tensor x = column(numpy.rand(100)), t = 5.0 + 2.0 * x + column(numpy.rand(100));
  const Tensor w = zeros({1, 1}, {.dtype = float64, .requires_grad = true});
  const Tensor b = zeros({1}, {.dtype = float64, .requires_grad = true});
  optim::SGD rule({w, b}, {.lr = 0.1});
  const auto losses = descend(rule, 100, [&] { return nn::mse_loss(matmul(x, w) + b, t); });
  std::cout << std::setprecision(9) << "line: W " << w.item() << ", b " << b.item() << ", loss " << losses.back()
            << '\n';
}

Tensor powers(const Tensor& x, int degree) {
  Tensors columns;
  for (int k = 0; k <= degree; ++k) columns.push_back(pow(x, k));
  return concatenate(columns, 1);
}

Tensor fit_polynomial(const Tensor& x, const Tensor& truth, double noise, optim::Optimizer* (*make)(const Tensor&),
                      int steps) {
  random::Numpy numpy(0);
  const int degree = static_cast<int>(truth.size()) - 1;
  const Tensor basis = powers(x, degree);
  const Tensor t = matmul(basis, reshape(truth, {truth.size(), 1})) + noise * column(numpy.randn(x.size()));
  const Tensor w = zeros({truth.size(), 1}, {.dtype = float64, .requires_grad = true});
  const std::unique_ptr<optim::Optimizer> rule(make(w));
  descend(*rule, steps, [&] { return nn::mse_loss(matmul(basis, w), t); });
  std::cout << "  " << std::left << std::setw(10) << rule->name() << std::right << std::setprecision(4);
  for (std::size_t k = 0; k < truth.size(); ++k) {
    const auto at = static_cast<std::ptrdiff_t>(k);
    std::cout << "  " << w.item(at) << " (" << truth.item(at) << ')';
  }
  std::cout << '\n';
  return w.detach();
}

optim::Optimizer* descent(const Tensor& w) { return new optim::SGD({w}, {.lr = 0.1}); }
optim::Optimizer* adam(const Tensor& w) { return new optim::Adam({w}, {.lr = 1e-2}); }

void fit_polynomials() {
  std::cout << "\npolynomials, lowest power first, true numbers in brackets\n";
  const Tensor x = reshape(linspace(-1.0, 1.0, 100, {.dtype = float64}), {100, 1});
  fit_polynomial(x, xt::xarray<double>{2.0, 3.0}, 0.3, descent, 300);
  fit_polynomial(x, xt::xarray<double>{1.0, -2.8, 1.6, -0.4}, 0.05, adam, 10000);
  fit_polynomial(x, xt::xarray<double>{0.2, 0.5, 30.0}, 0.05, adam, 10000);
}

// --- a network of ten hidden units learns a sine, from NumPy's seed 0

nn::Linear layer(const Tensor& weight) {
  nn::Linear result(weight.shape(1), weight.shape(0));
  result.to(float64);
  const NoGrad guard;
  result.weight.assign(weight);
  result.bias.assign(Tensor(0.0));
  return result;
}

void fit_sine(plot::Axes& axes) {
  random::Numpy numpy(0);
  const Tensor x = column(numpy.rand(100)), t = sin(2.0 * std::numbers::pi * x) + column(numpy.rand(100));
  const Tensor w1 = 0.01 * column(numpy.randn(10)), w2 = 0.01 * transpose(column(numpy.randn(10)));
  nn::Sequential net(layer(w1), nn::Sigmoid(), layer(w2));
  optim::SGD rule(net.parameters(), {.lr = 0.2});
  const auto losses = descend(rule, 10000, [&] { return nn::mse_loss(net(x), t); });
  std::cout << "\nsine: step   loss\n" << std::setprecision(10);
  for (std::size_t step = 0; step < losses.size(); step += 1000)
    std::cout << std::setw(10) << step << "   " << losses[step] << '\n';
  const Tensor line = reshape(linspace(0.0, 1.0, 100, {.dtype = float64}), {100, 1});
  axes.scatter(x, t, plot::Style{.label = "points", .color = "gray"}).x_label("x").title("1-10-1, 10000 steps");
  axes.line(line, net(line), {.label = "network"});
}

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  fit_line();
  fit_polynomials();
  plot::Figure figure({.width = 640, .height = 420});
  fit_sine(figure.axes());
  figure.save(options.figure("sine"));
}
