#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <autograd/tensor.hpp>

/// What a Trainer takes and gives.
namespace xtape::training {

/// A number with a name that says how good the outputs of a batch are: `{"accuracy", nn::accuracy}`.
struct Metric {
  std::string name;
  std::function<double(const Tensor& output, const Tensor& target)> value;
};

/// Loss and metrics: the means of what the batches gave, each weighted by the number of its samples. Of what is itself
/// a mean over samples, such as an accuracy, that is the mean over all of them, whatever the size of the batches.
struct Scores {
  std::size_t samples = 0;
  double loss = 0.0;
  std::map<std::string, double> metrics = {};
};

/// What came of one epoch.
struct EpochResult {
  std::uint64_t epoch = 0;  ///< 1 for the first
  std::uint64_t step = 0;   ///< updates since the training began
  double lr = 0.0;          ///< learning rate of the last update, of the optimizer's first group
  Scores train = {};        ///< of the outputs before each update, in training mode
  std::optional<Scores> validation = {};
  double seconds = 0.0;  ///< from asking for the batches to the last update, without validation, callbacks and files

  double samples_per_second() const { return static_cast<double>(train.samples) / seconds; }
  /// A number by its name in the log: "loss", "accuracy" or what else the metrics are called, the same behind
  /// "validation_", and "epoch", "step", "lr", "seconds", "samples_per_second"; nothing where there is none.
  std::optional<double> find(const std::string& name) const;
};

/// What came of a training so far.
struct History {
  std::vector<EpochResult> epochs = {};
  std::optional<std::uint64_t> best_epoch = {};  ///< the one whose monitored number is the best: 1 for the first
  bool stopped_early = false;                    ///< for want of a better epoch, as Trainer::Options::patience asks

  /// A number of every epoch by its name, as EpochResult::find() has it. Throws Error where an epoch has none.
  /// Example: `history.column("validation_loss")`.
  std::vector<double> column(const std::string& name) const;
};

/// The names of an epoch's numbers, in the order of the log.
std::vector<std::string> column_names(const std::vector<Metric>& metrics, bool validated);

/// Throws Error for a name that is empty, given twice, that of another number, or would break a line of the log, and
/// for a metric without a function.
void check_metrics(const std::vector<Metric>& metrics);

}  // namespace xtape::training
