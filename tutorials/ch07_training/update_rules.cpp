// Update rules walk down the valley f(x, y) = x^2 / 20 + y^2 from (-7, 2): which way each takes, and where it is after
// 30 steps. The slope along y is up to 20 times that along x, so one learning rate cannot suit both.
#include <xtape.hpp>

#include <cmath>
#include <cstdio>

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>

using namespace xtape;

namespace {

Tensor valley(const Tensor& p) { return square(p(0)) / 20.0 + square(p(1)); }

// The points on the way, one list for each coordinate.
struct Path {
  std::vector<double> x, y;
};

template <class Rule>
Path walk(const typename Rule::Options& options, int steps = 30) {
  const Tensor p = Tensor(xt::xarray<double>{-7.0, 2.0}).requires_grad_();
  Rule rule({p}, options);
  Path path{{p.item(0)}, {p.item(1)}};
  for (int i = 0; i < steps; ++i) {
    rule.zero_grad();
    valley(p).backward();
    rule.step();
    path.x.push_back(p.item(0));
    path.y.push_back(p.item(1));
  }
  return path;
}

// Adam written out, in the book's form. optim::Adam adds eps after v is corrected for its start from 0, this one
// before.
class BooksAdam {
 public:
  struct Options {
    double lr = 0.001, beta1 = 0.9, beta2 = 0.999, eps = 1e-7;
  };
  BooksAdam(const Tensors& parameters, const Options& options)
      : m_p(parameters[0]), m_options(options), m_mean(zeros_like(m_p)), m_mean_square(zeros_like(m_p)) {}

  void zero_grad() { m_p.zero_grad(); }
  void step() {
    const NoGrad guard;  // the update itself is not to be differentiated
    const auto& [lr, beta1, beta2, eps] = m_options;
    const Tensor g = m_p.grad();
    m_mean = m_mean + (1.0 - beta1) * (g - m_mean);
    m_mean_square = m_mean_square + (1.0 - beta2) * (square(g) - m_mean_square);
    ++m_steps;
    const double rate = lr * std::sqrt(1.0 - std::pow(beta2, m_steps)) / (1.0 - std::pow(beta1, m_steps));
    m_p.assign(m_p - rate * m_mean / (sqrt(m_mean_square) + eps));
  }

 private:
  Tensor m_p;
  Options m_options;
  Tensor m_mean, m_mean_square;
  int m_steps = 0;
};

void print_end(const char* name, const Path& path) {
  std::printf("%-22s %14.10f  %16.10g\n", name, path.x.back(), path.y.back());
}

// The level lines of the valley and the path over them.
void draw(plot::Axes& axes, const std::string& title, const Path& path) {
  const plot::Plane plane{-8.0, 8.0, -4.0, 4.0, 81};
  const Tensor points = plane.points();
  const Tensor x = view(points, {xt::all(), 0}), y = view(points, {xt::all(), 1});
  const Tensor height = reshape(square(x) / 20.0 + square(y), {81, 81});
  axes.contour(plane.x(), plane.y(), height, {0.1, 0.5, 1.0, 2.0, 4.0, 8.0, 12.0}, {.color = "#bbbbbb", .width = 1.0});
  axes.line(path.x, path.y, {.color = "red", .marker = "o", .width = 1.5, .size = 0.4});
  axes.scatter({0.0}, {0.0}, {.color = "black", .marker = "+", .size = 1.2});
  axes.title(title).x_label("x").y_label("y").x_range(-8.0, 8.0).y_range(-4.0, 4.0).grid(false);
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const Path sgd = walk<optim::SGD>({.lr = 0.95});
  const Path momentum = walk<optim::SGD>({.lr = 0.1, .momentum = 0.9});
  const Path nesterov = walk<optim::SGD>({.lr = 0.1, .momentum = 0.9, .nesterov = true});
  const Path adagrad = walk<optim::Adagrad>({.lr = 1.5, .eps = 1e-7});
  const Path adadelta = walk<optim::Adadelta>({.rho = 0.95});
  const Path rmsprop = walk<optim::RMSprop>({.lr = 0.1, .alpha = 0.99, .eps = 1e-7});
  const Path adam = walk<BooksAdam>({.lr = 0.3});

  std::printf("after 30 steps                      x                 y\n");
  print_end("SGD 0.95", sgd);
  print_end("Momentum 0.1", momentum);
  print_end("Nesterov 0.1", nesterov);
  print_end("AdaGrad 1.5", adagrad);
  print_end("AdaDelta", adadelta);
  print_end("RMSprop 0.1", rmsprop);
  print_end("Adam 0.3", adam);
  print_end("optim::Adam 0.3", walk<optim::Adam>({.lr = 0.3, .eps = 1e-7}));

  const Path patient = walk<optim::Adadelta>({.rho = 0.95}, 1000);
  std::printf("\nAdaDelta after 1000 steps: x %.4f\n", patient.x.back());
  std::printf("SGD with lr 0.99 and 1.01: y %.4f and %.4f\n", walk<optim::SGD>({.lr = 0.99}).y.back(),
              walk<optim::SGD>({.lr = 1.01}).y.back());

  plot::Figure four({.rows = 2, .columns = 2});
  draw(four[0], "SGD, lr 0.95", sgd);
  draw(four[1], "Momentum, lr 0.1", momentum);
  draw(four[2], "AdaGrad, lr 1.5", adagrad);
  draw(four[3], "Adam, lr 0.3", adam);
  four.save(options.figure("valley"));

  plot::Figure others({.rows = 1, .columns = 3});
  draw(others[0], "Nesterov, lr 0.1", nesterov);
  draw(others[1], "RMSprop, lr 0.1", rmsprop);
  draw(others[2], "AdaDelta", adadelta);
  others.save(options.figure("valley_others"));
}
