// tolerance: 0.005, because Lion takes the sign of numbers near 0
//
// All parts at work: a network with the fused activation and the layer learns shapes under noise by Lion, with the
// schedule; half-way everything is saved, and a second run goes on from the file.
#include "parts.hpp"

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>

#include <filesystem>
#include <iomanip>
#include <iostream>

using namespace xtape;

const auto squareplus = fuse("squareplus", [](auto x, auto b) { return 0.5 * (x + sqrt(x * x + b)); });

struct ShapeNet : nn::Module {
  ShapeNet() { to(float64); }

  nn::Conv2d conv1 = add("conv1", nn::Conv2d(1, 8, 5, {.padding = 2}));
  RmsScale scale1 = add("scale1", RmsScale(8));
  nn::Conv2d conv2 = add("conv2", nn::Conv2d(8, 16, 3, {.padding = 1}));
  RmsScale scale2 = add("scale2", RmsScale(16));
  nn::Linear last = add("last", nn::Linear(16, Shapes::kinds));

  Tensor forward(const Tensor& x) override {
    const Tensor a = max_pool2d(squareplus(scale1(conv1(x)), 1.0), 2);
    const Tensor b = squareplus(scale2(conv2(a)), 1.0);
    return last(amax(b, {2, 3}));  // the strongest answer of each channel, wherever it is
  }
};

struct Run {
  ShapeNet net;
  Lion rule;
  WarmupCosine schedule;
  data::DataLoader loader;

  explicit Run(int epochs)
      : rule(net.parameters(), {.lr = 0.003, .weight_decay = 0.01}),
        schedule(rule, 2, epochs),
        loader(data::Dataset(std::make_shared<Shapes>(400, 1)).map(FlipPixels(0.02)),
               {.batch_size = 20, .shuffle = true, .seed = 1}) {}

  double epoch() {
    net.train();
    double total = 0.0;
    for (const auto& [x, t] : loader) {
      rule.zero_grad();
      const Tensor loss = nn::cross_entropy(net(x), t);
      loss.backward();
      rule.step();
      total += loss.item() / static_cast<double>(loader.size());
    }
    schedule.step();
    return total;
  }

  double accuracy(const data::Dataset& test) {
    net.eval();
    const NoGrad guard;
    return nn::accuracy(net(test.inputs()), test.targets());
  }

  // Weights, buffers, averages, rates and the number of the epoch, each under a name of its own.
  void save_to(const std::filesystem::path& file) const {
    StateDict all;
    for (const auto& [name, tensor] : net.state_dict()) all["net." + name] = tensor;
    for (const auto& [name, tensor] : rule.state_dict()) all["rule." + name] = tensor;
    for (const auto& [name, tensor] : schedule.state_dict()) all["schedule." + name] = tensor;
    save(file, all);
  }
  void load_from(const std::filesystem::path& file) {
    const StateDict all = load(file);
    const auto part = [&](const std::string& prefix) {
      StateDict result;
      for (const auto& [name, tensor] : all) {
        if (name.starts_with(prefix)) result[name.substr(prefix.size())] = tensor;
      }
      return result;
    };
    net.load_state_dict(part("net."));
    rule.load_state_dict(part("rule."));
    schedule.load_state_dict(part("schedule."));
    loader.set_epoch(schedule.epoch());
  }
};

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  constexpr int epochs = 12, half = 6;
  const data::Dataset test(std::make_shared<Shapes>(400, 2));
  const auto file = std::filesystem::temp_directory_path() / "xtape_shapes.safetensors";

  manual_seed(1);
  Run whole(epochs);
  std::cout << whole.net.parameter_count() << " parameters\nepoch    rate    loss  test accuracy\n" << std::fixed;
  std::vector<double> losses, accuracies;
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    const double rate = whole.rule.learning_rate();
    losses.push_back(whole.epoch());
    accuracies.push_back(whole.accuracy(test));
    if (epoch == half) whole.save_to(file);
    if (epoch <= 3 || epoch % 3 == 0)
      std::cout << std::setw(5) << epoch << std::setprecision(5) << std::setw(9) << rate << std::setprecision(3)
                << std::setw(7) << losses.back() << std::setw(10) << accuracies.back() << '\n';
  }

  manual_seed(2);  // other first weights, which the file replaces
  Run second(epochs);
  second.load_from(file);
  std::filesystem::remove(file);
  for (int epoch = half; epoch < epochs; ++epoch) second.epoch();
  double difference = 0.0;
  for (const auto& [name, tensor] : whole.net.state_dict())
    difference = std::max(difference, amax(abs(tensor - second.net.state_dict().at(name))).item());
  std::cout << "resumed from epoch " << half << ": largest difference of a weight at the end " << std::defaultfloat
            << difference << '\n';

  plot::Figure figure({.columns = 2, .width = 1000, .height = 380});
  figure[0].line(losses, {.marker = "o"}).x_label("epoch").y_label("training loss");
  figure[1].line(accuracies, {.marker = "o"}).x_label("epoch").y_label("test accuracy");
  figure.save(options.figure("training"));
}
