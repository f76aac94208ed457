// Where gradients get lost on their way back: their size in each layer of deep networks, the cases of sigmoid and ReLU
// with narrow and fitting initial weights, and the histogram of each layer's gradients.
#include <xtape.hpp>

#include <cmath>
#include <cstdio>

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>

using namespace xtape;

namespace {

enum class Kind { sigmoid, tanh, relu };

// Hidden layers of these widths and 10 outputs. Weights have the deviation sqrt(gain / inputs), or 0.01 for gain 0.
nn::Sequential make_network(std::size_t inputs, std::vector<std::size_t> widths, Kind kind, double gain) {
  nn::Sequential net;
  widths.push_back(10);
  for (std::size_t layer = 0; layer < widths.size(); ++layer) {
    const nn::Linear linear(inputs, widths[layer]);
    nn::init::normal_(linear.weight, 0.0, gain == 0.0 ? 0.01 : std::sqrt(gain / static_cast<double>(inputs)));
    nn::init::zeros_(linear.bias);
    net.append(linear);
    if (layer + 1 == widths.size()) break;
    if (kind == Kind::sigmoid) net.append(nn::Sigmoid());
    if (kind == Kind::tanh) net.append(nn::Tanh());
    if (kind == Kind::relu) net.append(nn::ReLU());
    inputs = widths[layer];
  }
  net.to(float64);
  return net;
}

// The weights of the layers, without the biases, after backward() on the loss of all images.
Tensors weights_with_gradients(nn::Sequential& net, const Tensor& x, const Tensor& t) {
  net.zero_grad();
  nn::cross_entropy(net(x), t).backward();
  Tensors weights;
  for (const auto& [name, p] : net.named_parameters()) {
    if (p.dimension() == 2) weights.push_back(p);
  }
  return weights;
}

// The accuracy on the test images after learning from random batches of 100.
double learn(nn::Sequential net, const tutorial::Images& images, int steps) {
  const Tensor x = astype(flatten(images.train, 1), float64);
  optim::SGD rule(net.parameters(), {.lr = 0.1});
  for (int i = 0; i < steps; ++i) {
    const Tensor picked = randint(0, static_cast<std::int64_t>(x.shape(0)), {100});
    rule.zero_grad();
    nn::cross_entropy(net(take(x, picked)), take(images.train_labels, picked)).backward();
    rule.step();
  }
  const NoGrad guard;
  return nn::accuracy(net(astype(flatten(images.test, 1), float64)), images.test_labels);
}

// Root mean square of the gradient in each of ten hidden layers.
void show_depth(const Tensor& x, const Tensor& t, const tutorial::Options& options) {
  struct Case {
    std::string name, marker;
    Kind kind;
    double gain;
  };
  const std::vector<Case> cases{{"sigmoid, Xavier", "o", Kind::sigmoid, 1.0},
                                {"tanh, Xavier", "s", Kind::tanh, 1.0},
                                {"ReLU, std 0.01", "x", Kind::relu, 0.0},
                                {"ReLU, He", "d", Kind::relu, 2.0}};
  plot::Figure figure;
  std::printf("size of the gradient in layer      1         4         7        10\n");
  for (const Case& c : cases) {
    manual_seed(1);
    nn::Sequential net = make_network(x.shape(1), std::vector<std::size_t>(10, 50), c.kind, c.gain);
    std::vector<double> layers, sizes;
    for (const Tensor& w : weights_with_gradients(net, x, t)) {
      layers.push_back(static_cast<double>(layers.size() + 1));
      sizes.push_back(std::sqrt(mean(square(w.grad())).item()));
    }
    std::printf("%-26s  %.2e  %.2e  %.2e  %.2e\n", c.name.c_str(), sizes[0], sizes[3], sizes[6], sizes[9]);
    figure.axes().line(layers, sizes, {.label = c.name, .marker = c.marker});
  }
  figure.axes().x_label("layer (11 is the output)").y_label("root mean square of the gradient").log_y();
  figure.axes().legend("outside");
  figure.save(options.figure("gradient_by_layer"));
}

// Gradients as they are distributed in each layer, and how large they are beside the weights that they change.
void show_histograms(const Tensor& x, const Tensor& t, const tutorial::Options& options) {
  plot::Figure figure({.rows = 1, .columns = 2, .width = 1000, .height = 400});
  std::size_t column = 0;
  std::printf("\ngradient : weight in layer         1         2         3         4         5\n");
  for (const double gain : {0.25, 2.78}) {  // (1/2)^2 and (5/3)^2
    manual_seed(1);
    nn::Sequential net = make_network(x.shape(1), std::vector<std::size_t>(4, 100), Kind::tanh, gain);
    plot::Axes& axes = figure[column++];
    std::printf("tanh, deviation %.2f / sqrt(n)", std::sqrt(gain));
    std::size_t layer = 0;
    for (const Tensor& w : weights_with_gradients(net, x, t)) {
      std::printf("  %.2e", stddev(w.grad()).item() / stddev(w).item());
      const double width = gain < 1.0 ? 1e-4 : 1e-3;  // of a bin
      std::vector<double> at, count(60, 0.0);
      for (int bin = 0; bin < 60; ++bin) at.push_back((bin - 29.5) * width);
      for (const double g : w.grad().array<double>()) {
        const double bin = std::floor(g / width) + 30.0;
        if (bin >= 0.0 && bin < 60.0) count[static_cast<std::size_t>(bin)] += 100.0 / static_cast<double>(w.size());
      }
      axes.line(at, count, {.label = "layer " + std::to_string(++layer)});
    }
    std::printf("\n");
    axes.title(gain < 1.0 ? "deviation 1/2 / sqrt(n)" : "deviation 5/3 / sqrt(n)").x_label("gradient");
    axes.y_label("% of the weights");
  }
  figure.save(options.figure("gradient_histograms"));
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const tutorial::Images images = tutorial::load_images(options);
  const Tensor x = astype(view(flatten(images.train, 1), {xt::range(0, 1000)}), float64);
  const Tensor t = view(images.train_labels, {xt::range(0, 1000)});
  show_depth(x, t, options);
  show_histograms(x, t, options);

  const int steps = options.is_embedded() ? 1000 : 2000;
  std::printf("\nhidden layers of 40 and 20, %d steps        test accuracy\n", steps);
  const auto report = [&](const char* name, Kind kind, double gain) {
    manual_seed(1);
    std::printf("%-42s  %.4f\n", name, learn(make_network(images.pixels(), {40, 20}, kind, gain), images, steps));
  };
  report("sigmoid, std 0.01", Kind::sigmoid, 0.0);
  report("ReLU, std 0.01", Kind::relu, 0.0);
  report("sigmoid, Xavier", Kind::sigmoid, 1.0);
  report("ReLU, He", Kind::relu, 2.0);
  report("sigmoid, He", Kind::sigmoid, 2.0);
  report("ReLU, Xavier", Kind::relu, 1.0);
}
