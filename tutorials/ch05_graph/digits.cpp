// tolerance: 0.02, because rounding grows over a thousand steps of training
// The network of chapter 4 from layers on the tape, trained by backpropagation.
#include <xtape.hpp>

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>

#include <cstdio>

using namespace xtape;

namespace {

struct TwoLayerNet : nn::Module {
  nn::Linear affine1, affine2;

  TwoLayerNet(std::size_t inputs, std::size_t hidden, double deviation, random::Numpy& numpy)
      : affine1(add("affine1", nn::Linear(inputs, hidden))), affine2(add("affine2", nn::Linear(hidden, 10))) {
    to(float64);
    const NoGrad guard;
    for (const nn::Linear& layer : {affine1, affine2}) {
      const std::vector<double> drawn = numpy.randn(layer.weight.size());
      layer.weight.assign(deviation * reshape(Tensor(xt::adapt(drawn)), layer.weight.shape()));
      layer.bias.assign(0.0);
    }
  }

  Tensor forward(const Tensor& x) override { return affine2(relu(affine1(x))); }
};

struct Settings {
  double deviation;
  int steps, steps_to_report;
};

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const tutorial::Images images = tutorial::load_images(options);
  const auto inputs = [](const Tensor& x) { return astype(flatten(x, 1), float64); };
  const Tensor x_train = inputs(images.train), x_test = inputs(images.test);
  const data::Dataset examples(x_train, images.train_labels);
  const Settings settings = options.is_embedded() ? Settings{0.1, 1000, 100} : Settings{0.01, 10000, 600};

  random::Numpy numpy(0);
  TwoLayerNet net(images.pixels(), 50, settings.deviation, numpy);
  optim::SGD sgd(net.parameters(), {.lr = 0.1});
  std::printf("%zu parameters\n step  train accuracy  test accuracy\n", net.parameter_count());
  std::vector<double> steps, train, test;
  for (int step = 0; step <= settings.steps; ++step) {
    if (step % settings.steps_to_report == 0 || step == settings.steps) {
      const NoGrad guard;
      steps.push_back(step);
      train.push_back(nn::accuracy(net(x_train), images.train_labels));
      test.push_back(nn::accuracy(net(x_test), images.test_labels));
      std::printf("%5d  %14.4f  %13.4f\n", step, train.back(), test.back());
    }
    std::vector<std::size_t> chosen;
    for (const std::int64_t i : numpy.choice(static_cast<std::int64_t>(examples.size()), 100)) {
      chosen.push_back(static_cast<std::size_t>(i));
    }
    const auto [x, t] = examples.batch(chosen);
    sgd.zero_grad();
    nn::cross_entropy(net(x), t).backward();
    sgd.step();
  }

  plot::Figure figure;
  figure.axes().line(steps, train, {.label = "training images", .marker = "o"});
  figure.axes().line(steps, test, {.label = "test images", .line = "--", .marker = "s"});
  figure.axes().x_label("step").y_label("accuracy").y_range(0, 1).legend("bottom right");
  figure.save(options.figure("accuracy"));
}
