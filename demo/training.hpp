#pragma once

#include <vector>

#include "experiment.hpp"

namespace demo {

/// What a training leaves behind.
struct History {
  std::vector<double> step_losses;     ///< train loss of every step
  xtape::training::History of_epochs;  ///< loss and accuracy on both parts of the data
};

/// Trains the network in place, with its progress on the screen.
History train(xtape::nn::Sequential& network, const Experiment& experiment, std::uint64_t seed);

}  // namespace demo
