// Trainer's checkpoints.
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/reduce.hpp>
#include <autograd/tape.hpp>
#include <data/files.hpp>
#include <data/save.hpp>
#include <data/training/checkpoint.hpp>
#include <data/training/trainer.hpp>

#include <algorithm>

namespace xtape {

using namespace training;

namespace {

// Calls `function`; what it throws says `where` first.
template <class F>
void explained(const std::string& where, const F& function) {
  try {
    function();
  } catch (const ShapeError& error) {
    throw ShapeError(where + error.what());
  } catch (const DtypeError& error) {
    throw DtypeError(where + error.what());
  } catch (const IoError& error) {
    throw IoError(where + error.what());
  } catch (const Error& error) {
    throw Error(where + error.what());
  }
}

// A part of a checkpoint beside the model and the trainer's own numbers.
struct Part {
  std::string name;
  std::string type;  ///< of the object; empty where there is none
  std::function<StateDict()> state_dict;
  std::function<void(const StateDict&)> load;
};

template <class T>
Part part_of(const char* name, const std::string& type, T* object) {
  if (!object) return {.name = name, .type = {}, .state_dict = {}, .load = {}};
  return {name, type, [object] { return object->state_dict(); },
          [object](const StateDict& state) { object->load_state_dict(state); }};
}

// The optimizer is the last: all before it can be put back as they were.
std::vector<Part> parts_of(optim::Optimizer& optimizer, const Trainer::Options& options) {
  const auto type = [](const optim::Schedule* schedule) { return schedule ? schedule->name() : ""; };
  return {part_of("schedule", type(options.schedule), options.schedule),
          part_of("batch_schedule", type(options.batch_schedule), options.batch_schedule),
          part_of("plateau", "ReduceLROnPlateau", options.plateau),
          part_of("average", "ExponentialMovingAverage", options.average),
          part_of("optimizer", optimizer.name(), &optimizer)};
}

// Throws Error unless the checkpoint has the parts that there are here, of the same types.
void check_parts(const std::map<std::string, StateDict>& found, const std::vector<Part>& parts) {
  std::vector<std::string> known{"trainer", "types", "generators", "model"};
  for (const Part& part : parts) known.push_back(part.name);
  for (const auto& [name, state] : found) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      throw Error("the part '" + name + "' is none of a trainer's checkpoint");
    }
  }
  if (!found.contains("trainer") || !found.contains("types") || !found.contains("generators")) {
    throw Error("this is no trainer's checkpoint: the part 'trainer', 'types' or 'generators' is missing");
  }
  const StateDict& types = found.at("types");
  for (const Part& part : parts) {
    const auto entry = types.find(part.name);
    const std::string type = entry == types.end() ? "" : text_of(entry->second);
    const auto shown = [](const std::string& name) { return name.empty() ? "none" : name; };
    if (type != part.type || found.contains(part.name) != !type.empty()) {
      throw Error("the checkpoint's " + part.name + " is " + shown(type) + ", this trainer's is " + shown(part.type));
    }
  }
}

StateDict part_or_empty(const std::map<std::string, StateDict>& parts, const std::string& name) {
  const auto found = parts.find(name);
  return found == parts.end() ? StateDict() : found->second;
}

// The random generators, the program's own first, with their names.
std::vector<std::pair<std::string, random::Generator*>> named_generators(const std::vector<random::Generator*>& more) {
  std::vector<std::pair<std::string, random::Generator*>> result{{"default", &random::default_generator()}};
  for (std::size_t i = 0; i < more.size(); ++i) result.emplace_back(std::to_string(i), more[i]);
  return result;
}

// Generators at the checkpoint's place, in the order of `here`.
std::vector<random::Generator> read_generators(const StateDict& state,
                                               const std::vector<std::pair<std::string, random::Generator*>>& here) {
  if (state.size() != here.size()) {
    throw Error("the checkpoint has " + std::to_string(state.size()) + " random generators, this trainer " +
                std::to_string(here.size()));
  }
  std::vector<random::Generator> generators(here.size());
  for (std::size_t i = 0; i < here.size(); ++i) {
    const auto found = state.find(here[i].first);
    if (found == state.end()) throw Error("the random generator '" + here[i].first + "' is missing");
    generators[i].set_state(words_of(found->second));
  }
  return generators;
}

void check_dtypes(const StateDict& found, const StateDict& model) {
  for (const auto& [name, tensor] : model) {
    const auto entry = found.find(name);
    if (entry == found.end() || entry->second.dtype() == tensor.dtype()) continue;
    throw DtypeError("the checkpoint's '" + name + "' is " + to_string(entry->second.dtype()) + ", the model's is " +
                     to_string(tensor.dtype()));
  }
}

// What takes over a model's or another part's state, and puts back the old ones where a later one fails.
class Takeover {
 public:
  ~Takeover() {
    if (m_kept) return;
    std::for_each(m_undo.rbegin(), m_undo.rend(), [](const auto& undo) { undo(); });
  }
  void take(const Part& part, const StateDict& state) {
    StateDict before = part.state_dict();
    const NoGrad guard;
    for (auto& [name, tensor] : before) tensor = tensor.detach().clone();
    part.load(state);
    m_undo.push_back([&part, before = std::move(before)] { part.load(before); });
  }
  void keep() noexcept { m_kept = true; }

 private:
  std::vector<std::function<void()>> m_undo;
  bool m_kept = false;
};

}  // namespace

StateDict training::model_state(const StateDict& checkpoint) {
  const auto parts = split_parts(checkpoint);
  const auto model = parts.find("model");
  if (model == parts.end()) throw Error("model_state: there is no part 'model': this is no checkpoint of a Trainer");
  return model->second;
}

StateDict Trainer::state_dict() const {
  StateDict result, types, generators;
  add_part(result, "model", m_net->state_dict());
  for (const Part& part : parts_of(*m_optimizer, m_options)) {
    if (part.type.empty()) continue;
    add_part(result, part.name, part.state_dict());
    types.emplace(part.name, text_tensor(part.type));
  }
  for (const auto& [name, generator] : named_generators(m_options.generators)) {
    generators.emplace(name, words_tensor(generator->state()));
  }
  add_part(result, "types", types);
  add_part(result, "generators", generators);
  add_part(result, "trainer", m_state->write(m_options.metrics));
  return result;
}

void Trainer::restore(const StateDict& checkpoint, const data::DataLoader* train) {
  const auto found = split_parts(checkpoint);
  const std::vector<Part> parts = parts_of(*m_optimizer, m_options);
  check_parts(found, parts);
  TrainingState state = TrainingState::read(found.at("trainer"), m_options.metrics);
  if (train && state.loader) state.loader->check_same(LoaderFacts::of(*train));
  const auto generators = named_generators(m_options.generators);
  const std::vector<random::Generator> places = read_generators(found.at("generators"), generators);

  const Part model = part_of("model", "model", m_net);
  const StateDict weights = part_or_empty(found, model.name);
  check_dtypes(weights, model.state_dict());
  Takeover takeover;
  explained("the checkpoint is one of another model: ", [&] { takeover.take(model, weights); });
  for (const Part& part : parts) {
    if (part.type.empty()) continue;
    const StateDict& entries = found.at(part.name);
    if (part.name == "optimizer") {
      part.load(entries);
    } else {
      takeover.take(part, entries);
    }
  }
  takeover.keep();
  for (std::size_t i = 0; i < generators.size(); ++i) *generators[i].second = places[i];
  *m_state = std::move(state);
}

void Trainer::load_state_dict(const StateDict& state) {
  explained("Trainer: load_state_dict: ", [&] { restore(state, nullptr); });
}

void Trainer::resume(const std::filesystem::path& path) {
  const StateDict checkpoint = load(path);
  explained("Trainer: " + data::quoted(path) + ": ", [&] { restore(checkpoint, nullptr); });
}

// --- files

// A checkpoint of a model that is lost would take the place of a good one.
void Trainer::check_parameters() const {
  for (const auto& [name, parameter] : m_net->named_parameters()) {
    if (all(isfinite(parameter.detach())).item<bool>()) continue;
    throw Error("Trainer: the parameter '" + name + "' is not finite after update " + std::to_string(m_state->step) +
                "; no checkpoint was written");
  }
}

void Trainer::save(const std::filesystem::path& path) const {
  check_parameters();
  xtape::save(path, state_dict());
}

void Trainer::save_in_folder(const char* name) const {
  if (!m_options.folder.empty()) save(m_options.folder / name);
}

void Trainer::begin_in_folder(const data::DataLoader& train) {
  if (m_options.folder.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(m_options.folder, error);
  if (error) throw IoError(data::quoted(m_options.folder) + ": cannot be made a folder: " + error.message());
  const std::filesystem::path last = m_options.folder / last_checkpoint;
  const bool begun = m_state->place.has_value();
  if (!m_options.resume || begun || !std::filesystem::exists(last)) return;
  const StateDict checkpoint = load(last);
  explained("Trainer: " + data::quoted(last) + ": ", [&] { restore(checkpoint, &train); });
}

}  // namespace xtape
