// Trains a multilayer perceptron, with progress on the screen, and writes what it learned and how.

#include <cstdio>

#include "options.hpp"
#include "report.hpp"

namespace {

void run(const demo::Options& options) {
  const demo::Experiment experiment = demo::load_experiment(options);
  demo::make_folder(options.out);  // before the training, which would be lost
  xtape::manual_seed(options.seed);
  xtape::nn::Sequential network = demo::make_network(experiment.widths);
  const demo::History history = demo::train(network, experiment, options.seed);
  const demo::Written written = demo::write_files(options.out, network, experiment, history);
  demo::print_table(experiment, network, history, written);
}

}  // namespace

int main(int argc, char** argv) {
  int exit_code = 0;
  const auto options = demo::parse_options(argc, argv, exit_code);
  if (!options) return exit_code;
  try {
    run(*options);
  } catch (const xtape::Error& error) {
    std::fprintf(stderr, "xtape_demo: %s\n", error.what());
    return 1;
  }
  return 0;
}
