#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <xtape.hpp>

#include <expectations.hpp>

using namespace xtape;

namespace {

data::Dataset numbers(double count) {
  return data::Dataset(expand_dims(arange(count), 1), arange(count, {.dtype = int64}));
}

// Samples that fail at one place, are slow, and are counted.
class Troubled final : public data::Source {
 public:
  std::size_t failing = 1000;
  std::chrono::milliseconds delay{0};
  std::shared_ptr<std::atomic<int>> made = std::make_shared<std::atomic<int>>(0);

  std::size_t size() const override { return 20; }
  data::Sample sample(std::size_t index) const override {
    ++*made;
    std::this_thread::sleep_for(delay);
    if (index == failing) throw IoError("sample " + std::to_string(index) + " is damaged");
    return {full({2}, static_cast<double>(index)), full({}, static_cast<double>(index), {.dtype = int64})};
  }
};

using Batches = std::vector<data::Sample>;

Batches rest_of(data::DataLoader& loader) {
  Batches batches;
  for (const auto& batch : loader) batches.push_back(batch);
  return batches;
}

bool same(const Batches& a, const Batches& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const data::Sample& one, const data::Sample& other) {
    return identical(one.first, other.first) && identical(one.second, other.second);
  });
}

data::Dataset augmented() {
  random::Generator generator(1);
  const data::Dataset plain(rand({70, 1, 6, 6}, {}, generator), arange(70, {.dtype = int64}));
  return plain.map(data::Compose({data::RandomCrop(6, {.padding = 1}), data::RandomHorizontalFlip()}))
      .map(data::GaussianNoise(0.1));
}

}  // namespace

TEST_CASE("any number of workers gives the same batches, in every epoch") {
  const auto epochs = [](std::size_t workers, std::size_t prefetch) {
    data::DataLoader loader(augmented(), {.batch_size = 8,
                                          .shuffle = true,
                                          .seed = 3,
                                          .workers = workers,
                                          .prefetch = prefetch,
                                          .batch_transform = data::MixUp(0.3, 70)});
    return std::vector<Batches>{rest_of(loader), rest_of(loader), rest_of(loader)};
  };
  const auto expected = epochs(0, 1);
  CHECK_FALSE(same(expected[0], expected[1]));
  for (const std::size_t workers : std::vector<std::size_t>{1, 2, 3, 20}) {
    for (const std::size_t prefetch : std::vector<std::size_t>{1, 2, 5}) {
      const auto batches = epochs(workers, prefetch);
      for (std::size_t epoch = 0; epoch < 3; ++epoch) CHECK(same(batches[epoch], expected[epoch]));
    }
  }
}

TEST_CASE("random transforms draw from the seed, the epoch and the index") {
  const data::Dataset noisy = data::Dataset(zeros({4, 3}), arange(4, {.dtype = int64})).map(data::GaussianNoise(1.0));
  data::DataLoader loader(noisy, {.batch_size = 4, .seed = 6, .workers = 1});
  loader.set_epoch(9);
  const Tensor x = loader.begin()->first;
  for (std::size_t index = 0; index < 4; ++index) {
    data::Draws draws(data::sample_key(6, 9, index));
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(x.item<float>(static_cast<std::ptrdiff_t>(3 * index + i)) == static_cast<float>(draws.normal()));
    }
  }
}

TEST_CASE("a sample that comes again in an epoch is transformed in another way") {
  const data::Dataset noisy = data::Dataset(zeros({2, 3}), arange(2, {.dtype = int64})).map(data::GaussianNoise(1.0));
  const data::Sampler twice([](std::size_t, random::Generator&) { return std::vector<std::size_t>{1, 1}; });
  data::DataLoader loader(noisy, {.batch_size = 2, .sampler = twice});
  const Tensor x = loader.begin()->first;
  CHECK(x.item(0) != x.item(3));
  CHECK(identical(view(x, {0}), noisy[1].first));
}

TEST_CASE("what a worker throws arrives where its batch would have, and the rest can be had") {
  for (const std::size_t workers : std::vector<std::size_t>{0, 1, 3}) {
    const auto source = std::make_shared<Troubled>();
    source->failing = 9;
    data::DataLoader loader(data::Dataset(source), {.batch_size = 4, .workers = workers});
    auto batch = loader.begin();
    ++batch;
    CHECK(batch->second.item<int>(3) == 7);
    check_says(message_of<IoError>([&] { ++batch; }), {"sample 9 is damaged"});
    CHECK(batch != loader.end());
    ++batch;
    CHECK(batch->second.item<int>(0) == 12);
    ++batch;
    ++batch;
    CHECK(batch == loader.end());

    source->failing = 0;
    check_says(message_of<IoError>([&] { (void)loader.begin(); }), {"sample 0 is damaged"});
  }
}

TEST_CASE("an epoch may be left at any batch") {
  for (int batches = 0; batches < 5; ++batches) {
    const auto source = std::make_shared<Troubled>();
    source->delay = std::chrono::milliseconds(1);
    const std::shared_ptr<std::atomic<int>> made = source->made;
    {
      data::DataLoader loader(data::Dataset(source), {.batch_size = 2, .workers = 3, .prefetch = 1});
      auto batch = loader.begin();
      for (int i = 0; i < batches; ++i) ++batch;
    }
    CHECK(source.use_count() == 1);         // no worker holds on to it
    CHECK(*made <= 2 * (batches + 1 + 3));  // what was asked for, and what three workers may be ahead
  }
}

TEST_CASE("workers are ahead of the caller") {
  const auto source = std::make_shared<Troubled>();
  data::DataLoader loader(data::Dataset(source), {.batch_size = 2, .workers = 2, .prefetch = 2});
  const auto batch = loader.begin();
  for (int wait = 0; wait < 2000 && *source->made < 2 * 5; ++wait)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(*source->made == 2 * 5);  // the batch that was handed out, and four more
}

TEST_CASE("copies of an iterator go their own ways, with workers too") {
  data::DataLoader loader(augmented(), {.batch_size = 10, .shuffle = true, .workers = 2});
  auto a = loader.begin();
  auto b = a;
  Batches first{*a};
  while (++a != loader.end()) first.push_back(*a);
  Batches second{*b};
  while (++b != loader.end()) second.push_back(*b);
  CHECK(first.size() == 7);
  CHECK(same(first, second));
}

TEST_CASE("two epochs of a loader may run side by side, and outlive it") {
  auto loader =
      std::make_unique<data::DataLoader>(numbers(10), data::DataLoader::Options{.batch_size = 5, .workers = 2});
  auto a = loader->begin();
  auto b = loader->begin();
  loader.reset();
  ++a;
  ++b;
  CHECK(a->second.item<int>(0) == 5);
  CHECK(b->second.item<int>(4) == 9);
}

TEST_CASE("empty data sets and epochs of one batch work with workers") {
  data::DataLoader none(numbers(0), {.batch_size = 4, .workers = 2});
  CHECK(rest_of(none).empty());
  data::DataLoader dropped(numbers(3), {.batch_size = 4, .drop_last = true, .workers = 2});
  CHECK(rest_of(dropped).empty());
  data::DataLoader one(numbers(3), {.batch_size = 4, .workers = 2});
  CHECK(rest_of(one).size() == 1);
}

TEST_CASE("a loader's place is where the next batch comes from") {
  for (const std::size_t workers : std::vector<std::size_t>{0, 2}) {
    const data::DataLoader::Options options{.batch_size = 16, .shuffle = true, .seed = 4, .workers = workers};
    data::DataLoader loader(augmented(), options);
    CHECK(loader.state() == data::DataLoader::State{0, 0});
    (void)rest_of(loader);
    CHECK(loader.state() == data::DataLoader::State{1, 0});
    std::vector<data::DataLoader::State> states;
    Batches batches;
    for (const auto& batch : loader) {
      batches.push_back(batch);
      states.push_back(loader.state());
    }
    CHECK(loader.state() == data::DataLoader::State{2, 0});
    CHECK(states.front() == data::DataLoader::State{1, 1});
    CHECK(states.back() == data::DataLoader::State{1, 5});
    const Batches following = rest_of(loader);

    for (std::size_t i = 0; i < states.size(); ++i) {
      data::DataLoader resumed(augmented(), options);
      resumed.set_state(states[i]);
      CHECK(resumed.state() == states[i]);
      CHECK(resumed.epoch() == 1);
      CHECK(same(rest_of(resumed), Batches(batches.begin() + static_cast<std::ptrdiff_t>(i) + 1, batches.end())));
      CHECK(resumed.state() == data::DataLoader::State{2, 0});
      CHECK(same(rest_of(resumed), following));
    }
  }
  data::DataLoader loader(numbers(10), {.batch_size = 5});
  check_says(message_of<Error>([&] { loader.set_state({.epoch = 0, .position = 3}); }),
             {"set_state", "batch 3", "2 batches"});
}

TEST_CASE("a loop that was left can be gone on with") {
  data::DataLoader loader(numbers(10), {.batch_size = 2, .shuffle = true});
  const Batches all = rest_of(loader);
  loader.set_epoch(0);
  for ([[maybe_unused]] const auto& batch : loader) {
    if (loader.state().position == 2) break;
  }
  loader.set_state(loader.state());
  CHECK(same(rest_of(loader), Batches(all.begin() + 2, all.end())));
}

TEST_CASE("epochs with workers hold on to no more and more memory") {
  data::DataLoader loader(augmented(), {.batch_size = 1, .shuffle = true, .workers = 2});
  for (int epoch = 0; epoch < 5; ++epoch) (void)rest_of(loader);
  const std::int64_t held = memory::statistics().pool_bytes;
  for (int epoch = 0; epoch < 200; ++epoch) {
    for ([[maybe_unused]] const auto& batch : loader) {
    }
  }
  CHECK(memory::statistics().pool_bytes <= held + (256 << 10));
}

TEST_CASE("loader options that contradict each other are refused") {
  check_says(message_of<Error>([] { data::DataLoader(numbers(2), {.prefetch = 0}); }), {"DataLoader", "prefetch"});
  check_says(
      message_of<Error>([] { data::DataLoader(numbers(2), {.shuffle = true, .sampler = data::RandomSampler()}); }),
      {"DataLoader", "shuffle", "sampler"});
}
