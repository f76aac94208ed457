#include <doctest/doctest.h>

#include <expectations.hpp>
#include <limits>
#include <scratch_files.hpp>
#include <xtape.hpp>

using namespace xtape;

namespace {

data::Dataset some_digits(std::size_t count, std::size_t first = 0) {
  const data::Dataset train = data::digits().train;
  const auto rows = xt::range(first, first + count);
  return data::Dataset(view(train.inputs(), {rows}), view(train.targets(), {rows}));
}

struct Classifier {
  nn::Sequential net{(manual_seed(1), nn::Linear(64, 10))};
  optim::SGD optimizer{net.parameters(), {.lr = 0.5}};
  data::DataLoader loader{some_digits(50), {.batch_size = 16, .shuffle = true, .seed = 1}};
};

bool same_weights(const nn::Module& a, const nn::Module& b) {
  const Tensors x = a.parameters(), y = b.parameters();
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!identical(x[i], y[i])) return false;
  }
  return x.size() == y.size();
}

// A model of one weight w whose loss is w times the batch's mean: it goes down by lr times that mean an update.
struct Slope : nn::Module {
  Tensor w = parameter("w", zeros({}, {.dtype = float64}));
  Tensor forward(const Tensor& x) override { return w * x; }
};

Tensor mean_output(const Tensor& y, const Tensor&) { return mean(y); }

data::DataLoader constant_batches(std::size_t count, double value, std::size_t batch_size = 1) {
  return data::DataLoader(data::Dataset(full({count}, value), zeros({count})), {.batch_size = batch_size});
}

}  // namespace

TEST_CASE("fit does what the loop written out does, bit for bit") {
  Classifier by_hand;
  optim::StepLR steps(by_hand.optimizer, {.step_size = 2, .gamma = 0.5});
  std::vector<double> losses, accuracies;
  for (int epoch = 0; epoch < 5; ++epoch) {
    double loss_sum = 0.0, right = 0.0;
    for (const auto& [x, t] : by_hand.loader) {
      by_hand.optimizer.zero_grad();
      const Tensor y = by_hand.net(x);
      const Tensor loss = nn::cross_entropy(y, t);
      loss.backward();
      optim::clip_grad_value(by_hand.net.parameters(), 0.2);
      optim::clip_grad_norm(by_hand.net.parameters(), 0.4);
      by_hand.optimizer.step();
      loss_sum += loss.item() * static_cast<double>(t.size());
      right += nn::accuracy(y, t) * static_cast<double>(t.size());
    }
    steps.step();
    losses.push_back(loss_sum / 50.0);
    accuracies.push_back(right / 50.0);
  }

  Classifier trained;
  optim::StepLR schedule(trained.optimizer, {.step_size = 2, .gamma = 0.5});
  Trainer trainer(trained.net, trained.optimizer, nn::CrossEntropyLoss(),
                  {.epochs = 5,
                   .metrics = {{"accuracy", nn::accuracy}},
                   .schedule = &schedule,
                   .clip_grad_norm = 0.4,
                   .clip_grad_value = 0.2});
  const training::History history = trainer.fit(trained.loader);
  CHECK(same_weights(by_hand.net, trained.net));
  CHECK(history.column("loss") == losses);
  CHECK(history.column("accuracy") == accuracies);
  CHECK(history.column("lr") == std::vector<double>{0.5, 0.5, 0.25, 0.25, 0.125});
  CHECK(history.column("step") == std::vector<double>{4, 8, 12, 16, 20});
  CHECK(history.column("epoch") == std::vector<double>{1, 2, 3, 4, 5});
  CHECK(history.epochs[0].train.samples == 50);
  CHECK(history.epochs[4].samples_per_second() == 50.0 / history.epochs[4].seconds);
  check_says(message_of<Error>([&] { history.column("validation_loss"); }), {"epoch 1", "validation_loss"});
  trainer.fit(trained.loader);
  CHECK(trainer.step() == 20);  // there is nothing left to do
}

TEST_CASE("evaluate gives the numbers of all samples at once, whatever the batches") {
  Classifier model;
  Trainer trainer(model.net, model.optimizer, nn::CrossEntropyLoss(), {.metrics = {{"accuracy", nn::accuracy}}});
  trainer.fit(model.loader);
  const data::Dataset unseen = some_digits(71, 100);
  const double loss = nn::cross_entropy(model.net(unseen.inputs()), unseen.targets()).item();
  const double accuracy = nn::accuracy(model.net(unseen.inputs()), unseen.targets());
  for (const std::size_t batch_size : {71u, 70u, 32u, 1u}) {
    const training::Scores scores = trainer.evaluate(data::DataLoader(unseen, {.batch_size = batch_size}));
    CHECK(scores.samples == 71);
    CHECK(scores.loss == doctest::Approx(loss).epsilon(1e-6));  // float32 sums
    CHECK(std::round(scores.metrics.at("accuracy") * 71) == std::round(accuracy * 71));
  }
}

TEST_CASE("evaluation is without recording and dropout, and leaves modes, gradients and statistics alone") {
  nn::Sequential net((manual_seed(1), nn::BatchNorm1d(64)), nn::Dropout(0.5), nn::Linear(64, 10));
  optim::SGD optimizer(net.parameters(), {.lr = 0.1});
  bool recorded = false;
  Trainer trainer(net, optimizer,
                  [&](const data::Sample& batch) {
                    const Tensor loss = nn::cross_entropy(net(batch.first), batch.second);
                    recorded = loss.requires_grad();
                    return loss;
                  },
                  {});
  data::DataLoader loader(some_digits(40), {.batch_size = 16});
  net[0].eval();  // frozen statistics
  const std::vector<std::uint64_t> place = random::default_generator().state();
  const double loss = trainer.evaluate(loader).loss;
  CHECK_FALSE(recorded);
  CHECK(trainer.evaluate(loader).loss == loss);
  CHECK(random::default_generator().state() == place);
  CHECK(net.is_training());
  CHECK(net[1].is_training());
  CHECK_FALSE(net[0].is_training());

  const Tensor before = net[0].named_buffers()[0].second.clone();
  trainer.fit(loader);
  CHECK(recorded);
  CHECK(identical(net[0].named_buffers()[0].second, before));  // a module set apart stays so
  CHECK_FALSE(net[0].is_training());
  net.eval();
  Trainer(net, optimizer, nn::CrossEntropyLoss()).fit(loader);
  CHECK(net[0].is_training());
  CHECK_FALSE(identical(net[0].named_buffers()[0].second, before));
}

TEST_CASE("accumulated batches are one update, as a batch of their samples is") {
  const auto trained = [](std::size_t batch_size, std::size_t accumulate) {
    Slope model;
    optim::SGD optimizer(model.parameters(), {.lr = 1.0});
    const Tensor values = arange(0.0, 10.0);
    data::DataLoader loader(data::Dataset(values, values), {.batch_size = batch_size});
    Trainer trainer(model, optimizer, mean_output, {.accumulate = accumulate});
    trainer.fit(loader);
    return std::pair(trainer.step(), model.w.item());
  };
  // Updates of 0..5 and 6..9: means 2.5 and 7.5.
  CHECK(trained(6, 1) == std::pair(std::uint64_t{2}, -10.0));
  CHECK(trained(2, 3) == std::pair(std::uint64_t{2}, -10.0));
  CHECK(trained(3, 2) == std::pair(std::uint64_t{2}, -10.0));
  CHECK(trained(4, 2) == std::pair(std::uint64_t{2}, -3.5 - 8.5));  // 0..7 and the two that are left
}

TEST_CASE("the average of the weights is what is evaluated") {
  Slope model;
  optim::SGD optimizer(model.parameters(), {.lr = 1.0});
  optim::ExponentialMovingAverage average(model.parameters(), {.decay = 0.5});
  data::DataLoader train = constant_batches(2, 1.0), validation = constant_batches(3, 1.0);
  Trainer trainer(model, optimizer, mean_output, {.average = &average});
  CHECK(trainer.evaluate(validation).loss == 0.0);
  const training::History history = trainer.fit(train, validation);
  CHECK(model.w.item() == -2.0);
  CHECK(history.epochs[0].validation->loss == -1.5);  // the weights were -1 and -2
  CHECK(trainer.evaluate(validation).loss == -1.5);
  CHECK_FALSE(average.swapped());
}

TEST_CASE("the best epoch, and stopping when none comes") {
  // The validation loss of epoch e is values[e - 1]: the model's weight goes down by 1 in each.
  const auto run = [](std::vector<double> values, Trainer::Options options, const std::filesystem::path& folder) {
    Slope model;
    optim::SGD optimizer(model.parameters(), {.lr = 1.0});
    data::DataLoader train = constant_batches(1, 1.0), validation = constant_batches(2, 1.0);
    options.epochs = values.size();
    options.folder = folder;
    Trainer trainer(
        model, optimizer,
        [&](const data::Sample& batch) {
          const Tensor loss = mean(model(batch.first));
          if (model.is_training()) return loss;
          return full({}, values[static_cast<std::size_t>(-loss.item()) - 1], {.dtype = float64});
        },
        options);
    trainer.fit(train, validation);
    const Tensor w = load(folder / "best.safetensors").at("model.w");
    CHECK(w.item() == -static_cast<double>(*trainer.history().best_epoch));
    CHECK(load(folder / "last.safetensors").at("model.w").item() == model.w.item());
    return trainer.history();
  };
  const ScratchFolder folder;
  const auto epochs = [&](const std::vector<double>& values, const Trainer::Options& options) {
    const training::History history = run(values, options, folder / "run");
    CHECK(history.stopped_early == (history.epochs.size() < values.size()));
    return std::pair(history.epochs.size(), *history.best_epoch);
  };
  using Result = std::pair<std::size_t, std::uint64_t>;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(epochs({5, 3, 4, 2, 6, 7, 8}, {}) == Result(7, 4));
  CHECK(epochs({5, 3, 4, 2, 6, 7, 8}, {.patience = 2}) == Result(6, 4));
  CHECK(epochs({5, 3, 4, 2, 6, 7, 8}, {.patience = 1}) == Result(3, 2));
  CHECK(epochs({5, 3, 3, 3, 1}, {.patience = 2}) == Result(4, 2));  // equal is not better
  CHECK(epochs({5, 3, 4, 2, 6}, {.mode = training::Mode::max}) == Result(5, 5));
  CHECK(epochs({5, 4.5, 4.2, 3.9, 0}, {.min_delta = 1.0, .patience = 3}) == Result(5, 5));
  CHECK(epochs({5, 4.5, 4.2, 4.1, 0}, {.min_delta = 1.0, .patience = 3}) == Result(4, 1));
  CHECK(epochs({nan, 3, nan, 4, 5}, {.patience = 4}) == Result(5, 2));
  CHECK(epochs({5, 4, 3}, {.monitor = "loss"}) == Result(3, 3));

  // A larger patience, and more epochs, let a training go on that was over.
  Slope model;
  optim::SGD optimizer(model.parameters(), {.lr = 0.0});
  data::DataLoader train = constant_batches(1, 1.0);
  Trainer(model, optimizer, mean_output, {.epochs = 9, .patience = 2, .folder = folder / "more"}).fit(train);
  Trainer patient(model, optimizer, mean_output,
                  {.epochs = 9, .patience = 5, .folder = folder / "more", .resume = true});
  CHECK(patient.fit(train).epochs.size() == 6);
  Trainer longer(model, optimizer, mean_output, {.epochs = 12, .folder = folder / "more", .resume = true});
  CHECK(longer.fit(train).epochs.size() == 12);
}

TEST_CASE("callbacks see each update and each epoch, and may stop the training") {
  Classifier model;
  std::vector<std::uint64_t> steps, epochs;
  std::vector<double> losses, validation_losses;
  const ScratchFolder folder;
  Trainer trainer(model.net, model.optimizer, nn::CrossEntropyLoss(),
                  {.epochs = 9,
                   .folder = folder / "a" / "b",
                   .on_step_end =
                       [&](Trainer& t) {
                         steps.push_back(t.step());
                         losses.push_back(t.last_loss());
                       },
                   .on_epoch_end =
                       [&](Trainer& t) {
                         epochs.push_back(t.epoch());
                         validation_losses.push_back(t.evaluate(data::DataLoader(some_digits(9))).loss);
                         if (t.epoch() == 2) t.stop();
                       }});
  CHECK(std::isnan(trainer.last_loss()));
  trainer.fit(model.loader);
  CHECK(steps == std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6, 7, 8});
  CHECK(epochs == std::vector<std::uint64_t>{1, 2});
  const double sum = 16 * (losses[4] + losses[5] + losses[6]) + 2 * losses[7];
  CHECK(trainer.history().epochs[1].train.loss == doctest::Approx(sum / 50));
  CHECK(validation_losses.back() < validation_losses.front());
  CHECK(load(folder / "a/b/last.safetensors").at("trainer.epoch").item() == 2);
  CHECK(trainer.fit(model.loader).epochs.size() == 9);
}

TEST_CASE("a loss, gradients or weights that are not finite end the training, and nothing takes a checkpoint's place") {
  const ScratchFolder folder;
  const auto message = [&](const std::function<Tensor(const Tensor& y)>& at_minus_4, Trainer::Options options) {
    options.epochs = 4;
    options.folder = folder / "run";
    options.checkpoint_every = 1;
    Slope model;
    optim::SGD optimizer(model.parameters(), {.lr = 1.0});
    data::DataLoader train = constant_batches(3, 1.0);
    const auto loss = [&](const Tensor& y, const Tensor&) { return mean(y.item(0) == -4.0 ? at_minus_4(y) : y); };
    const std::string said = message_of<Error>([&] { Trainer(model, optimizer, loss, options).fit(train); });
    CHECK(load(folder / "run/last.safetensors").at("model.w").item() == -4.0);
    CHECK(load(folder / "run/best.safetensors").at("model.w").item() == -3.0);
    return said;
  };
  const double infinity = std::numeric_limits<double>::infinity();
  const auto steep = [](const Tensor& y) { return sqrt(y + 4.0); };
  check_says(message([](const Tensor& y) { return y * std::nan(""); }, {}),
             {"the loss is nan in epoch 2 at update 5 (from batch 2 of the epoch)", "DetectAnomaly"});
  check_says(message([&](const Tensor& y) { return y * infinity; }, {}), {"the loss is -inf in epoch 2"});
  check_says(message(steep, {.clip_grad_norm = 2.0}), {"the norm of the gradients is inf in epoch 2 at update 5"});
  check_says(message(steep, {}), {"the parameter 'w' is not finite after update 5", "no checkpoint was written"});
}

TEST_CASE("options, losses and loaders that do not fit are refused") {
  Slope model;
  optim::SGD optimizer(model.parameters(), {.lr = 1.0});
  data::DataLoader train = constant_batches(2, 1.0);
  data::DataLoader none(data::Dataset(zeros({2}), zeros({2})), {.batch_size = 4, .drop_last = true});
  const auto refusal = [&](const Trainer::Options& options) {
    return message_of<Error>([&] { Trainer(model, optimizer, mean_output, options).fit(train); });
  };
  const auto one = [](const Tensor&, const Tensor&) { return 1.0; };
  check_says(refusal({.accumulate = 0}), {"Trainer", "accumulate is 0"});
  check_says(refusal({.min_delta = -1.0}), {"min_delta must be >= 0, not -1"});
  check_says(refusal({.checkpoint_every = 5}), {"checkpoint_every", "without a folder"});
  check_says(refusal({.resume = true}), {"resume", "without a folder"});
  check_says(refusal({.log = "log.txt"}), {"'log.txt'", ".csv or .jsonl"});
  check_says(refusal({.generators = {nullptr}}), {"a generator is null"});
  check_says(refusal({.metrics = {{"", one}}}), {"is empty"});
  check_says(refusal({.metrics = {{"a", one}, {"a", one}}}), {"'a' is taken"});
  check_says(refusal({.metrics = {{"lr", one}}}), {"'lr' is taken"});
  check_says(refusal({.metrics = {{"a,b", one}}}), {"'a,b'", "commas"});
  check_says(refusal({.metrics = {{"validation_a", one}}}), {"must not begin with 'validation_'"});
  check_says(refusal({.metrics = {{"a", nullptr}}}), {"'a' has no function"});
  check_says(refusal({.metrics = {{"a", one}}, .monitor = "b"}), {"'b' to monitor", "loss, a", "no validation data"});
  check_says(refusal({.monitor = "validation_loss"}), {"no 'validation_loss' to monitor", "there is loss"});
  CHECK(model.w.item() == 0.0);

  Trainer trainer(model, optimizer, mean_output, {.metrics = {{"a", one}}, .monitor = "b"});
  check_says(message_of<Error>([&] { trainer.fit(train, train); }), {"loss, a, validation_loss, validation_a"});
  Trainer plain(model, optimizer, mean_output);
  check_says(message_of<Error>([&] { plain.fit(none); }), {"fit: the training loader has no batches"});
  check_says(message_of<Error>([&] { plain.fit(train, none); }), {"fit: the validation loader has no batches"});
  check_says(message_of<Error>([&] { plain.evaluate(none); }), {"evaluate: the loader has no batches"});
  data::DataLoader pairs = constant_batches(4, 1.0, 2);
  Trainer vector_loss(model, optimizer, [](const Tensor& y, const Tensor&) { return y; }, {});
  check_says(message_of<ShapeError>([&] { vector_loss.fit(pairs); }), {"the loss has the shape (2,)", "one number"});
  Trainer no_output(model, optimizer, [&](const data::Sample& batch) { return mean(model(batch.first)); },
                    {.metrics = {{"a", one}}});
  check_says(message_of<Error>([&] { no_output.fit(train); }), {"the metric 'a' needs outputs", "{loss, output}"});
  CHECK(model.w.item() == 0.0);
  const ScratchFolder folder;
  write_plainly(folder / "file", bytes_of("x"));
  Trainer misplaced(model, optimizer, mean_output, {.folder = folder / "file"});
  check_says(message_of<IoError>([&] { misplaced.fit(train); }), {"file'", "folder"});
}
