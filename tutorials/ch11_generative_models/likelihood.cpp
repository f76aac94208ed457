// The parameters of a Gaussian by maximum likelihood: gradient descent on the tape ends where the closed form stands.
// tolerance: 0.0001, because 2000 steps of descent amplify rounding
#include <plot/plot.hpp>
#include <tutorials/ch11_generative_models/gaussian.hpp>
#include <tutorials/common/tutorial.hpp>

#include <cstdio>

using namespace xtape;

namespace {

// 200 points of a tilted cloud, by NumPy's generator.
Tensor make_points() {
  random::Numpy numpy(0);
  const Tensor z = reshape(Tensor(xt::adapt(numpy.randn(400))), {200, 2});
  const Tensor factor = xt::xarray<double>{{1.5, 0.0}, {0.8, 0.6}}, mean = xt::xarray<double>{2.0, -1.0};
  return mean + matmul(z, transpose(factor));
}

// What is learned: the mean, and L with the logarithms of its diagonal, so that any numbers give a covariance.
struct Parameters {
  Tensor mean = zeros({2}, {.dtype = float64, .requires_grad = true});
  Tensor log_diagonal = zeros({2}, {.dtype = float64, .requires_grad = true});
  Tensor below = zeros({}, {.dtype = float64, .requires_grad = true});

  Gaussian gaussian() const {
    const Tensor corner = xt::xarray<double>{{0, 0}, {1, 0}};
    return {mean, diag(exp(log_diagonal)) + below * corner};
  }
};

void print_row(const char* name, const Gaussian& one, const Tensor& x) {
  const NoGrad guard;
  const Tensor c = one.covariance();
  std::printf("%-12s (%7.4f, %7.4f)   %7.4f %7.4f %7.4f   %8.5f\n", name, one.mean(0).item(), one.mean(1).item(),
              c(0, 0).item(), c(0, 1).item(), c(1, 1).item(), -mean(one.log_density(x)).item());
}

void add_contour(plot::Axes& axes, const Gaussian& one, const plot::Style& style) {
  const NoGrad guard;
  const Tensor angle = linspace(0, 2 * std::numbers::pi, 91, {.dtype = float64});
  const Tensor circle = 2.0 * stack({cos(angle), sin(angle)}, 1);  // two standard deviations
  const Tensor ellipse = one.mean + matmul(circle, transpose(one.factor));
  axes.line(view(ellipse, {xt::all(), 0}), view(ellipse, {xt::all(), 1}), style);
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const Tensor x = make_points();
  Parameters parameters;
  optim::SGD sgd({parameters.mean, parameters.log_diagonal, parameters.below}, {.lr = 0.05});
  plot::Figure figure;
  plot::Axes& axes = figure.axes();
  axes.scatter(view(x, {xt::all(), 0}), view(x, {xt::all(), 1}), {.color = "gray", .marker = ".", .size = 1.0});

  std::printf("             mean                 covariance                -log p(x)\n");
  for (int steps = 0; steps <= 2000; ++steps) {
    if (steps == 0 || steps == 10 || steps == 100 || steps == 2000) {
      print_row((std::to_string(steps) + " steps").c_str(), parameters.gaussian(), x);
      add_contour(axes, parameters.gaussian(),
                  {.label = std::to_string(steps) + " steps", .line = steps < 2000 ? "--" : "-"});
    }
    sgd.zero_grad();
    const Tensor loss = -mean(parameters.gaussian().log_density(x));
    loss.backward();
    sgd.step();
  }
  const Gaussian closed = Gaussian::fit(x);
  print_row("closed form", closed, x);
  add_contour(axes, closed, {.label = "closed form", .color = "black", .line = ":"});
  axes.x_label("x1").y_label("x2").title("two standard deviations around the mean").equal().legend("outside");
  figure.save(options.figure("likelihood"));
}
