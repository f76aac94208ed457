#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include <autograd/random.hpp>
#include <data/loader.hpp>
#include <data/training/history.hpp>
#include <nn/module.hpp>
#include <optim/moving_average.hpp>
#include <optim/plateau.hpp>
#include <optim/schedule.hpp>

namespace xtape {

namespace training {

struct Totals;
struct TrainingState;

/// Which numbers are good.
enum class Mode { min, max };

/// What a step computes of a batch: the loss, a scalar, and, where there are metrics, the outputs that they look at. A
/// step that returns a loss alone is one, too.
struct StepOutput {
  StepOutput(Tensor loss_, Tensor output_ = {}) : loss(std::move(loss_)), output(std::move(output_)) {}

  Tensor loss;
  Tensor output;
};

/// The model's part of a checkpoint, for a program that uses the weights and does not train. Throws Error where there
/// is none. Example: `net.load_state_dict(training::model_state(load("run/best.safetensors")));`
StateDict model_state(const StateDict& checkpoint);

}  // namespace training

/// The loop that trains a model: epochs of updates, with metrics, validation, a log, checkpoints and early stopping.
///
///     Trainer trainer(net, optimizer, nn::CrossEntropyLoss(),
///                     {.epochs = 20, .metrics = {{"accuracy", nn::accuracy}}, .schedule = &schedule,
///                      .folder = "run", .resume = true, .log = "run.csv", .progress = &std::cerr});
///     training::History history = trainer.fit(train_loader, test_loader);
///
/// An epoch is: all updates, validation, the schedules, a line of the log, on_epoch_end, the checkpoints. An update is:
/// zero_grad, the loss of its batches, backward, clipping, the optimizer's step, `average`, `batch_schedule`,
/// on_step_end, a checkpoint where one is due.
///
/// A checkpoint holds the model's parameters and buffers, the state of the optimizer, of the schedules and of the
/// average, the random generators, the place in the training loader, and the numbers so far, in the middle of an epoch,
/// too. A training that stopped at any update and is resumed, in objects made anew by the same program on the same
/// machine, ends with bit-for-bit the same weights as one that did not stop. That holds for what is random through the
/// loader, through random::default_generator() and Options::generators, as all of the library's layers are; not for
/// what callbacks, steps and data sets keep to themselves. Options are not part of it: more epochs, for example, lead
/// on from a training that was over.
///
/// Refers to the model and the optimizer, which must outlive it, as must all that the options point at.
class Trainer {
 public:
  /// The loss, a scalar, of the model's outputs for the inputs of a batch, and its targets.
  using Loss = std::function<Tensor(const Tensor& output, const Tensor& target)>;
  /// The same for models that are called in another way: from the whole batch.
  using Step = std::function<training::StepOutput(const data::Sample& batch)>;
  using Callback = std::function<void(Trainer& trainer)>;

  struct Options {
    std::uint64_t epochs = 1;                            ///< in all: those before a resume count
    std::vector<training::Metric> metrics = {};          ///< computed of every batch, without history
    optim::Schedule* schedule = nullptr;                 ///< stepped after every epoch
    optim::Schedule* batch_schedule = nullptr;           ///< stepped after every update, as OneCycleLR is
    optim::ReduceLROnPlateau* plateau = nullptr;         ///< stepped after every epoch with the monitored number
    std::optional<double> clip_grad_norm = {};           ///< optim::clip_grad_norm before every update
    std::optional<double> clip_grad_value = {};          ///< optim::clip_grad_value, before that
    std::size_t accumulate = 1;                          ///< batches of an update, as if they were one
    optim::ExponentialMovingAverage* average = nullptr;  ///< updated after every update; it is what is evaluated
    std::string monitor = {};                         ///< decides what is best; default validation_loss, or else loss
    training::Mode mode = training::Mode::min;        ///< which values of it are good; accuracies ask for max
    double min_delta = 0.0;                           ///< by how much the best must be surpassed to count
    std::uint64_t patience = 0;                       ///< stop after as many epochs without a better one; 0: never
    std::filesystem::path folder = {};                ///< of last.safetensors and best.safetensors; created
    std::uint64_t checkpoint_every = 0;               ///< last.safetensors after as many updates, too; 0: epochs alone
    bool resume = false;                              ///< fit() begins with folder/last.safetensors where it exists
    std::filesystem::path log = {};                   ///< .csv or .jsonl: one line an epoch, flushed; begun anew
    std::ostream* progress = nullptr;                 ///< on a terminal one line written over, else one an epoch
    std::vector<random::Generator*> generators = {};  ///< what the model draws from beside the default generator
    Callback on_step_end = {};                        ///< after every update; may call stop() and save()
    Callback on_epoch_end = {};                       ///< after every epoch; may call evaluate(), too
  };

  Trainer(nn::Module& net, optim::Optimizer& optimizer, Loss loss);
  /// Throws Error for options outside their ranges, IoError for a log of an unknown extension.
  Trainer(nn::Module& net, optim::Optimizer& optimizer, Loss loss, Options options);
  /// Example: `Trainer(net, rule, [&](const data::Sample& batch) { return net.loss(batch.first, batch.second); }, {});`
  Trainer(nn::Module& net, optim::Optimizer& optimizer, Step step, Options options);
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;
  ~Trainer();

  /// Trains until there are Options::epochs, no better one came for Options::patience, or stop() was called; called
  /// again, goes on from there. A model in evaluation mode is set to training; children that were set apart stay so.
  /// Throws Error where the loss, the norm of the gradients or a parameter that is to be saved is not finite, naming
  /// epoch and update: the checkpoints are then as before. Throws Error for a loader that gives other batches than
  /// that of a resumed training. Example: `training::History history = trainer.fit(loader);`
  const training::History& fit(data::DataLoader& train);
  /// The same with scores of the validation data after every epoch.
  const training::History& fit(data::DataLoader& train, data::DataLoader& validation);
  /// Ends fit() after the present update, from a callback.
  void stop() noexcept { m_stop = true; }

  /// Loss and metrics over all batches of the next epoch of a loader, in evaluation mode and without recording, with
  /// the averaged weights where there are some; modes and weights are then as before. Throws Error for a loader without
  /// batches. Example: `trainer.evaluate(test_loader).metrics.at("accuracy")`.
  training::Scores evaluate(data::DataLoader& loader);
  training::Scores evaluate(data::DataLoader&& loader) { return evaluate(loader); }

  /// Finished epochs, and updates, also those before a resume.
  std::uint64_t epoch() const noexcept;
  std::uint64_t step() const noexcept;
  const training::History& history() const noexcept;
  /// The loss of the last update, before it; nan where there was none yet. For on_step_end.
  double last_loss() const noexcept { return m_last_loss; }
  nn::Module& net() const noexcept { return *m_net; }
  optim::Optimizer& optimizer() const noexcept { return *m_optimizer; }

  /// Writes a checkpoint, as xtape::save() does: whole or not at all. Throws Error where a parameter is not finite,
  /// IoError. The weights alone: `save("net.safetensors", net.state_dict())`. Example: `trainer.save("a.safetensors")`.
  void save(const std::filesystem::path& path) const;
  /// Takes over a checkpoint: the next fit() goes on from there. Throws Error or ShapeError, saying what differs, where
  /// it is not one of such a model, optimizer, schedule, average or metrics; then nothing changed.
  /// Example, for the best weights: `trainer.resume("run/best.safetensors"); trainer.evaluate(test_loader);`
  void resume(const std::filesystem::path& path);
  /// What a checkpoint holds: "model.0.weight", "optimizer.0.exp_avg", "generators.default", "trainer.step" and so on.
  /// The tensors of the model and the optimizer share their memory.
  StateDict state_dict() const;
  /// Takes over such a state; as resume().
  void load_state_dict(const StateDict& state);

 private:
  struct Run;

  const training::History& fit(data::DataLoader& train, data::DataLoader* validation);
  void prepare(data::DataLoader& train, data::DataLoader* validation);
  void train_epoch(Run& run);
  void update(const std::vector<data::Sample>& batches);
  Tensor backward_through(const std::vector<data::Sample>& batches, training::Totals* totals);
  void clip_gradients(bool check_norm);
  void finish_epoch(Run& run);
  void judge(const training::EpochResult& result, const std::string& monitor);
  training::EpochResult epoch_so_far() const;
  training::Totals measure(const training::StepOutput& output, const data::Sample& batch) const;
  void save_in_folder(const char* name) const;
  void begin_in_folder(const data::DataLoader& train);
  void check_parameters() const;
  void restore(const StateDict& checkpoint, const data::DataLoader* train);
  std::string place() const;

  nn::Module* m_net;
  optim::Optimizer* m_optimizer;
  Step m_compute;
  Options m_options;
  std::unique_ptr<training::TrainingState> m_state;
  double m_last_loss = std::numeric_limits<double>::quiet_NaN();
  bool m_stop = false;
};

}  // namespace xtape
