// What one hidden layer can do: any curve, if it is wide enough. And what no learner can: win everywhere.
#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cmath>
#include <functional>
#include <iomanip>
#include <iostream>

using namespace xtape;

Tensor column(const std::vector<double>& values) { return reshape(Tensor(xt::adapt(values)), {values.size(), 1}); }

// --- width: how close can one hidden layer come to a wild function?

Tensor wild(const Tensor& x) { return sin(9.0 * x) * exp(-x) + 0.5 * abs(x - 0.3) + 0.3 * tanh(30.0 * (x + 0.4)); }

// Hidden units whose steep parts are spread over [-1, 1], so that each has its place from the start.
nn::Sequential spread(std::size_t width) {
  nn::Sequential net(nn::Linear(1, width), nn::Tanh(), nn::Linear(width, 1));
  net.to(float64);
  random::Numpy numpy(7);
  const NoGrad guard;
  Tensor slopes = 8.0 * column(numpy.randn(width));
  net.named_parameters()[0].second.assign(slopes);
  net.named_parameters()[1].second.assign(-squeeze(slopes, {1}) * linspace(-1.0, 1.0, width, {.dtype = float64}));
  net.named_parameters()[2].second.assign(Tensor(0.0));
  return net;
}

nn::Sequential trained(std::size_t width, const Tensor& x, const Tensor& t) {
  nn::Sequential net = spread(width);
  optim::Adam rule(net.parameters(), {.lr = 0.01});
  optim::CosineAnnealingLR schedule(rule, {.T_max = 3000});
  for (int step = 0; step < 3000; ++step) {
    rule.zero_grad();
    nn::mse_loss(net(x), t).backward();
    rule.step();
    schedule.step();
  }
  return net;
}

double error(const Tensor& y, const Tensor& t) { return std::sqrt(nn::mse_loss(y, t).item()); }

void fit_wild(const tutorial::Options& options) {
  const Tensor x = reshape(linspace(-1.0, 1.0, 200, {.dtype = float64}), {200, 1}), t = wild(x);
  plot::Figure figure({.width = 760, .height = 440});
  figure.axes().line(x, t, {.label = "the function", .color = "#cccccc", .width = 6.0}).x_label("x");
  std::cout << "hidden units   root mean square error\n" << std::fixed << std::setprecision(4);
  const std::vector<std::string> lines = {":", "-.", "--", "-"};
  std::size_t line = 0;
  for (const std::size_t width : {2, 5, 20, 100}) {
    nn::Sequential net = trained(width, x, t);
    std::cout << std::setw(12) << width << std::setw(16) << error(net(x), t) << '\n';
    figure.axes().line(x, net(x), {.label = std::to_string(width) + " units", .line = lines[line++]});
  }
  figure.axes().legend("outside");
  figure.save(options.figure("width"));
}

// --- no free lunch: three learners, four worlds, 40 examples

using Learner = std::function<Tensor(const Tensor& x, const Tensor& t, const Tensor& asked)>;

Tensor straight_line(const Tensor& x, const Tensor& t, const Tensor& asked) {
  const auto with_ones = [](const Tensor& in) { return concatenate({in, ones_like(in)}, 1); };
  return matmul(with_ones(asked), lstsq(with_ones(x), t));
}

Tensor network(const Tensor& x, const Tensor& t, const Tensor& asked) { return trained(30, x, t)(asked).detach(); }

Tensor nearest_neighbour(const Tensor& x, const Tensor& t, const Tensor& asked) {
  return take(t, argmin(abs(asked - transpose(x)), 1), 0);
}

// Values at points, for tests as for examples; a world may draw from `numpy`.
using World = std::function<Tensor(const Tensor& x, random::Numpy& numpy)>;

void no_free_lunch() {
  const auto noise = [](const Tensor& x, random::Numpy& numpy) { return column(numpy.randn(x.size())); };
  const std::vector<std::pair<std::string, World>> worlds = {
      {"a line under noise", [&](const Tensor& x, random::Numpy& numpy) { return 2.0 * x + 0.5 * noise(x, numpy); }},
      {"a smooth curve", [](const Tensor& x, random::Numpy&) { return wild(x); }},
      {"steps up and down", [](const Tensor& x, random::Numpy&) { return sign(sin(12.0 * x + 1.0)); }},
      {"coins", [&](const Tensor& x, random::Numpy& numpy) { return sign(noise(x, numpy)); }}};
  const std::vector<std::pair<std::string, Learner>> learners = {
      {"line", straight_line}, {"network", network}, {"neighbour", nearest_neighbour}};

  std::cout << "\nerror on new points    line   network  neighbour\n" << std::setprecision(3);
  for (const auto& [name, world] : worlds) {
    random::Numpy numpy(5);
    const Tensor x = 2.0 * column(numpy.rand(40)) - 1.0, asked = 2.0 * column(numpy.rand(1000)) - 1.0;
    const Tensor t = world(x, numpy), answers = world(asked, numpy);
    std::cout << std::left << std::setw(18) << name << std::right;
    for (const auto& learner : learners) std::cout << std::setw(10) << error(learner.second(x, t, asked), answers);
    std::cout << '\n';
  }
}

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  fit_wild(options);
  no_free_lunch();
}
