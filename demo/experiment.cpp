#include "experiment.hpp"

namespace demo {

using namespace xtape;

namespace {

// Images as rows of pixels, for a network of fully connected layers.
data::Split flattened(const data::Split& images) {
  const auto rows = [](const data::Dataset& part) { return data::Dataset(flatten(part.inputs(), 1), part.targets()); };
  return {rows(images.train), rows(images.test)};
}

data::Split load_images(const Options& options) {
  if (options.dataset == "mnist") return flattened(data::mnist(options.data));
  return flattened(options.data.empty() ? data::fashion_mnist() : data::fashion_mnist(options.data));
}

}  // namespace

Experiment load_experiment(const Options& options) {
  if (options.dataset == "digits") {
    return {.name = options.dataset,
            .data = data::digits(),
            .widths = {64, 128, 10},
            .batch_size = 32,
            .epochs = options.epochs.value_or(40),
            .adam = {.lr = 5e-3, .weight_decay = 1e-5},
            .schedule = {.step_size = 10, .gamma = 0.4}};
  }
  return {.name = options.dataset,
          .data = load_images(options),
          .widths = {784, 256, 128, 10},
          .batch_size = 128,
          .epochs = options.epochs.value_or(5),
          .adam = {.lr = 1e-3},
          .schedule = {.step_size = 3, .gamma = 0.3}};
}

nn::Sequential make_network(const std::vector<std::size_t>& widths) {
  nn::Sequential network;
  for (std::size_t layer = 0; layer + 1 < widths.size(); ++layer) {
    if (layer > 0) network.append(nn::ReLU());
    network.append(nn::Linear(widths[layer], widths[layer + 1]));
  }
  return network;
}

}  // namespace demo
