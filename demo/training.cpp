#include "training.hpp"

#include <iostream>

namespace demo {

using namespace xtape;

History train(nn::Sequential& network, const Experiment& experiment, std::uint64_t seed) {
  History history;
  optim::Adam optimizer(network.parameters(), experiment.adam);
  optim::StepLR schedule(optimizer, experiment.schedule);
  data::DataLoader loader(experiment.data.train, {.batch_size = experiment.batch_size, .shuffle = true, .seed = seed});
  data::DataLoader test(experiment.data.test, {.batch_size = 1000});
  Trainer trainer(network, optimizer, nn::CrossEntropyLoss(),
                  {.epochs = experiment.epochs,
                   .metrics = {{"accuracy", nn::accuracy}},
                   .schedule = &schedule,
                   .progress = &std::cout,
                   .on_step_end = [&](Trainer& t) { history.step_losses.push_back(t.last_loss()); }});
  history.of_epochs = trainer.fit(loader, test);
  return history;
}

}  // namespace demo
