#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <expectations.hpp>
#include <limits>
#include <regex>
#include <scratch_files.hpp>
#include <sstream>
#include <thread>
#include <xtape.hpp>

#include <data/training/log.hpp>
#include <data/training/progress.hpp>

using namespace xtape;
using training::EpochResult;

namespace {

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

const std::vector<training::Metric> metrics{{"accuracy", nn::accuracy}};

EpochResult result_of(std::uint64_t epoch) {
  return {.epoch = epoch,
          .step = 1'000'000 * epoch,
          .lr = 0.1,
          .train = {.samples = 100, .loss = 1.0 / 3.0, .metrics = {{"accuracy", 0.5}}},
          .validation = training::Scores{.samples = 10, .loss = 2.5e-7, .metrics = {{"accuracy", 1.0}}},
          .seconds = 0.25};
}

}  // namespace

TEST_CASE("a log in CSV has a line for each epoch, at once") {
  const ScratchFolder folder;
  write_plainly(folder / "log.csv", bytes_of("an older one"));
  const auto columns = training::column_names(metrics, true);
  const std::string names =
      "epoch,step,lr,loss,accuracy,validation_loss,validation_accuracy,seconds,samples_per_second";
  const std::string third = "0.1,0.3333333333333333,0.5,2.5e-07,1,0.25,400";
  training::Log log(folder / "log.csv", columns, {.epochs = {result_of(1)}});
  CHECK(lines_of(folder / "log.csv") == std::vector<std::string>{names, "1,1000000," + third});
  EpochResult second = result_of(2);
  second.validation.reset();
  second.train.loss = std::numeric_limits<double>::quiet_NaN();
  log.append(second);
  CHECK(lines_of(folder / "log.csv").back() == "2,2000000,0.1,nan,0.5,,,0.25,400");
  CHECK(folder.entries() == 1);
}

TEST_CASE("a log in JSON lines has an object for each epoch") {
  const ScratchFolder folder;
  training::Log log(folder / "log.jsonl", training::column_names(metrics, true), {.epochs = {result_of(1)}});
  EpochResult second = result_of(2);
  second.validation.reset();
  second.train.loss = std::numeric_limits<double>::infinity();
  log.append(second);
  const std::vector<std::string> lines = lines_of(folder / "log.jsonl");
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].starts_with(R"({"epoch":1,"step":1000000,"lr":0.1,"loss":0.3333333333333333,"accuracy":0.5,)"));
  const nlohmann::json first = nlohmann::json::parse(lines[0]), last = nlohmann::json::parse(lines[1]);
  CHECK(first["validation_loss"] == 2.5e-7);
  CHECK(first["samples_per_second"] == 400.0);
  CHECK(last["epoch"] == 2);
  CHECK(last["loss"].is_null());
  CHECK(last["validation_accuracy"].is_null());
}

TEST_CASE("a training writes the numbers of its history") {
  const ScratchFolder folder;
  for (const char* name : {"log.csv", "log.jsonl"}) {
    nn::Sequential net((manual_seed(1), nn::Linear(4, 2)));
    optim::SGD optimizer(net.parameters(), {.lr = 0.1});
    data::DataLoader loader(data::Dataset(randn({10, 4}), randint(0, 2, {10})), {.batch_size = 4});
    Trainer trainer(net, optimizer, nn::CrossEntropyLoss(),
                    {.epochs = 3, .metrics = metrics, .log = folder / name, .on_epoch_end = [&](Trainer& t) {
                       CHECK(lines_of(folder / name).size() >= t.epoch());  // flushed
                     }});
    const training::History history = trainer.fit(loader, loader);
    const std::vector<std::string> lines = lines_of(folder / name);
    if (std::string(name) == "log.csv") {
      REQUIRE(lines.size() == 4);
      std::istringstream cells(lines[3]);
      std::string cell;
      for (const std::string& column : training::column_names(metrics, true)) {
        INFO(column);
        std::getline(cells, cell, ',');
        CHECK(std::stod(cell) == history.column(column)[2]);
      }
    } else {
      REQUIRE(lines.size() == 3);
      CHECK(nlohmann::json::parse(lines[1])["validation_accuracy"] == history.column("validation_accuracy")[1]);
    }
  }
}

TEST_CASE("a log that cannot be written is an error") {
  const ScratchFolder folder;
  CHECK_THROWS_AS(training::Log(folder / "none" / "log.csv", {"epoch"}, {}), IoError);
  check_says(message_of<IoError>([&] { training::Log(folder / "log.text", {"epoch"}, {}); }), {"log.text", ".jsonl"});
}

// --- progress

TEST_CASE("progress elsewhere than on a terminal is a line an epoch") {
  std::ostringstream out;
  {
    training::Progress progress(training::Display::of(&out), training::column_names(metrics, true), 20, 5);
    progress.step(1, 3, result_of(1));
    CHECK(out.str() == "");
    progress.epoch(result_of(1));
    progress.epoch(result_of(2));
  }
  const std::string scores =
      "  loss 0.3333  accuracy 0.5  validation_loss 2.5e-07  validation_accuracy 1  400 samples/s  0.25 s\n";
  CHECK(out.str() == "epoch 1/20" + scores + "epoch 2/20" + scores);
  training::Progress silent(training::Display::of(nullptr), {}, 1, 1);
  silent.step(1, 1, result_of(1));
  silent.epoch(result_of(1));
}

TEST_CASE("progress on a terminal is one line, written again and again, and the last result") {
  const auto shown = [](std::size_t width) {
    std::ostringstream out;
    {
      const training::Display display{
          .out = &out, .terminal = true, .width = width, .between_drawings = std::chrono::milliseconds(0)};
      training::Progress progress(display, training::column_names(metrics, true), 2, 4);
      EpochResult so_far = result_of(1);
      so_far.validation.reset();
      progress.step(1, 1, so_far);
      progress.epoch(result_of(1));
      progress.step(2, 4, so_far);
    }
    return std::regex_replace(out.str(), std::regex("[0-9]:[0-9]+ left"), "0:00 left");
  };
  const std::string erase = "\r\x1b[K";
  CHECK(shown(200) == erase +
                          "epoch 1/2 [=======>                      ]  25%  0:00 left  loss 0.3333  accuracy 0.5  "
                          "400 samples/s" +
                          erase +
                          "epoch 2/2 [==============================] 100%  0:00 left  loss 0.3333  accuracy 0.5  "
                          "400 samples/s" +
                          erase +
                          "epoch 1/2  loss 0.3333  accuracy 0.5  validation_loss 2.5e-07  validation_accuracy 1  "
                          "400 samples/s  0.25 s\n");
  CHECK(shown(50).starts_with(erase + "epoch 1/2 [==>     ]  25%  0:00 left  loss 0.3333" + erase));
  std::istringstream lines(shown(12));
  CHECK(lines.str().starts_with(erase + "epoch 1/2  " + erase + "epoch 2/2  " + erase));
}

TEST_CASE("the time that is left is that of all epochs at the pace of this run") {
  std::ostringstream out;
  const training::Display display{
      .out = &out, .terminal = true, .width = 120, .between_drawings = std::chrono::milliseconds(0)};
  training::Progress progress(display, {}, 10, 1000);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  progress.step(5, 1, result_of(5));  // the first of this run: 5999 are left, at 20 ms or more each
  const std::string text = out.str();
  const std::string left = text.substr(text.find('%') + 3, text.find(" left") - text.find('%') - 3);
  INFO(text);
  const int minutes = std::stoi(left), seconds = std::stoi(left.substr(left.find(':') + 1));
  CHECK(60 * minutes + seconds >= 120);
}
