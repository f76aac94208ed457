#pragma once

#include <string>
#include <vector>

#include <xtape.hpp>

#include "options.hpp"

namespace demo {

/// What is trained on what, and how.
struct Experiment {
  std::string name;                 ///< the data set's
  xtape::data::Split data;          ///< inputs (N, features), targets (N,)
  std::vector<std::size_t> widths;  ///< of the network's layers, the input's and the output's among them
  std::size_t batch_size;
  std::size_t epochs;
  xtape::optim::Adam::Options adam;
  xtape::optim::StepLR::Options schedule;
};

/// Reads the data set. Throws xtape::IoError where its files are missing.
Experiment load_experiment(const Options& options);

/// Linear layers with ReLU between them.
xtape::nn::Sequential make_network(const std::vector<std::size_t>& widths);

}  // namespace demo
