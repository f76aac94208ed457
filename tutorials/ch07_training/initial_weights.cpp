// How wide initial weights should be drawn: what five layers make of normal inputs, as histograms of their outputs,
// and how fast networks with three kinds of initial weights learn.
#include <xtape.hpp>

#include <cmath>
#include <cstdio>
#include <functional>

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>

using namespace xtape;

namespace {

constexpr std::size_t nodes = 100, layers = 5;

// The standard deviations to be compared, for a layer with `nodes` inputs.
const std::vector<std::pair<std::string, double>> deviations{
    {"std 1", 1.0}, {"std 0.01", 0.01}, {"Xavier", std::sqrt(1.0 / nodes)}, {"He", std::sqrt(2.0 / nodes)}};

struct Activation {
  std::string name;
  std::function<Tensor(const Tensor&)> function;
  double low, high, top;  // of the histograms
};

// What each of the layers gives, for 1000 inputs of 100 normal numbers.
Tensors outputs_of_layers(const Activation& activation, double deviation) {
  manual_seed(1);
  Tensor z = randn({1000, nodes}, {.dtype = float64});
  Tensors outputs;
  for (std::size_t layer = 0; layer < layers; ++layer) {
    const Tensor w = deviation * randn({nodes, nodes}, {.dtype = float64});
    z = activation.function(matmul(z, w));
    outputs.push_back(z);
  }
  return outputs;
}

void show_activations(const Activation& activation, const tutorial::Options& options) {
  plot::Figure figure({.rows = deviations.size(), .columns = layers, .width = 1100, .height = 800, .font = 12});
  std::printf("%-8s  deviation of the outputs of layers 1 to 5\n", activation.name.c_str());
  for (std::size_t row = 0; row < deviations.size(); ++row) {
    const auto& [name, deviation] = deviations[row];
    const Tensors outputs = outputs_of_layers(activation, deviation);
    std::printf("  %-8s", name.c_str());
    for (std::size_t layer = 0; layer < layers; ++layer) {
      const Tensor& z = outputs[layer];
      std::printf("  %9.3g", stddev(z).item());
      plot::Axes& panel = figure.axes(row, layer);
      panel.histogram(z, {.bins = 20, .low = activation.low, .high = activation.high});
      panel.title(name + ", layer " + std::to_string(layer + 1)).x_range(activation.low, activation.high);
      const double top = row == 1 ? 1e5 : activation.top;
      panel.y_range(0.0, top).y_ticks({0.0, top});
      panel.x_ticks({activation.low, (activation.low + activation.high) / 2, activation.high});
    }
    std::printf("\n");
  }
  figure.save(options.figure("outputs_" + activation.name));
}

// Four hidden layers of 100 with ReLU. `gain` is g in the deviation sqrt(g / inputs); 0 stands for the fixed 0.01.
nn::Sequential make_network(std::size_t inputs, double gain) {
  nn::Sequential net;
  for (std::size_t layer = 0; layer < 5; ++layer) {
    const std::size_t in = layer == 0 ? inputs : 100;
    const nn::Linear linear(in, layer == 4 ? 10 : 100);
    nn::init::normal_(linear.weight, 0.0, gain == 0.0 ? 0.01 : std::sqrt(gain / static_cast<double>(in)));
    nn::init::zeros_(linear.bias);
    net.append(linear);
    if (layer < 4) net.append(nn::ReLU());
  }
  net.to(float64);
  return net;
}

std::vector<double> train(const Tensor& x, const Tensor& t, double gain, double lr, int steps) {
  manual_seed(1);
  nn::Sequential net = make_network(x.shape(1), gain);
  optim::SGD rule(net.parameters(), {.lr = lr});
  std::vector<double> losses;
  for (int i = 0; i < steps; ++i) {
    const Tensor picked = randint(0, static_cast<std::int64_t>(x.shape(0)), {128});
    rule.zero_grad();
    const Tensor loss = nn::cross_entropy(net(take(x, picked)), take(t, picked));
    loss.backward();
    rule.step();
    losses.push_back(loss.item());
  }
  return losses;
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  show_activations({"sigmoid", [](const Tensor& u) { return sigmoid(u); }, 0.0, 1.0, 4e4}, options);
  show_activations({"relu", [](const Tensor& u) { return relu(u); }, 0.0, 1.0, 8e3}, options);
  show_activations({"tanh", [](const Tensor& u) { return tanh(u); }, -1.0, 1.0, 4e4}, options);

  const tutorial::Images images = tutorial::load_images(options);
  const Tensor x = astype(flatten(images.train, 1), float64), t = images.train_labels;
  const int steps = options.is_embedded() ? 501 : 2000;
  const double lr = options.is_embedded() ? 0.05 : 0.01;
  const std::vector<std::string> names{"std 0.01", "Xavier", "He"}, markers{"o", "s", "d"};
  const std::vector<double> gains{0.0, 1.0, 2.0};
  plot::Figure figure;
  std::vector<std::vector<double>> losses;
  for (std::size_t i = 0; i < names.size(); ++i) {
    losses.push_back(train(x, t, gains[i], lr, steps));
    figure.axes().line(losses[i], {.label = names[i], .marker = markers[i], .width = 1.0, .every = 100});
  }
  figure.axes().x_label("step").y_label("loss").y_range(0.0, 2.5).legend("outside");
  figure.save(options.figure("three_initialisations"));
  std::printf("\n step  std 0.01  Xavier      He\n");
  for (std::size_t i = 0; i < losses[0].size(); i += options.is_embedded() ? 100 : 475) {
    std::printf("%5zu    %.4f  %.4f  %.4f\n", i, losses[0][i], losses[1][i], losses[2][i]);
  }
}
