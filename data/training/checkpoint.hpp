#pragma once

#include <map>

#include <data/loader.hpp>
#include <data/training/history.hpp>
#include <optim/state_reader.hpp>

/// What a checkpoint of a Trainer is made of: parts, each a state of its own behind its name and a dot.
namespace xtape::training {

inline constexpr const char* last_checkpoint = "last.safetensors";
inline constexpr const char* best_checkpoint = "best.safetensors";

/// Sums over the samples of an epoch under way.
struct Totals {
  std::uint64_t samples = 0;
  double loss = 0.0;
  std::vector<double> metrics = {};  ///< in the order of the trainer's
  double seconds = 0.0;

  void add(const Totals& more);
  Scores means(const std::vector<Metric>& names) const;
};

/// What of a loader decides which batches it gives.
struct LoaderFacts {
  std::uint64_t samples = 0, batch_size = 0, seed = 0;
  bool shuffle = false, drop_last = false, sampler = false, batch_transform = false;

  static LoaderFacts of(const data::DataLoader& loader);
  /// Throws Error naming what differs, unless `other` gives the same batches.
  void check_same(const LoaderFacts& other) const;
};

/// How far a training is, and what came of it: all that is the trainer's own.
struct TrainingState {
  std::uint64_t epoch = 0;                            ///< finished ones
  std::uint64_t step = 0;                             ///< updates
  Totals totals = {};                                 ///< of the epoch under way
  double lr = 0.0;                                    ///< of the last update
  std::optional<data::DataLoader::State> place = {};  ///< where the training loader goes on
  std::optional<LoaderFacts> loader = {};
  std::optional<std::uint64_t> validation_epoch = {};  ///< of the validation loader: the next one
  std::string monitor = {};                            ///< the name of what `best` is
  double best = 0.0;
  std::uint64_t bad_epochs = 0;  ///< since the best one
  History history = {};

  StateDict write(const std::vector<Metric>& metrics) const;
  /// Throws Error or ShapeError for entries that are missing, too many or do not fit together, among them other
  /// metrics than these.
  static TrainingState read(const StateDict& state, const std::vector<Metric>& metrics);
};

/// The parts of a checkpoint by their names: of "model.0.weight", "0.weight" in the part "model".
std::map<std::string, StateDict> split_parts(const StateDict& checkpoint);
/// Adds a part.
void add_part(StateDict& checkpoint, const std::string& part, const StateDict& state);

/// Text and 64-bit numbers as tensors, (size) of uint8 or int64, and back.
Tensor text_tensor(const std::string& text);
std::string text_of(const Tensor& tensor);
Tensor words_tensor(const std::vector<std::uint64_t>& words);
/// Throws DtypeError for another dtype.
std::vector<std::uint64_t> words_of(const Tensor& tensor);

}  // namespace xtape::training
