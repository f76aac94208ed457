// Trains the networks of "Deep Learning from Scratch" on the real MNIST, 20 epochs each, as a user would: the
// accuracies that the library must reach. Writes a log of every epoch.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <map>

#include <xtape.hpp>

namespace {

using namespace xtape;

constexpr std::uint64_t seed = 1;
constexpr std::size_t epochs = 20, batch_size = 100;

// A network, how it is trained, and the accuracy on the test images that it must reach.
struct Experiment {
  nn::Sequential net;
  std::unique_ptr<optim::Optimizer> optimizer;
  double target;
};

// Chapter 5: 784-50-10.
Experiment two_layer_net() {
  nn::Sequential net(nn::Flatten(), nn::Linear(784, 50), nn::ReLU(), nn::Linear(50, 10));
  return {net, std::make_unique<optim::SGD>(net.parameters(), optim::SGD::Options{.lr = 0.1}), 0.965};
}

// Chapter 7: one convolution.
Experiment simple_convnet() {
  nn::Sequential net(nn::Conv2d(1, 30, 5), nn::ReLU(), nn::MaxPool2d(2), nn::Flatten(), nn::Linear(30 * 12 * 12, 100),
                     nn::ReLU(), nn::Linear(100, 10));
  return {net, std::make_unique<optim::Adam>(net.parameters()), 0.985};
}

// Chapter 8: six convolutions of 3 x 3. The book drops half of the scores themselves, too, which caps the training
// loss at about 1; here only the hidden layer drops.
Experiment deep_convnet() {
  const auto conv = [](std::size_t in, std::size_t out, std::ptrdiff_t padding) {
    return nn::Sequential(nn::Conv2d(in, out, 3, {.padding = padding}), nn::ReLU());
  };
  nn::Sequential net(conv(1, 16, 1), conv(16, 16, 1), nn::MaxPool2d(2), conv(16, 32, 1), conv(32, 32, 2),
                     nn::MaxPool2d(2), conv(32, 64, 1), conv(64, 64, 1), nn::MaxPool2d(2), nn::Flatten(),
                     nn::Linear(64 * 4 * 4, 50), nn::ReLU(), nn::Dropout(0.5), nn::Linear(50, 10));
  return {net, std::make_unique<optim::Adam>(net.parameters()), 0.993};
}

const std::map<std::string, Experiment (*)()> experiments = {
    {"two_layer_net", two_layer_net}, {"simple_convnet", simple_convnet}, {"deep_convnet", deep_convnet}};

// Whether the network reached its target.
bool train(const std::string& name, const data::Split& mnist, const std::filesystem::path& out) {
  manual_seed(seed);
  Experiment experiment = experiments.at(name)();
  data::DataLoader train(mnist.train, {.batch_size = batch_size, .shuffle = true, .seed = seed});
  data::DataLoader test(mnist.test, {.batch_size = 500});
  optim::CosineAnnealingLR schedule(*experiment.optimizer, {.T_max = epochs});
  Trainer trainer(experiment.net, *experiment.optimizer, nn::CrossEntropyLoss(),
                  {.epochs = epochs,
                   .metrics = {{"accuracy", nn::accuracy}},
                   .schedule = &schedule,
                   .log = out / (name + ".csv"),
                   .progress = &std::cerr});
  std::cout << name << ", " << experiment.net.parameter_count() << " parameters\n" << std::flush;
  trainer.fit(train, test);
  const double accuracy = trainer.evaluate(test).metrics.at("accuracy");
  std::printf("%-15s test accuracy %.4f after %zu epochs (to be reached: %.3f)\n", name.c_str(), accuracy, epochs,
              experiment.target);
  return accuracy >= experiment.target;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Trains networks on MNIST and compares their accuracy with what they must reach");
  std::filesystem::path data, out = "out/mnist";
  std::vector<std::string> names;
  for (const auto& [name, make] : experiments) names.push_back(name);
  app.add_option("networks", names, "which ones")->check(CLI::IsMember(names));
  app.add_option("--data", data, "folder with the four MNIST files")->envname("XTAPE_MNIST")->required();
  app.add_option("--out", out, "folder for the logs");
  CLI11_PARSE(app, argc, argv);
  try {
    std::filesystem::create_directories(out);
    const data::Split mnist = data::mnist(data);
    bool reached = true;
    for (const std::string& name : names) reached = train(name, mnist, out) && reached;
    return reached ? 0 : 1;
  } catch (const Error& error) {
    std::cerr << "xtape_mnist: " << error.what() << '\n';
    return 1;
  }
}
