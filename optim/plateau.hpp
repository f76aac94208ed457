#pragma once

#include <optim/schedule.hpp>

namespace xtape::optim {

/// Multiplies the learning rate by `factor` when a metric has not become better for more than `patience` epochs, down
/// to min_lr; PyTorch's ReduceLROnPlateau. Better than the best so far is, in mode min, a metric below best * (1 -
/// threshold), or with threshold_mode abs below best - threshold; in mode max one above best * (1 + threshold), or
/// above best + threshold. For `cooldown` epochs after a change no epoch counts as bad. The optimizer must outlive it.
/// Throws Error for options outside their ranges. Example: `optim::ReduceLROnPlateau plateau(adam, {.patience = 5});
/// plateau.step(validation_loss);`
class ReduceLROnPlateau {
 public:
  enum class Mode { min, max };
  enum class ThresholdMode { rel, abs };
  struct Options {
    Mode mode = Mode::min;                              ///< whether small or large metrics are good
    double factor = 0.1;                                ///< of the learning rate, in [0, 1)
    std::uint64_t patience = 10;                        ///< bad epochs that are put up with
    double threshold = 1e-4;                            ///< how much better counts as better
    ThresholdMode threshold_mode = ThresholdMode::rel;  ///< the threshold as a part of the best metric, or as such
    std::uint64_t cooldown = 0;                         ///< epochs after a change in which none is bad
    PerGroup<double> min_lr = 0.0;                      ///< the smallest learning rate, >= 0
    double eps = 1e-8;                                  ///< a change that is not larger than this is left out
  };

  explicit ReduceLROnPlateau(Optimizer& optimizer) : ReduceLROnPlateau(optimizer, Options()) {}
  ReduceLROnPlateau(Optimizer& optimizer, const Options& options);

  /// Counts one more epoch with its metric.
  void step(double metric);
  /// How often step() was called.
  std::uint64_t epoch() const noexcept { return m_progress.epoch; }

  /// The best metric and what was counted since: "best", "num_bad_epochs", "cooldown_counter", "last_epoch".
  StateDict state_dict() const;
  /// Takes over such a state. Throws Error for entries that are missing or too many; then nothing changed.
  void load_state_dict(const StateDict& state);

 private:
  bool is_better(double metric) const;
  void reduce();

  struct Progress {
    std::uint64_t epoch = 0;
    double best = 0.0;
    std::uint64_t bad_epochs = 0;
    std::uint64_t cooldown = 0;  // epochs left of it
  };
  Optimizer* m_optimizer;
  Options m_options;
  Progress m_progress;
};

}  // namespace xtape::optim
