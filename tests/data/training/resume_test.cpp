#include <doctest/doctest.h>

#include <cstring>
#include <expectations.hpp>
#include <scratch_files.hpp>
#include <xtape.hpp>

using namespace xtape;

namespace {

constexpr std::uint64_t epochs = 3, batches = 6, steps = epochs * batches;

data::Dataset points(std::size_t count, std::uint64_t seed) {
  random::Generator generator(seed);
  const Tensor x = randn({count, 8}, {}, generator);
  return data::Dataset(x, argmax(view(x, {xt::all(), xt::range(0, 3)}), 1));
}

nn::Sequential network(std::uint64_t seed) {
  manual_seed(seed);
  nn::Sequential net;
  net.append(nn::Linear(8, 16));
  net.append(nn::BatchNorm1d(16));
  net.append(nn::ReLU());
  net.append(nn::Dropout(0.3));
  net.append(nn::Linear(16, 3));
  return net;
}

// All that a program makes for a training; what is random about it is drawn from `seed`.
struct Program {
  explicit Program(std::uint64_t seed, std::size_t workers = 0)
      : net(network(seed)),
        train(points(45, 1).map(data::GaussianNoise(0.1)),
              {.batch_size = 8, .shuffle = true, .seed = 7, .workers = workers}),
        validation(points(21, 2).map(data::GaussianNoise(0.1)), {.batch_size = 8}) {
    options = {.epochs = epochs, .metrics = {{"accuracy", nn::accuracy}}, .clip_grad_norm = 1.0};
  }

  Trainer& trainer() {
    if (!made) made = std::make_unique<Trainer>(net, *optimizer, nn::CrossEntropyLoss(), options);
    return *made;
  }

  nn::Sequential net;
  data::DataLoader train, validation;
  std::unique_ptr<optim::Optimizer> optimizer;
  std::unique_ptr<optim::Schedule> schedule;
  std::unique_ptr<optim::ReduceLROnPlateau> plateau;
  std::unique_ptr<optim::ExponentialMovingAverage> average;
  Trainer::Options options;
  std::unique_ptr<Trainer> made;
};

using Recipe = std::function<void(Program& program)>;

void adam_with_steps(Program& program) {
  program.optimizer = std::make_unique<optim::Adam>(program.net.parameters(), optim::Adam::Options{.lr = 0.01});
  program.schedule = std::make_unique<optim::OneCycleLR>(
      *program.optimizer, optim::OneCycleLR::Options{.max_lr = 0.05, .total_steps = steps});
  program.options.batch_schedule = program.schedule.get();
}

void momentum_with_plateau(Program& program) {
  program.optimizer = std::make_unique<optim::SGD>(program.net.parameters(),
                                                   optim::SGD::Options{.lr = 0.1, .momentum = 0.9, .nesterov = true});
  program.plateau = std::make_unique<optim::ReduceLROnPlateau>(
      *program.optimizer, optim::ReduceLROnPlateau::Options{.factor = 0.5, .patience = 0, .threshold = 0.5});
  program.options.plateau = program.plateau.get();
}

void average_with_epochs(Program& program) {
  program.optimizer = std::make_unique<optim::RMSprop>(program.net.parameters());
  program.schedule =
      std::make_unique<optim::ExponentialLR>(*program.optimizer, optim::ExponentialLR::Options{.gamma = 0.5});
  program.average = std::make_unique<optim::ExponentialMovingAverage>(
      program.net.parameters(), optim::ExponentialMovingAverage::Options{.decay = 0.8});
  program.options.schedule = program.schedule.get();
  program.options.average = program.average.get();
}

bool same_bits(const Tensor& a, const Tensor& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() &&
         std::memcmp(a.raw_data(), b.raw_data(), a.size() * item_bytes(a.dtype())) == 0;
}

// Everything but the time that it took.
void check_same_bits(const StateDict& a, const StateDict& b) {
  CHECK(a.size() == b.size());
  for (const auto& entry : a) {
    const std::string& name = entry.first;
    if (name.find("seconds") != std::string::npos) continue;
    INFO(name);
    REQUIRE(b.contains(name));
    CHECK(same_bits(entry.second, b.at(name)));
  }
}

// The state that a training ends with, on disk and back.
StateDict straight_through(const Recipe& recipe, const std::filesystem::path& file) {
  Program program(3);
  recipe(program);
  program.trainer().fit(program.train, program.validation);
  program.trainer().save(file);
  return load(file);
}

void stop_and_resume(const Recipe& recipe, std::uint64_t stop, std::size_t workers, const StateDict& expected,
                     const std::filesystem::path& file) {
  INFO("stopped after update " << stop << " with workers: " << workers);
  {
    Program first(3, workers);
    recipe(first);
    first.options.on_step_end = [&](Trainer& trainer) {
      if (trainer.step() == stop) trainer.stop();
    };
    if (stop > 0) first.trainer().fit(first.train, first.validation);
    CHECK(first.trainer().step() == stop);
    first.trainer().save(file);
  }
  Program second(100 + stop, workers);  // other weights, and a generator elsewhere
  recipe(second);
  manual_seed(5);
  second.trainer().resume(file);
  CHECK(second.trainer().step() == stop);
  second.trainer().fit(second.train, second.validation);
  check_same_bits(expected, second.trainer().state_dict());
}

void check_every_stop(const Recipe& recipe) {
  const ScratchFolder folder;
  const StateDict expected = straight_through(recipe, folder / "straight.safetensors");
  for (std::uint64_t stop = 0; stop <= steps; ++stop) {
    stop_and_resume(recipe, stop, 0, expected, folder / "stopped.safetensors");
  }
}

}  // namespace

TEST_CASE("a training stopped after any update and resumed elsewhere ends with the same bits") {
  SUBCASE("Adam, a schedule of every update") { check_every_stop(adam_with_steps); }
  SUBCASE("SGD with momentum, a plateau") { check_every_stop(momentum_with_plateau); }
  SUBCASE("an average of the weights, a schedule of every epoch") { check_every_stop(average_with_epochs); }
}

TEST_CASE("so it does with workers, and with any number of them") {
  const ScratchFolder folder;
  const StateDict expected = straight_through(adam_with_steps, folder / "straight.safetensors");
  for (const std::uint64_t stop : {1u, 6u, 10u}) {
    stop_and_resume(adam_with_steps, stop, 2, expected, folder / "stopped.safetensors");
  }
}

TEST_CASE("so it does with several batches an update, and a line search") {
  const auto accumulated = [](Program& program) {
    adam_with_steps(program);
    program.options.accumulate = 4;
  };
  const auto searched = [](Program& program) {
    program.optimizer = std::make_unique<optim::LBFGS>(
        program.net.parameters(), optim::LBFGS::Options{.lr = 0.1, .max_iter = 3, .history_size = 4});
    program.options.clip_grad_norm.reset();
  };
  const ScratchFolder folder;
  const StateDict two_an_epoch = straight_through(accumulated, folder / "straight.safetensors");
  for (std::uint64_t stop = 0; stop <= 2 * epochs; ++stop) {
    stop_and_resume(accumulated, stop, 0, two_an_epoch, folder / "stopped.safetensors");
  }
  const StateDict by_search = straight_through(searched, folder / "straight.safetensors");
  for (const std::uint64_t stop : {3u, 12u}) {
    stop_and_resume(searched, stop, 0, by_search, folder / "stopped.safetensors");
  }
}

TEST_CASE("a stopped trainer goes on by itself, whatever was done with the loaders in between") {
  const ScratchFolder folder;
  const StateDict expected = straight_through(momentum_with_plateau, folder / "straight.safetensors");
  CHECK(expected.at("optimizer.param_groups.0.lr").item() == 0.025);  // the plateau had its say
  Program program(3);
  momentum_with_plateau(program);
  program.options.on_step_end = [](Trainer& trainer) { trainer.stop(); };
  for (std::uint64_t i = 0; i < steps; ++i) {
    program.trainer().fit(program.train, program.validation);
    CHECK(program.trainer().step() == i + 1);
    program.trainer().evaluate(program.validation);
    program.trainer().evaluate(program.train);
  }
  CHECK(program.trainer().epoch() == epochs - 1);
  program.trainer().fit(program.train, program.validation);
  check_same_bits(expected, program.trainer().state_dict());
}

TEST_CASE("a program that is started again goes on from its folder") {
  const ScratchFolder folder;
  const StateDict expected = straight_through(adam_with_steps, folder / "straight.safetensors");
  std::vector<std::uint64_t> began;
  for (std::uint64_t run = 0; run < 4; ++run) {
    Program program(3 + run);
    adam_with_steps(program);
    program.options.folder = folder / "run";
    program.options.log = folder / "log.csv";
    program.options.resume = true;
    program.options.checkpoint_every = 4;
    std::uint64_t done = 0;
    program.options.on_step_end = [&](Trainer& trainer) {
      if (done == 0) began.push_back(trainer.step());
      if (++done == 6 && run < 3) throw std::runtime_error("the power went");
    };
    if (run < 3) {
      CHECK_THROWS_AS(program.trainer().fit(program.train, program.validation), std::runtime_error);
      continue;
    }
    program.trainer().fit(program.train, program.validation);
    check_same_bits(expected, program.trainer().state_dict());
    check_same_bits(expected, load(folder / "run/last.safetensors"));
  }
  CHECK(began == std::vector<std::uint64_t>{1, 5, 9, 13});  // saved at 4, at 6 and 8, at 12
  std::ifstream log(folder / "log.csv");
  std::string line;
  std::string firsts;
  while (std::getline(log, line)) firsts += line.substr(0, line.find(',')) + ' ';
  CHECK(firsts == "epoch 1 2 3 ");
}

TEST_CASE("generators of the user's own are part of a checkpoint") {
  const auto train = [](std::uint64_t seed, const std::filesystem::path& file, bool resumed) {
    Program program(resumed ? 30 : 3);
    adam_with_steps(program);
    random::Generator own(seed);
    program.options.generators = {&own};
    program.options.on_step_end = [&](Trainer& trainer) {
      if (trainer.step() == 8 && !resumed) trainer.save(file);
    };
    Trainer trainer(
        program.net, *program.optimizer,
        [&](const data::Sample& batch) {
          const Tensor y = program.net(batch.first + 0.1 * randn(batch.first.shape(), {}, own));
          return training::StepOutput(nn::cross_entropy(y, batch.second), y);
        },
        program.options);
    if (resumed) trainer.resume(file);
    trainer.fit(program.train);
    StateDict state = trainer.state_dict();
    for (auto& [name, tensor] : state) tensor = tensor.clone();
    return state;
  };
  const ScratchFolder folder;
  const StateDict expected = train(11, folder / "8.safetensors", false);
  check_same_bits(expected, train(12, folder / "8.safetensors", true));
  check_says(message_of<Error>([&] {
               Program program(3);
               adam_with_steps(program);
               program.trainer().resume(folder / "8.safetensors");
             }),
             {"8.safetensors", "2 random generators, this trainer 1"});
}
