#include "report.hpp"

#include <autograd/file.hpp>
#include <autograd/graph.hpp>

#include <cstdio>
#include <numeric>
#include <ostream>

#include "loss_curve.hpp"

namespace demo {

using namespace xtape;
namespace fs = std::filesystem;

namespace {

// The loss of one training step, its parameters named as in the file of weights.
Tensor training_step(nn::Sequential& network, const Experiment& experiment) {
  for (const auto& [name, parameter] : network.named_parameters()) parameter.named(name);
  data::DataLoader loader(experiment.data.train, {.batch_size = experiment.batch_size});
  const auto [x, t] = *loader.begin();
  return nn::cross_entropy(network(x), t);
}

// "64-128-10"
std::string joined(const std::vector<std::size_t>& widths) {
  std::string text;
  for (const std::size_t width : widths) text += (text.empty() ? "" : "-") + std::to_string(width);
  return text;
}

void print_row(const char* name, const std::string& value) { std::printf("  %-18s %s\n", name, value.c_str()); }

template <class Value>
std::string format(const char* pattern, Value value) {
  char text[64];
  std::snprintf(text, sizeof text, pattern, value);
  return text;
}

}  // namespace

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw IoError("the folder '" + folder.string() + "' cannot be made: " + error.message());
}

Written write_files(const fs::path& folder, nn::Sequential& network, const Experiment& experiment,
                    const History& history) {
  const fs::path weights = folder / (experiment.name + ".safetensors");
  const fs::path curve = folder / (experiment.name + "-loss.svg");
  const fs::path graph_text = folder / (experiment.name + "-graph.dot");
  const fs::path graph_page = folder / (experiment.name + "-graph.html");
  const fs::path graph_picture = folder / (experiment.name + "-graph.svg");

  save(weights, network.state_dict());
  const Tensor loss = training_step(network, experiment);
  graph::save(loss, graph_text);
  graph::save(loss, graph_page);
  Written written{{weights, graph_text, graph_page}, {}};
  // Pictures are drawn by other programs, which may be missing: gnuplot and Graphviz.
  const auto draw = [&written](const fs::path& path, const auto& save_picture) {
    try {
      save_picture(path);
      written.files.push_back(path);
    } catch (const IoError& missing) {
      written.notes.push_back(missing.what());
    }
  };
  const std::string title = "Training on " + experiment.name + " (" + joined(experiment.widths) + ")";
  draw(curve, [&](const fs::path& path) { loss_curve(history, title).save(path); });
  draw(graph_picture, [&](const fs::path& path) { graph::save(loss, path); });
  return written;
}

void print_table(const Experiment& experiment, const nn::Sequential& network, const History& history,
                 const Written& written) {
  const auto& [train, test] = experiment.data;
  const double images = static_cast<double>(train.size() * experiment.epochs);
  const std::vector<double> epoch_seconds = history.of_epochs.column("seconds");
  const double seconds = std::accumulate(epoch_seconds.begin(), epoch_seconds.end(), 0.0);
  const training::EpochResult& last = history.of_epochs.epochs.back();
  std::printf("\n");
  print_row("dataset", experiment.name + ", " + std::to_string(train.size()) + " training and " +
                           std::to_string(test.size()) + " test images");
  print_row("parameters", std::to_string(network.parameter_count()) + " (" + joined(experiment.widths) + ", ReLU)");
  print_row("epochs", std::to_string(experiment.epochs) + ", batches of " + std::to_string(experiment.batch_size));
  print_row("training time", format("%.2f s", seconds));
  print_row("images per second", format("%.0f", images / seconds));
  print_row("train loss", format("%.4f", last.train.loss));
  print_row("test accuracy", format("%.4f", last.validation->metrics.at("accuracy")));
  const char* name = "files written";
  for (const fs::path& file : written.files) print_row(std::exchange(name, ""), file.string());
  for (const std::string& note : written.notes) std::printf("\n%s\n", note.c_str());
}

}  // namespace demo
