// tolerance: 0.02, because rounding grows over some hundred steps of training
// A network with one hidden layer learns digits: by slopes from differences, and by backpropagation.
#include <xtape.hpp>

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>

#include <cstdio>

using namespace xtape;

namespace {

Tensor from_normal(random::Numpy& numpy, std::size_t rows, std::size_t columns, double deviation) {
  const std::vector<double> drawn = numpy.randn(rows * columns);
  return deviation * reshape(Tensor(xt::adapt(drawn)), {rows, columns});
}

struct TwoLayerNet {
  Tensor w1, b1, w2, b2;
  int losses_computed = 0;

  TwoLayerNet(random::Numpy& numpy, std::size_t inputs, std::size_t hidden, double deviation)
      : w1(from_normal(numpy, inputs, hidden, deviation)),
        b1(zeros({hidden}, {.dtype = float64})),
        w2(from_normal(numpy, hidden, 10, deviation)),
        b2(zeros({10}, {.dtype = float64})) {}

  Tensors parameters() const { return {w1, b1, w2, b2}; }
  Tensor predict(const Tensor& x) const { return matmul(sigmoid(matmul(x, w1) + b1), w2) + b2; }
  Tensor loss(const Tensor& x, const Tensor& t) {
    ++losses_computed;
    return nn::cross_entropy(predict(x), t);
  }

  // Two values of the loss for every single weight.
  Tensors numerical_gradient(const Tensor& x, const Tensor& t) {
    const NoGrad guard;
    const double h = 1e-4;
    Tensors gradients;
    for (const Tensor& parameter : parameters()) {
      const Tensor numbers = flatten(parameter), slopes = zeros({parameter.size()}, {.dtype = float64});
      for (std::size_t i = 0; i < parameter.size(); ++i) {
        const Tensor number = numbers(i);
        const double before = number.item();
        number.assign(before + h);
        const double up = loss(x, t).item();
        number.assign(before - h);
        const double down = loss(x, t).item();
        number.assign(before);
        slopes(i).assign((up - down) / (2 * h));
      }
      gradients.push_back(reshape(slopes, parameter.shape()));
    }
    return gradients;
  }

  // One value of the loss, and the tape read backwards.
  Tensors gradient(const Tensor& x, const Tensor& t) {
    for (const Tensor& parameter : parameters()) parameter.requires_grad_();
    const Tensors gradients = grad(loss(x, t), parameters());
    for (const Tensor& parameter : parameters()) parameter.requires_grad_(false);
    return gradients;
  }
};

struct Settings {
  std::size_t hidden, batch;
  double deviation, learning_rate;
  int steps, steps_to_report;
  bool differences;
};

struct Curve {
  std::vector<double> steps, train, test;
};

Curve train(const tutorial::Images& images, const Settings& settings) {
  const auto inputs = [](const Tensor& x) { return astype(flatten(x, 1), float64); };
  const Tensor x_train = inputs(images.train), x_test = inputs(images.test);
  const data::Dataset examples(x_train, images.train_labels);
  random::Numpy numpy(0);
  TwoLayerNet net(numpy, images.pixels(), settings.hidden, settings.deviation);
  Curve curve;
  std::printf(" step  train accuracy  test accuracy\n");
  for (int step = 0; step <= settings.steps; ++step) {
    if (step % settings.steps_to_report == 0 || step == settings.steps) {
      curve.steps.push_back(step);
      curve.train.push_back(nn::accuracy(net.predict(x_train), images.train_labels));
      curve.test.push_back(nn::accuracy(net.predict(x_test), images.test_labels));
      std::printf("%5d  %14.4f  %13.4f\n", step, curve.train.back(), curve.test.back());
    }
    std::vector<std::size_t> chosen;
    for (const std::int64_t i : numpy.choice(static_cast<std::int64_t>(examples.size()), settings.batch)) {
      chosen.push_back(static_cast<std::size_t>(i));
    }
    const auto [x, t] = examples.batch(chosen);
    const Tensors gradients = settings.differences ? net.numerical_gradient(x, t) : net.gradient(x, t);
    for (std::size_t k = 0; k < gradients.size(); ++k) {
      const Tensor parameter = net.parameters()[k];
      parameter.assign(parameter - settings.learning_rate * gradients[k]);
    }
  }
  std::printf("values of the loss that were computed: %d\n", net.losses_computed);
  return curve;
}

void draw(const tutorial::Options& options, const Curve& curve) {
  plot::Figure figure;
  figure.axes().line(curve.steps, curve.train, {.label = "training images", .marker = "o"});
  figure.axes().line(curve.steps, curve.test, {.label = "test images", .line = "--", .marker = "s"});
  figure.axes().x_label("step").y_label("accuracy").y_range(0, 1).legend("bottom right");
  figure.save(options.figure("accuracy"));
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const tutorial::Images images = tutorial::load_images(options);
  if (!options.is_embedded()) {  // the book's network and settings: by differences it would take days
    draw(options, train(images, {50, 100, 0.01, 0.1, 10000, 600, false}));
    return 0;
  }
  Settings settings{8, 32, 0.5, 1.0, 150, 15, true};
  std::printf("by differences\n");
  draw(options, train(images, settings));
  settings.differences = false;
  std::printf("\nby backpropagation\n");
  train(images, settings);
}
