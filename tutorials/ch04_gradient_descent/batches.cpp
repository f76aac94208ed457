// How many examples does one step look at? All, one, or a few: paths, noise, epochs; and a network that learns online.
#include <xtape.hpp>

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>

#include <cmath>
#include <cstdio>
#include <numeric>

using namespace xtape;

namespace {

// 100 points near the line t = 2 x + 1.
data::Dataset points_on_a_line() {
  random::Numpy numpy(0);
  std::vector<double> x, t;
  for (int i = 0; i < 100; ++i) {
    x.push_back(numpy.uniform(-1.0, 1.0));
    t.push_back(2.0 * x.back() + 1.0 + numpy.normal(0.0, 0.5));
  }
  return {xt::adapt(x), xt::adapt(t)};
}

Tensor loss_of(const Tensor& line, const Tensor& x, const Tensor& t) {
  return 0.5 * mean(square(line(0) * x + line(1) - t));
}

void draw_path(plot::Axes& axes, const data::Dataset& points, std::size_t batch_size) {
  const Tensor slope = linspace(-0.5, 3.5, 41, {.dtype = float64}),
               height = linspace(-0.5, 2.5, 41, {.dtype = float64});
  const Tensor x = points.inputs(), t = points.targets();
  const Tensor misses = reshape(slope, {1, 41, 1}) * x + reshape(height, {41, 1, 1}) - t;
  axes.contour(slope, height, 0.5 * mean(square(misses), {2}), {0.15, 0.3, 0.6, 1.0, 1.5, 2.0}, {.color = "#bbbbbb"});

  data::DataLoader loader(points, {.batch_size = batch_size, .shuffle = true, .seed = 1});
  Tensor line = xt::xarray<double>{0.0, 0.0};
  std::vector<double> slopes = {0.0}, heights = {0.0};
  const int epochs = batch_size == 100 ? 60 : batch_size == 10 ? 6 : 1;
  int steps = 0;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    for (const auto& [some_x, some_t] : loader) {
      line = line.detach().requires_grad_();
      line = line - 0.2 * grad(loss_of(line, some_x, some_t), line);
      slopes.push_back(line.item(0));
      heights.push_back(line.item(1));
      ++steps;
    }
  }
  axes.line(slopes, heights, {.color = "#0072b2", .marker = ".", .width = 1});
  axes.title("batches of " + std::to_string(batch_size)).x_label("w").y_label("b");
  std::printf("%5zu  %6d  %5d   %7.4f %7.4f   %6.4f\n", batch_size, epochs, steps, line.item(0), line.item(1),
              loss_of(line.detach(), x, t).item());
}

void paths(const tutorial::Options& options, const data::Dataset& points) {
  plot::Figure figure({.columns = 3, .width = 1050, .height = 380});
  std::printf("batch  epochs  steps         w       b     loss\n");
  draw_path(figure[0], points, 100);
  draw_path(figure[1], points, 10);
  draw_path(figure[2], points, 1);
  figure.save(options.figure("batch_paths"));
}

// How far the gradient of a random batch lies from the gradient of all points: the root of the mean squared distance.
void noise(const tutorial::Options& options, const data::Dataset& points) {
  const Tensor line = Tensor(xt::xarray<double>{0.0, 0.0}).requires_grad_();
  const Tensor whole = grad(loss_of(line, points.inputs(), points.targets()), line);
  random::Numpy numpy(1);
  std::vector<double> sizes, distances, rule;
  std::printf("\nbatch  noise of the gradient  steps in an epoch of 100\n");
  for (const std::size_t size : std::vector<std::size_t>{1, 2, 4, 10, 20, 50, 100}) {
    double squares = 0.0;
    for (int draw = 0; draw < 300; ++draw) {
      std::vector<std::size_t> chosen;
      for (const std::int64_t i : numpy.choice(100, size)) chosen.push_back(static_cast<std::size_t>(i));
      const auto [x, t] = points.batch(chosen);
      squares += sum(square(grad(loss_of(line, x, t), line) - whole)).item();
    }
    sizes.push_back(static_cast<double>(size));
    distances.push_back(std::sqrt(squares / 300.0));
    rule.push_back(distances.front() / std::sqrt(sizes.back()));
    std::printf("%5zu  %21.4f  %24zu\n", size, distances.back(), 100 / size);
  }
  plot::Figure figure;
  figure.axes().line(sizes, distances, {.label = "measured over 300 batches", .line = "", .marker = "o"});
  figure.axes().line(sizes, rule, {.label = "1 / sqrt(batch size)", .line = "--"});
  figure.axes().log_x().log_y().x_label("batch size").y_label("distance from the full gradient");
  figure.save(options.figure("batch_noise"));
}

// Online: every example is seen once, as it comes. The target is 3 x0 + 2 x1; the network has 10 hidden units.
void online(const tutorial::Options& options) {
  random::Numpy numpy(0);
  nn::Sequential net(nn::Linear(2, 10), nn::ReLU(), nn::Linear(10, 1));
  net.to(float64);
  for (const Tensor& parameter : net.parameters()) {
    const NoGrad guard;
    const std::vector<double> drawn = numpy.randn(parameter.size());
    parameter.assign(reshape(Tensor(xt::adapt(drawn)), parameter.shape()));
  }
  optim::SGD sgd(net.parameters(), {.lr = 0.07});
  std::vector<double> losses;
  std::printf("\nlearning 3 x0 + 2 x1, one example a step\nsteps           mean loss\n");
  for (int step = 1; step <= 1000; ++step) {
    const double x0 = numpy.rand(), x1 = numpy.rand();
    const Tensor y = net(xt::xarray<double>{{x0, x1}});
    const Tensor loss = 0.5 * sum(square(y - (3.0 * x0 + 2.0 * x1)));
    sgd.zero_grad();
    loss.backward();
    sgd.step();
    losses.push_back(loss.item());
    if (step % 200 == 0) {
      std::printf("%4d to %4d    %9.6f\n", step - 199, step,
                  std::accumulate(losses.end() - 200, losses.end(), 0.0) / 200);
    }
  }
  std::vector<double> shown_steps, shown_losses;
  for (std::size_t step = 0; step < losses.size(); step += 5) {
    shown_steps.push_back(static_cast<double>(step));
    shown_losses.push_back(losses[step]);
  }
  plot::Figure figure;
  figure.axes().line(shown_steps, shown_losses, {.line = "", .marker = "."});
  figure.axes().log_y().x_label("step").y_label("loss of the example");
  figure.save(options.figure("online"));
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const data::Dataset points = points_on_a_line();
  paths(options, points);
  noise(options, points);
  online(options);
}
