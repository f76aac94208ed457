#include "training.hpp"

#include <chrono>

namespace demo {

using namespace xtape;

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

}  // namespace

Score evaluate(nn::Sequential& network, const data::Dataset& dataset) {
  network.eval();
  NoGrad guard;
  Score sum{0.0, 0.0};
  data::DataLoader loader(dataset, {.batch_size = 1000});
  for (const auto& [x, t] : loader) {
    const Tensor scores = network(x);
    const auto images = static_cast<double>(t.size());
    sum.loss += nn::cross_entropy(scores, t).item() * images;
    sum.accuracy += nn::accuracy(scores, t) * images;
  }
  const auto images = static_cast<double>(dataset.size());
  return {sum.loss / images, sum.accuracy / images};
}

History train(nn::Sequential& network, const Experiment& experiment, std::uint64_t seed, Progress& progress) {
  History history;
  optim::Adam optimizer(network.parameters(), experiment.adam);
  optim::StepLR schedule(optimizer, experiment.schedule);
  data::DataLoader loader(experiment.data.train, {.batch_size = experiment.batch_size, .shuffle = true, .seed = seed});

  for (std::size_t epoch = 0; epoch < experiment.epochs; ++epoch) {
    network.train();
    progress.start_epoch();
    const Clock::time_point start = Clock::now();
    double loss_sum = 0.0;
    for (const auto& [x, t] : loader) {
      optimizer.zero_grad();
      const Tensor loss = nn::cross_entropy(network(x), t);
      loss.backward();
      optimizer.step();
      history.step_losses.push_back(loss.item());
      loss_sum += loss.item() * static_cast<double>(t.size());
      progress.step(t.size(), loss.item());
    }
    schedule.step();
    history.seconds += seconds_since(start);
    history.epoch_losses.push_back(loss_sum / static_cast<double>(loader.dataset().size()));
    history.scores.push_back(evaluate(network, experiment.data.test));
    progress.epoch(history.epoch_losses.back(), history.scores.back().accuracy);
  }
  return history;
}

}  // namespace demo
