#include <doctest/doctest.h>

#include <expectations.hpp>
#include <scratch_files.hpp>
#include <xtape.hpp>

using namespace xtape;

namespace {

data::DataLoader loader_of(std::size_t samples, const data::DataLoader::Options& options) {
  random::Generator generator(1);
  const Tensor x = randn({samples, 4}, {}, generator);
  return data::DataLoader(data::Dataset(x, x), options);
}

nn::Sequential small_net() { return nn::Sequential(nn::Linear(4, 3), nn::Tanh(), nn::Linear(3, 4)); }

Tensor a_metric_tensor(const Tensor& y, const Tensor& t) { return mean(abs(y - t)); }
double a_metric(const Tensor& y, const Tensor& t) { return a_metric_tensor(y, t).item(); }

// A copy of all that a checkpoint holds.
StateDict copy_of(const Trainer& trainer) {
  StateDict state = trainer.state_dict();
  for (auto& [name, tensor] : state) tensor = tensor.clone();
  return state;
}

bool same(const StateDict& a, const StateDict& b) {
  return a.size() == b.size() && std::all_of(a.begin(), a.end(), [&](const auto& entry) {
           return b.contains(entry.first) && identical(entry.second, b.at(entry.first));
         });
}

// A checkpoint in the middle of the second of three epochs.
StateDict checkpoint() {
  nn::Sequential net = small_net();
  optim::Adam optimizer(net.parameters());
  optim::StepLR schedule(optimizer, {.step_size = 1});
  data::DataLoader loader = loader_of(12, {.batch_size = 2, .shuffle = true, .seed = ~std::uint64_t{0} - 4});
  Trainer trainer(
      net, optimizer, nn::MSELoss(),
      {.epochs = 3, .metrics = {{"distance", a_metric}}, .schedule = &schedule, .on_step_end = [](Trainer& t) {
         if (t.step() == 8) t.stop();
       }});
  trainer.fit(loader, loader);
  return copy_of(trainer);
}

// What a trainer of these says of a checkpoint; it is the same before and after.
template <class E>
std::string refusal(nn::Module& net, optim::Optimizer& optimizer, const Trainer::Options& options,
                    const StateDict& state) {
  Trainer trainer(net, optimizer, nn::MSELoss(), options);
  const StateDict before = copy_of(trainer);
  const std::string message = message_of<E>([&] { trainer.load_state_dict(state); });
  CHECK(same(before, copy_of(trainer)));
  return message;
}

}  // namespace

TEST_CASE("a checkpoint keeps every number to the bit") {
  const StateDict state = checkpoint();
  const ScratchFolder folder;
  save(folder / "a.safetensors", state);
  nn::Sequential net = small_net();
  optim::Adam optimizer(net.parameters());
  optim::StepLR schedule(optimizer, {.step_size = 1});
  Trainer trainer(net, optimizer, nn::MSELoss(), {.metrics = {{"distance", a_metric}}, .schedule = &schedule});
  trainer.resume(folder / "a.safetensors");
  CHECK(same(trainer.state_dict(), state));
  trainer.save(folder / "b.safetensors");
  CHECK(data::read_file(folder / "a.safetensors") == data::read_file(folder / "b.safetensors"));
  CHECK(trainer.epoch() == 1);
  CHECK(trainer.step() == 8);
  CHECK(trainer.history().epochs.size() == 1);
  CHECK(trainer.history().best_epoch == 1);
  CHECK(trainer.history().epochs[0].validation->metrics.at("distance") ==
        state.at("trainer.history.validation_distance").item(0));
}

TEST_CASE("the weights of a checkpoint serve without a trainer") {
  const StateDict state = checkpoint();
  nn::Sequential net = small_net();
  net.load_state_dict(training::model_state(state));
  CHECK(identical(net.parameters()[0], state.at("model.0.weight")));
  check_says(message_of<Error>([&] { training::model_state(training::model_state(state)); }), {"no part 'model'"});
}

TEST_CASE("a checkpoint of something else is refused, and nothing changes") {
  const StateDict good = checkpoint();
  nn::Sequential net = small_net();
  optim::Adam optimizer(net.parameters());
  optim::StepLR schedule(optimizer, {.step_size = 1});
  const Trainer::Options options{.metrics = {{"distance", a_metric}}, .schedule = &schedule};
  optim::ExponentialLR other_schedule(optimizer, {.gamma = 0.5});
  optim::ReduceLROnPlateau plateau(optimizer, {});

  nn::Sequential wider(nn::Linear(4, 5), nn::Tanh(), nn::Linear(5, 4));
  nn::Sequential deeper(nn::Linear(4, 3), nn::Tanh(), nn::Linear(3, 4), nn::Linear(4, 4));
  optim::Adam of_wider(wider.parameters()), of_deeper(deeper.parameters());
  optim::StepLR schedule_of_wider(of_wider, {.step_size = 1}), schedule_of_deeper(of_deeper, {.step_size = 1});
  Trainer::Options changed = options;
  changed.schedule = &schedule_of_wider;
  check_says(refusal<ShapeError>(wider, of_wider, changed, good),
             {"Trainer: load_state_dict", "another model", "0.weight", "(5, 4)", "(3, 4)"});
  changed.schedule = &schedule_of_deeper;
  check_says(refusal<Error>(deeper, of_deeper, changed, good), {"another model", "missing", "3.weight"});

  nn::Sequential doubles = small_net();
  doubles.to(float64);
  optim::Adam of_doubles(doubles.parameters());
  optim::StepLR schedule_of_doubles(of_doubles, {.step_size = 1});
  changed.schedule = &schedule_of_doubles;
  check_says(refusal<DtypeError>(doubles, of_doubles, changed, good), {"0.bias' is float32", "model's is float64"});

  optim::AdamW other_rule(net.parameters());
  optim::StepLR schedule_of_other(other_rule, {.step_size = 1});
  changed.schedule = &schedule_of_other;
  check_says(refusal<Error>(net, other_rule, changed, good), {"checkpoint's optimizer is Adam", "trainer's is AdamW"});

  changed = options;
  changed.schedule = &other_schedule;
  check_says(refusal<Error>(net, optimizer, changed, good), {"checkpoint's schedule is StepLR", "is ExponentialLR"});
  changed.schedule = nullptr;
  check_says(refusal<Error>(net, optimizer, changed, good), {"checkpoint's schedule is StepLR", "is none"});
  changed = options;
  changed.plateau = &plateau;
  check_says(refusal<Error>(net, optimizer, changed, good), {"plateau is none", "is ReduceLROnPlateau"});
  changed = options;
  changed.metrics = {{"a", a_metric}, {"b", a_metric}};
  check_says(refusal<Error>(net, optimizer, changed, good), {"metrics are distance", "are a, b"});
}

TEST_CASE("a damaged checkpoint is refused, and nothing changes") {
  nn::Sequential net = small_net();
  optim::Adam optimizer(net.parameters());
  optim::StepLR schedule(optimizer, {.step_size = 1});
  const Trainer::Options options{.metrics = {{"distance", a_metric}}, .schedule = &schedule};
  const auto without = [](const std::string& name) {
    StateDict state = checkpoint();
    REQUIRE(state.erase(name) == 1);
    return state;
  };
  const auto with = [](const std::string& name, const Tensor& value) {
    StateDict state = checkpoint();
    state.insert_or_assign(name, value);
    return state;
  };
  // What is read last: everything before it was taken over, and is put back.
  check_says(refusal<Error>(net, optimizer, options, without("optimizer.3.exp_avg_sq")), {"Adam", "3.exp_avg_sq"});
  check_says(refusal<Error>(net, optimizer, options, without("schedule.last_epoch")), {"StepLR", "last_epoch"});
  check_says(refusal<Error>(net, optimizer, options, without("trainer.step")), {"own numbers", "'step' is missing"});
  check_says(refusal<Error>(net, optimizer, options, with("trainer.x", Tensor(1.0))), {"'x' belongs to nothing"});
  check_says(refusal<Error>(net, optimizer, options, with("other.x", Tensor(1.0))), {"the part 'other'"});
  check_says(refusal<Error>(net, optimizer, options, with("x", Tensor(1.0))), {"'x' belongs to no part"});
  check_says(refusal<Error>(net, optimizer, options, without("generators.default")),
             {"this is no trainer's checkpoint"});
  check_says(refusal<Error>(net, optimizer, options, with("generators.default", zeros({3}, {.dtype = int64}))),
             {"Generator::set_state", "3 numbers"});
  check_says(refusal<ShapeError>(net, optimizer, options, with("trainer.epoch", Tensor(std::int64_t{9}))),
             {"history", "9 epochs"});
  check_says(refusal<Error>(net, optimizer, options, with("trainer.best_epoch", Tensor(std::int64_t{2}))),
             {"epoch 2 is the best of 1"});
  check_says(refusal<Error>(net, optimizer, options, net.state_dict()), {"the part '0'"});

  const ScratchFolder folder;
  Trainer trainer(net, optimizer, nn::MSELoss(), options);
  save(folder / "a.safetensors", without("optimizer.3.exp_avg_sq"));
  check_says(message_of<Error>([&] { trainer.resume(folder / "a.safetensors"); }), {"a.safetensors'", "3.exp_avg_sq"});
  check_says(message_of<IoError>([&] { trainer.resume(folder / "b.safetensors"); }), {"b.safetensors'"});
}

TEST_CASE("a training goes on with the loader that it began with") {
  const data::DataLoader::Options began{.batch_size = 2, .shuffle = true, .seed = ~std::uint64_t{0} - 4};
  const StateDict state = checkpoint();
  const auto message = [&](std::size_t samples, data::DataLoader::Options options) {
    nn::Sequential net = small_net();
    optim::Adam optimizer(net.parameters());
    optim::StepLR schedule(optimizer, {.step_size = 1});
    const ScratchFolder folder;
    save(folder / "last.safetensors", state);
    data::DataLoader loader = loader_of(samples, options);
    Trainer::Options resumed{
        .epochs = 3, .metrics = {{"distance", a_metric}}, .schedule = &schedule, .folder = folder / "", .resume = true};
    Trainer by_itself(net, optimizer, nn::MSELoss(), resumed);
    const StateDict before = copy_of(by_itself);
    std::string said;
    try {
      by_itself.fit(loader);
    } catch (const Error& error) {
      said = error.what();
      CHECK(same(before, copy_of(by_itself)));
      Trainer by_hand(net, optimizer, nn::MSELoss(), resumed);
      by_hand.resume(folder / "last.safetensors");
      check_says(said, {message_of<Error>([&] { by_hand.fit(loader); }).c_str()});
    }
    return said;
  };
  data::DataLoader::Options other = began;
  other.workers = 2;
  CHECK(message(12, other) == "");
  check_says(message(13, began), {"last.safetensors'", "number of samples is 13, and was 12"});
  other = began;
  other.batch_size = 3;
  check_says(message(12, other), {"batch_size is 3, and was 2"});
  other = began;
  other.seed = 1;
  check_says(message(12, other), {"seed is 1, and was 18446744073709551611"});
  other = began;
  other.shuffle = false;
  check_says(message(12, other), {"shuffle is 0, and was 1"});
  other.sampler = data::RandomSampler();
  check_says(message(12, other), {"whether it has a sampler is 1, and was 0"});
  other = began;
  other.drop_last = true;
  check_says(message(12, other), {"drop_last is 1, and was 0"});
  other = began;
  other.batch_transform = [](data::Sample batch, data::Draws&) { return batch; };
  check_says(message(12, other), {"whether it has a batch_transform is 1, and was 0"});
}

TEST_CASE("the best checkpoint is written before the last one, which says that it was") {
  nn::Sequential net = small_net();
  optim::SGD optimizer(net.parameters(), {.lr = 0.1});
  data::DataLoader loader = loader_of(12, {.batch_size = 4});
  const ScratchFolder folder;
  std::filesystem::create_directories(folder / "last.safetensors" / "in the way");
  Trainer trainer(net, optimizer, nn::MSELoss(), {.epochs = 2, .folder = folder / ""});
  check_says(message_of<IoError>([&] { trainer.fit(loader); }), {"last.safetensors"});
  CHECK(load(folder / "best.safetensors").at("trainer.epoch").item() == 1);
  CHECK(folder.entries() == 2);
}
