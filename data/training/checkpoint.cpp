#include <data/training/checkpoint.hpp>

#include <algorithm>
#include <bit>
#include <set>

namespace xtape::training {

// --- numbers as tensors

Tensor text_tensor(const std::string& text) {
  const Tensor result = Tensor::uninitialized({text.size()}, uint8);
  std::copy(text.begin(), text.end(), static_cast<std::uint8_t*>(result.mutable_data()));
  return result;
}

std::string text_of(const Tensor& tensor) {
  const auto* first = tensor.data<std::uint8_t>();
  return {first, first + tensor.size()};
}

Tensor words_tensor(const std::vector<std::uint64_t>& words) {
  const Tensor result = Tensor::uninitialized({words.size()}, int64);
  std::transform(words.begin(), words.end(), static_cast<std::int64_t*>(result.mutable_data()),
                 [](std::uint64_t word) { return std::bit_cast<std::int64_t>(word); });
  return result;
}

std::vector<std::uint64_t> words_of(const Tensor& tensor) {
  const auto* first = tensor.data<std::int64_t>();
  std::vector<std::uint64_t> words(tensor.size());
  std::transform(first, first + tensor.size(), words.begin(),
                 [](std::int64_t word) { return std::bit_cast<std::uint64_t>(word); });
  return words;
}

namespace {

Tensor word_tensor(std::uint64_t word) { return Tensor(std::bit_cast<std::int64_t>(word)); }

// An entry of shape (size), every bit as it was written.
std::vector<std::uint64_t> read_words(optim::StateReader& reader, const std::string& name, std::size_t size) {
  return words_of(reader.tensor(name, {size}, int64));
}
std::uint64_t read_word(optim::StateReader& reader, const std::string& name) {
  return words_of(reader.tensor(name, {}, int64))[0];
}

}  // namespace

// --- parts

std::map<std::string, StateDict> split_parts(const StateDict& checkpoint) {
  std::map<std::string, StateDict> parts;
  for (const auto& [name, tensor] : checkpoint) {
    const std::size_t dot = name.find('.');
    if (dot == std::string::npos) throw Error("'" + name + "' belongs to no part of a trainer's checkpoint");
    parts[name.substr(0, dot)].emplace(name.substr(dot + 1), tensor);
  }
  return parts;
}

void add_part(StateDict& checkpoint, const std::string& part, const StateDict& state) {
  for (const auto& [name, tensor] : state) checkpoint.emplace(part + '.' + name, tensor);
}

// --- an epoch under way

void Totals::add(const Totals& more) {
  samples += more.samples;
  loss += more.loss;
  seconds += more.seconds;
  metrics.resize(more.metrics.size());
  for (std::size_t i = 0; i < metrics.size(); ++i) metrics[i] += more.metrics[i];
}

Scores Totals::means(const std::vector<Metric>& names) const {
  const auto count = static_cast<double>(samples);
  Scores scores{.samples = samples, .loss = loss / count};
  for (std::size_t i = 0; i < metrics.size(); ++i) scores.metrics[names[i].name] = metrics[i] / count;
  return scores;
}

// --- loaders

LoaderFacts LoaderFacts::of(const data::DataLoader& loader) {
  const data::DataLoader::Options& options = loader.options();
  return {.samples = loader.dataset().size(),
          .batch_size = options.batch_size,
          .seed = options.seed,
          .shuffle = options.shuffle,
          .drop_last = options.drop_last,
          .sampler = static_cast<bool>(options.sampler),
          .batch_transform = static_cast<bool>(options.batch_transform)};
}

void LoaderFacts::check_same(const LoaderFacts& other) const {
  const auto check = [](const char* what, std::uint64_t here, std::uint64_t there) {
    if (here == there) return;
    throw Error(std::string("Trainer: the training loader is another one: ") + what + " is " + std::to_string(there) +
                ", and was " + std::to_string(here) + " when this training began");
  };
  check("its number of samples", samples, other.samples);
  check("its batch_size", batch_size, other.batch_size);
  check("its seed", seed, other.seed);
  check("whether it has a sampler", sampler, other.sampler);
  check("its shuffle", shuffle, other.shuffle);
  check("its drop_last", drop_last, other.drop_last);
  check("whether it has a batch_transform", batch_transform, other.batch_transform);
}

// --- the trainer's own state

namespace {

const std::string numbers_prefix = "history.", counts_prefix = "counts.", totals_prefix = "totals.metrics.";

void check_metric_names(const StateDict& state, const std::vector<Metric>& metrics) {
  std::set<std::string> found, expected;
  for (const auto& [name, tensor] : state) {
    if (name.starts_with(totals_prefix)) found.insert(name.substr(totals_prefix.size()));
  }
  for (const Metric& metric : metrics) expected.insert(metric.name);
  const auto listed = [](const std::set<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return text.empty() ? "none" : text;
  };
  if (found != expected) {
    throw Error("the checkpoint's metrics are " + listed(found) + ", this trainer's are " + listed(expected));
  }
}

// The numbers of all epochs, each an entry.
void write_history(StateDict& state, const History& history, const std::vector<Metric>& metrics) {
  const auto words = [&](const char* name, const auto& word) {
    std::vector<std::uint64_t> column;
    for (const EpochResult& result : history.epochs) column.push_back(word(result));
    state.emplace(counts_prefix + name, words_tensor(column));
  };
  words("step", [](const EpochResult& result) { return result.step; });
  words("samples", [](const EpochResult& result) { return result.train.samples; });
  words("validation_samples", [](const EpochResult& r) { return r.validation ? r.validation->samples : 0; });
  const auto numbers = [&](const std::string& name) {
    std::vector<double> column;
    for (const EpochResult& result : history.epochs) column.push_back(result.find(name).value_or(0.0));
    state.emplace(numbers_prefix + name, optim::to_tensor(column));
  };
  numbers("lr");
  numbers("seconds");
  for (const std::string prefix : {"", "validation_"}) {
    numbers(prefix + "loss");
    for (const Metric& metric : metrics) numbers(prefix + metric.name);
  }
  state.emplace("best_epoch", word_tensor(history.best_epoch.value_or(0)));
  state.emplace("stopped_early", word_tensor(history.stopped_early));
}

// Numbers of all epochs, as EpochResult's fields.
class HistoryReader {
 public:
  HistoryReader(optim::StateReader& reader, std::size_t epochs) : m_reader(reader) { history.epochs.resize(epochs); }

  template <class Take>
  void words(const char* name, const Take& take) {
    const auto column = read_words(m_reader, counts_prefix + name, history.epochs.size());
    for (std::size_t i = 0; i < column.size(); ++i) take(history.epochs[i], column[i]);
  }
  template <class Take>
  void numbers(const std::string& name, const Take& take) {
    const auto column = m_reader.numbers(numbers_prefix + name, history.epochs.size());
    for (std::size_t i = 0; i < column.size(); ++i) take(history.epochs[i], column[i]);
  }

  History history;

 private:
  optim::StateReader& m_reader;
};

History read_history(optim::StateReader& reader, std::size_t epochs, const std::vector<Metric>& metrics) {
  HistoryReader columns(reader, epochs);
  for (std::size_t i = 0; i < epochs; ++i) columns.history.epochs[i].epoch = i + 1;
  columns.words("step", [](EpochResult& result, std::uint64_t step) { result.step = step; });
  columns.words("samples", [](EpochResult& result, std::uint64_t samples) { result.train.samples = samples; });
  columns.words("validation_samples", [](EpochResult& result, std::uint64_t samples) {
    if (samples > 0) result.validation = Scores{.samples = samples};
  });
  columns.numbers("lr", [](EpochResult& result, double lr) { result.lr = lr; });
  columns.numbers("seconds", [](EpochResult& result, double seconds) { result.seconds = seconds; });
  columns.numbers("loss", [](EpochResult& result, double loss) { result.train.loss = loss; });
  columns.numbers("validation_loss", [](EpochResult& result, double loss) {
    if (result.validation) result.validation->loss = loss;
  });
  for (const Metric& metric : metrics) {
    const std::string& name = metric.name;
    columns.numbers(name, [&](EpochResult& result, double value) { result.train.metrics[name] = value; });
    columns.numbers("validation_" + name, [&](EpochResult& result, double value) {
      if (result.validation) result.validation->metrics[name] = value;
    });
  }
  const std::uint64_t best = reader.count("best_epoch");
  if (best > epochs) throw Error("epoch " + std::to_string(best) + " is the best of " + std::to_string(epochs));
  if (best > 0) columns.history.best_epoch = best;
  columns.history.stopped_early = reader.count("stopped_early") != 0;
  return columns.history;
}

}  // namespace

StateDict TrainingState::write(const std::vector<Metric>& metrics) const {
  StateDict state{{"epoch", word_tensor(epoch)},
                  {"step", word_tensor(step)},
                  {"lr", Tensor(lr)},
                  {"totals.samples", word_tensor(totals.samples)},
                  {"totals.loss", Tensor(totals.loss)},
                  {"totals.seconds", Tensor(totals.seconds)},
                  {"monitor", text_tensor(monitor)},
                  {"best", Tensor(best)},
                  {"bad_epochs", word_tensor(bad_epochs)}};
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    state.emplace(totals_prefix + metrics[i].name, Tensor(totals.metrics.empty() ? 0.0 : totals.metrics[i]));
  }
  if (place) {
    state.emplace("loader.epoch", word_tensor(place->epoch));
    state.emplace("loader.position", word_tensor(place->position));
  }
  if (loader) {
    state.emplace("loader.facts", words_tensor({loader->samples, loader->batch_size, loader->seed, loader->shuffle,
                                                loader->drop_last, loader->sampler, loader->batch_transform}));
  }
  if (validation_epoch) state.emplace("validation_epoch", word_tensor(*validation_epoch));
  write_history(state, history, metrics);
  return state;
}

TrainingState TrainingState::read(const StateDict& state, const std::vector<Metric>& metrics) {
  check_metric_names(state, metrics);
  optim::StateReader reader("the trainer's own numbers", state);
  TrainingState result;
  result.epoch = read_word(reader, "epoch");
  result.step = read_word(reader, "step");
  result.lr = reader.number("lr");
  result.totals.samples = read_word(reader, "totals.samples");
  result.totals.loss = reader.number("totals.loss");
  result.totals.seconds = reader.number("totals.seconds");
  for (const Metric& metric : metrics) {
    result.totals.metrics.push_back(reader.number(totals_prefix + metric.name));
  }
  const auto monitor = state.find("monitor");
  if (monitor != state.end()) result.monitor = text_of(reader.tensor("monitor", monitor->second.shape(), uint8));
  result.best = reader.number("best");
  result.bad_epochs = read_word(reader, "bad_epochs");
  if (reader.has("loader.epoch")) {
    result.place = {read_word(reader, "loader.epoch"), read_word(reader, "loader.position")};
  }
  if (reader.has("loader.facts")) {
    const auto facts = read_words(reader, "loader.facts", 7);
    result.loader = {.samples = facts[0],
                     .batch_size = facts[1],
                     .seed = facts[2],
                     .shuffle = facts[3] != 0,
                     .drop_last = facts[4] != 0,
                     .sampler = facts[5] != 0,
                     .batch_transform = facts[6] != 0};
  }
  if (reader.has("validation_epoch")) result.validation_epoch = read_word(reader, "validation_epoch");
  const auto steps = state.find(counts_prefix + "step");
  if (steps == state.end() || steps->second.shape() != Shape{result.epoch}) {
    throw ShapeError("the history is not that of " + std::to_string(result.epoch) + " epochs");
  }
  result.history = read_history(reader, result.epoch, metrics);
  reader.finish();
  return result;
}

}  // namespace xtape::training
