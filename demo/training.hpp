#pragma once

#include <vector>

#include "experiment.hpp"
#include "progress.hpp"

namespace demo {

/// How a network does on data that it was not trained on.
struct Score {
  double loss;
  double accuracy;
};

/// What a training leaves behind.
struct History {
  std::vector<double> step_losses;   ///< train loss of every step
  std::vector<double> epoch_losses;  ///< its mean over the images of every epoch
  std::vector<Score> scores;         ///< on the test set, after every epoch
  double seconds = 0.0;              ///< spent in training steps; evaluation comes on top
};

/// Trains the network in place and reports to `progress` while it does.
History train(xtape::nn::Sequential& network, const Experiment& experiment, std::uint64_t seed, Progress& progress);

/// Loss and accuracy over a whole data set.
Score evaluate(xtape::nn::Sequential& network, const xtape::data::Dataset& dataset);

}  // namespace demo
