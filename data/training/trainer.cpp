#include <autograd/ops/elementwise.hpp>
#include <autograd/tape.hpp>
#include <data/training/checkpoint.hpp>
#include <data/training/log.hpp>
#include <data/training/progress.hpp>
#include <data/training/trainer.hpp>
#include <optim/clip.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace xtape {

using namespace training;

namespace {

using Clock = std::chrono::steady_clock;

// A model in evaluation mode, and each of its modules in its own again at the end of the scope.
class Evaluating {
 public:
  explicit Evaluating(nn::Module& net) {
    net.apply([&](nn::Module& module) { m_modes.emplace_back(&module, module.is_training()); });
    net.eval();
  }
  ~Evaluating() {
    // From parents to children, since train() passes the mode on.
    std::for_each(m_modes.rbegin(), m_modes.rend(), [](const auto& mode) { mode.first->train(mode.second); });
  }
  Evaluating(const Evaluating&) = delete;
  Evaluating& operator=(const Evaluating&) = delete;

 private:
  std::vector<std::pair<nn::Module*, bool>> m_modes;
};

// Averaged weights, where there are some by now, in the model's for the scope.
class Averaged {
 public:
  explicit Averaged(optim::ExponentialMovingAverage* average)
      : m_average(average && average->updates() > 0 && !average->swapped() ? average : nullptr) {
    if (m_average) m_average->swap();
  }
  ~Averaged() {
    if (m_average) m_average->swap();
  }
  Averaged(const Averaged&) = delete;
  Averaged& operator=(const Averaged&) = delete;

 private:
  optim::ExponentialMovingAverage* m_average;
};

std::size_t sample_count(const data::Sample& batch) { return batch.first.shape(0); }

// Where a loop over the loader would begin.
data::DataLoader::State next_place(const data::DataLoader& loader) {
  const data::DataLoader::State place = loader.state();
  return place.epoch == loader.epoch() ? place : data::DataLoader::State{loader.epoch(), 0};
}

void check_monitor(const std::string& monitor, const std::vector<Metric>& metrics, bool validated) {
  std::string known;
  for (const std::string prefix : {"", "validation_"}) {
    if (!validated && !prefix.empty()) break;
    std::vector<std::string> names{prefix + "loss"};
    for (const Metric& metric : metrics) names.push_back(prefix + metric.name);
    for (const std::string& name : names) {
      if (name == monitor) return;
      known += (known.empty() ? "" : ", ") + name;
    }
  }
  throw Error("Trainer: there is no '" + monitor + "' to monitor; there is " + known +
              (validated ? "" : ", and no validation data"));
}

void check_options(const Trainer::Options& options) {
  const auto require = [](bool holds, const std::string& what) {
    if (!holds) throw Error("Trainer: " + what);
  };
  require(options.accumulate > 0, "accumulate is 0; an update needs at least 1 batch");
  require(options.min_delta >= 0.0, "min_delta must be >= 0, not " + std::to_string(options.min_delta));
  require(options.checkpoint_every == 0 || !options.folder.empty(), "checkpoint_every is given without a folder");
  require(!options.resume || !options.folder.empty(), "resume is given without a folder");
  for (const random::Generator* generator : options.generators) require(generator != nullptr, "a generator is null");
  check_metrics(options.metrics);
  if (!options.log.empty()) Log::check_extension(options.log);
}

}  // namespace

// What one call of fit() has.
struct Trainer::Run {
  data::DataLoader& train;
  data::DataLoader* validation;
  std::string monitor;
  std::optional<Log> log;
  Progress progress;
};

Trainer::Trainer(nn::Module& net, optim::Optimizer& optimizer, Loss loss)
    : Trainer(net, optimizer, std::move(loss), Options()) {}

Trainer::Trainer(nn::Module& net, optim::Optimizer& optimizer, Loss loss, Options options)
    : Trainer(net, optimizer, Step([&net, loss = std::move(loss)](const data::Sample& batch) {
                const Tensor output = net(batch.first);
                return StepOutput(loss(output, batch.second), output);
              }),
              std::move(options)) {}

Trainer::Trainer(nn::Module& net, optim::Optimizer& optimizer, Step step, Options options)
    : m_net(&net),
      m_optimizer(&optimizer),
      m_compute(std::move(step)),
      m_options(std::move(options)),
      m_state(std::make_unique<TrainingState>()) {
  check_options(m_options);
}

Trainer::~Trainer() = default;

std::uint64_t Trainer::epoch() const noexcept { return m_state->epoch; }
std::uint64_t Trainer::step() const noexcept { return m_state->step; }
const History& Trainer::history() const noexcept { return m_state->history; }

// --- numbers of a batch

Totals Trainer::measure(const StepOutput& output, const data::Sample& batch) const {
  const std::size_t samples = sample_count(batch);
  const auto weight = static_cast<double>(samples);
  Totals totals{.samples = samples, .loss = output.loss.item() * weight};
  const NoGrad guard;
  for (const Metric& metric : m_options.metrics) {
    if (!output.output.defined()) {
      throw Error("Trainer: the metric '" + metric.name + "' needs outputs: return {loss, output} from the step");
    }
    totals.metrics.push_back(metric.value(output.output.detach(), batch.second) * weight);
  }
  return totals;
}

Scores Trainer::evaluate(data::DataLoader& loader) {
  if (loader.size() == 0) throw Error("Trainer: evaluate: the loader has no batches");
  const Averaged averaged(m_options.average);
  const Evaluating evaluating(*m_net);
  const NoGrad guard;
  Totals totals;
  for (const data::Sample& batch : loader) totals.add(measure(m_compute(batch), batch));
  return totals.means(m_options.metrics);
}

EpochResult Trainer::epoch_so_far() const {
  return {.epoch = m_state->epoch + 1,
          .step = m_state->step,
          .lr = m_state->lr,
          .train = m_state->totals.means(m_options.metrics),
          .validation = {},
          .seconds = m_state->totals.seconds};
}

// --- an update

std::string Trainer::place() const {
  return "epoch " + std::to_string(m_state->epoch + 1) + " at update " + std::to_string(m_state->step + 1) +
         " (from batch " + std::to_string(m_state->place->position + 1) + " of the epoch)";
}

void Trainer::clip_gradients(bool check_norm) {
  if (m_options.clip_grad_value) optim::clip_grad_value(m_optimizer->parameters(), *m_options.clip_grad_value);
  if (!m_options.clip_grad_norm) return;
  const double norm = optim::clip_grad_norm(m_optimizer->parameters(), *m_options.clip_grad_norm);
  if (check_norm && !std::isfinite(norm)) {
    throw Error("Trainer: the norm of the gradients is " + std::to_string(norm) + " in " + place());
  }
}

// The loss of all samples of these batches, with its gradients. `totals` is null where an optimizer asks again for the
// same batches, as a line search does: its trial steps may be bad ones.
Tensor Trainer::backward_through(const std::vector<data::Sample>& batches, Totals* totals) {
  std::size_t samples = 0;
  for (const data::Sample& batch : batches) samples += sample_count(batch);
  m_optimizer->zero_grad();
  double sum = 0.0;
  for (const data::Sample& batch : batches) {
    const StepOutput output = m_compute(batch);
    if (output.loss.size() != 1) {
      throw ShapeError("Trainer: the loss has the shape " + to_string(output.loss.shape()) +
                       "; it must be one number, such as a mean");
    }
    const double loss = output.loss.item();
    if (totals && !std::isfinite(loss)) {
      throw Error("Trainer: the loss is " + std::to_string(loss) + " in " + place() +
                  "; DetectAnomaly finds the operation that made it");
    }
    if (totals) totals->add(measure(output, batch));
    const double share = static_cast<double>(sample_count(batch)) / static_cast<double>(samples);
    (batches.size() == 1 ? output.loss : output.loss * share).backward();
    sum += loss * share;
  }
  clip_gradients(totals != nullptr);
  return Tensor(sum);
}

void Trainer::update(const std::vector<data::Sample>& batches) {
  Totals totals;
  bool first = true;
  m_optimizer->step([&] { return backward_through(batches, std::exchange(first, false) ? &totals : nullptr); });
  m_state->lr = m_optimizer->learning_rate();
  if (m_options.average) m_options.average->update();
  if (m_options.batch_schedule) m_options.batch_schedule->step();
  m_last_loss = totals.loss / static_cast<double>(totals.samples);
  m_state->totals.add(totals);
  m_state->place->position += batches.size();
  ++m_state->step;
}

// --- epochs

void Trainer::train_epoch(Run& run) {
  // Whatever callbacks did with the loader, the epoch goes on where it was.
  run.train.set_state(*m_state->place);
  Clock::time_point start = Clock::now();
  const auto end = run.train.end();
  for (auto next = run.train.begin(); next != end;) {
    std::vector<data::Sample> batches{*next};
    while (batches.size() < m_options.accumulate && ++next != end) batches.push_back(*next);
    update(batches);
    m_state->totals.seconds += std::chrono::duration<double>(Clock::now() - start).count();

    EpochResult so_far = epoch_so_far();
    if (!m_state->history.epochs.empty()) so_far.validation = m_state->history.epochs.back().validation;
    run.progress.step(so_far.epoch, m_state->place->position, so_far);
    if (m_options.on_step_end) m_options.on_step_end(*this);
    const std::uint64_t every = m_options.checkpoint_every;
    if (every > 0 && m_state->step % every == 0) save_in_folder(last_checkpoint);
    if (m_stop) return;
    start = Clock::now();
    if (next != end) ++next;
  }
}

void Trainer::judge(const EpochResult& result, const std::string& monitor) {
  TrainingState& state = *m_state;
  if (state.monitor != monitor) {
    state.monitor = monitor;
    state.history.best_epoch.reset();
    state.bad_epochs = 0;
  }
  const double value = *result.find(monitor), best = state.best;
  const bool is_first = !state.history.best_epoch && !std::isnan(value);
  if (is_first ||
      (m_options.mode == Mode::min ? value < best - m_options.min_delta : value > best + m_options.min_delta)) {
    state.best = value;
    state.history.best_epoch = result.epoch;
    state.bad_epochs = 0;
  } else {
    ++state.bad_epochs;
  }
}

void Trainer::finish_epoch(Run& run) {
  TrainingState& state = *m_state;
  EpochResult result = epoch_so_far();
  if (run.validation) {
    run.validation->set_epoch(*state.validation_epoch);
    result.validation = evaluate(*run.validation);
    ++*state.validation_epoch;
  }
  if (m_options.schedule) m_options.schedule->step();
  if (m_options.plateau) m_options.plateau->step(*result.find(run.monitor));
  judge(result, run.monitor);
  state.history.stopped_early = m_options.patience > 0 && state.bad_epochs >= m_options.patience;
  state.history.epochs.push_back(result);
  state.totals = {};
  state.place = {state.place->epoch + 1, 0};
  ++state.epoch;

  if (run.log) run.log->append(result);
  run.progress.epoch(result);
  if (m_options.on_epoch_end) m_options.on_epoch_end(*this);
  // In this order: a run that is killed in between repeats the epoch, and with it the best checkpoint.
  if (state.history.best_epoch == result.epoch) save_in_folder(best_checkpoint);
  save_in_folder(last_checkpoint);
}

void Trainer::prepare(data::DataLoader& train, data::DataLoader* validation) {
  if (train.size() == 0) throw Error("Trainer: fit: the training loader has no batches");
  if (validation && validation->size() == 0) throw Error("Trainer: fit: the validation loader has no batches");
  begin_in_folder(train);
  TrainingState& state = *m_state;
  const LoaderFacts facts = LoaderFacts::of(train);
  if (state.loader) state.loader->check_same(facts);
  state.loader = facts;
  if (!state.place) state.place = next_place(train);
  if (validation && !state.validation_epoch) state.validation_epoch = validation->epoch();
  state.history.stopped_early = m_options.patience > 0 && state.bad_epochs >= m_options.patience;
}

const History& Trainer::fit(data::DataLoader& train, data::DataLoader* validation) {
  std::string monitor = m_options.monitor;
  if (monitor.empty()) monitor = validation ? "validation_loss" : "loss";
  check_monitor(monitor, m_options.metrics, validation != nullptr);
  prepare(train, validation);
  const std::vector<std::string> columns = column_names(m_options.metrics, validation != nullptr);
  Run run{train, validation, monitor, {}, {Display::of(m_options.progress), columns, m_options.epochs, train.size()}};
  if (!m_options.log.empty()) run.log.emplace(m_options.log, columns, m_state->history);

  if (!m_net->is_training()) m_net->train();
  m_stop = false;
  while (!m_stop && m_state->epoch < m_options.epochs && !m_state->history.stopped_early) {
    train_epoch(run);
    if (!m_stop) finish_epoch(run);
  }
  const bool within_an_epoch = m_state->place->position > 0;
  if (within_an_epoch) save_in_folder(last_checkpoint);
  return m_state->history;
}

const History& Trainer::fit(data::DataLoader& train) { return fit(train, nullptr); }
const History& Trainer::fit(data::DataLoader& train, data::DataLoader& validation) { return fit(train, &validation); }

}  // namespace xtape
