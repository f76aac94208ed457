#include <algorithm>
#include <cmath>
#include <set>
#include <xtape.hpp>

#include <expectations.hpp>

using namespace xtape;

namespace {

using Order = std::vector<std::size_t>;

Order order_of(const data::Sampler& sampler, std::size_t samples, std::uint64_t seed = 1) {
  random::Generator generator(seed);
  return sampler.order(samples, generator);
}

std::vector<int> counts_of(const Order& order, std::size_t samples) {
  std::vector<int> counts(samples);
  for (const std::size_t index : order) ++counts.at(index);
  return counts;
}

}  // namespace

TEST_CASE("a random sampler draws evenly, with and without replacement") {
  const Order repeated = order_of(data::RandomSampler({.draws = 30000}), 3);
  for (const int count : counts_of(repeated, 3)) CHECK(std::abs(count - 10000) < 400);
  const Order part = order_of(data::RandomSampler({.draws = 5, .replacement = false}), 8);
  CHECK(std::set<std::size_t>(part.begin(), part.end()).size() == 5);
  CHECK(order_of(data::RandomSampler({.replacement = false}), 8).size() == 8);
  CHECK(order_of(data::RandomSampler(), 8) == order_of(data::RandomSampler(), 8));
  CHECK(order_of(data::RandomSampler(), 8) != order_of(data::RandomSampler(), 8, 2));
  check_says(message_of<Error>([] { order_of(data::RandomSampler({.draws = 9, .replacement = false}), 8); }),
             {"RandomSampler", "9 draws", "8 samples"});
}

TEST_CASE("a weighted sampler draws in proportion to the weights") {
  const Order order = order_of(data::WeightedRandomSampler({1, 0, 3}, {.draws = 40000}), 3);
  const std::vector<int> counts = counts_of(order, 3);
  CHECK(std::abs(counts[0] - 10000) < 400);
  CHECK(counts[1] == 0);
  CHECK(counts[0] + counts[2] == 40000);
}

TEST_CASE("without replacement, heavy samples come early and none twice") {
  const data::WeightedRandomSampler sampler({1, 0, 3, 1}, {.draws = 3, .replacement = false});
  int first = 0;
  for (std::uint64_t seed = 0; seed < 5000; ++seed) {
    Order order = order_of(sampler, 4, seed);
    first += order[0] == 2 ? 1 : 0;
    std::sort(order.begin(), order.end());
    REQUIRE(order == Order{0, 2, 3});
  }
  CHECK(std::abs(first - 3000) < 200);
}

TEST_CASE("wrong weights are named") {
  check_says(message_of<Error>([] { data::WeightedRandomSampler({1, -2}); }), {"weight at 1", "-2"});
  check_says(message_of<Error>([] { data::WeightedRandomSampler({1, NAN}); }), {"weight at 1", "nan"});
  check_says(message_of<Error>([] { data::WeightedRandomSampler({0, 0}); }), {"no weight", "above 0"});
  check_says(message_of<Error>([] {
               data::WeightedRandomSampler({0, 1}, {.replacement = false});
             }),
             {"2 draws", "1 samples of a weight above 0"});
  check_says(message_of<Error>([] { order_of(data::WeightedRandomSampler({1, 1}), 3); }), {"2 weights", "3 samples"});
}

TEST_CASE("a balanced sampler draws every class as often") {
  const Tensor targets =
      concatenate({zeros({900}, {.dtype = int64}), ones({90}, {.dtype = int64}), full({10}, 7, {.dtype = int64})});
  const data::Dataset uneven(zeros({1000, 1}), targets);
  data::DataLoader loader(
      uneven, {.batch_size = 100, .seed = 2, .workers = 1, .sampler = data::BalancedSampler(uneven, {.draws = 3000})});
  CHECK(loader.size() == 30);
  std::map<std::int64_t, int> counts;
  for (const auto& [x, t] : loader) {
    for (std::ptrdiff_t i = 0; i < 100; ++i) ++counts[t.item<std::int64_t>(i)];
  }
  CHECK(counts.size() == 3);
  for (const auto& [label, count] : counts) CHECK(std::abs(count - 1000) < 120);
  check_says(message_of<DtypeError>([] { data::BalancedSampler(zeros({3})); }), {"BalancedSampler", "float32"});
  check_says(message_of<ShapeError>([] {
               data::BalancedSampler(zeros({3, 2}, {.dtype = int64}));
             }),
             {"BalancedSampler", "(3, 2)"});
}

TEST_CASE("a sampler of one's own is checked") {
  const data::Sampler reversed([](std::size_t size, random::Generator&) {
    Order order(size);
    for (std::size_t i = 0; i < size; ++i) order[i] = size - 1 - i;
    return order;
  });
  const data::Dataset points(zeros({3}), arange(3, {.dtype = int64}));
  data::DataLoader loader(points, {.batch_size = 3, .sampler = reversed});
  CHECK(identical(loader.begin()->second, Tensor(xt::xarray<std::int64_t>{2, 1, 0})));

  const data::Sampler short_one([](std::size_t, random::Generator&) { return Order{0}; });
  check_says(message_of<Error>([&] { data::DataLoader(points, {.sampler = short_one}).begin(); }),
             {"Sampler", "1 indices", "epoch of 3"});
  const data::Sampler wild([](std::size_t, random::Generator&) { return Order{3}; }, 1);
  check_says(message_of<IndexError>([&] { data::DataLoader(points, {.sampler = wild}).begin(); }),
             {"Sampler", "index 3", "3 samples"});
}
