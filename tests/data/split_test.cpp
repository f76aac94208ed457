#include <algorithm>
#include <map>
#include <numeric>
#include <xtape.hpp>

#include <expectations.hpp>

using namespace xtape;

namespace {

using Values = std::vector<std::int64_t>;

data::Dataset numbers(double count) {
  return data::Dataset(expand_dims(arange(count), 1), arange(count, {.dtype = int64}));
}

Values targets_of(const data::Dataset& dataset) {
  const Tensor targets = dataset.targets();
  Values values;
  for (std::size_t i = 0; i < targets.size(); ++i) values.push_back(targets.item<std::int64_t>(static_cast<int>(i)));
  return values;
}

// Whether the parts hold every number below a count once, together.
bool complete(const std::vector<data::Dataset>& parts, std::size_t count) {
  Values all;
  for (const data::Dataset& part : parts) {
    const Values values = targets_of(part);
    all.insert(all.end(), values.begin(), values.end());
  }
  std::sort(all.begin(), all.end());
  Values expected(count);
  std::iota(expected.begin(), expected.end(), 0);
  return all == expected;
}

// A data set with classes of these sizes, in a row: inputs are the numbers, targets the classes.
data::Dataset classes_of(const std::vector<std::size_t>& sizes) {
  Tensors labels;
  double total = 0;
  for (std::size_t c = 0; c < sizes.size(); ++c) {
    labels.push_back(full({sizes[c]}, static_cast<double>(c), {.dtype = int64}));
    total += static_cast<double>(sizes[c]);
  }
  return data::Dataset(arange(total, {.dtype = int64}), concatenate(labels));
}

std::map<std::int64_t, double> class_counts(const data::Dataset& dataset) {
  std::map<std::int64_t, double> counts;
  for (const std::int64_t label : targets_of(dataset)) ++counts[label];
  return counts;
}

Values inputs_of(const data::Dataset& dataset) {
  return targets_of(data::Dataset(dataset.targets(), dataset.inputs()));
}

}  // namespace

TEST_CASE("a subset has the samples that were asked for, in that order") {
  const data::Dataset part = data::subset(numbers(10), {7, 0, 7});
  CHECK(targets_of(part) == Values{7, 0, 7});
  CHECK(part[1].first.item() == 0.0);
  CHECK(targets_of(data::subset(part, {2})) == Values{7});
  const auto [x, t] = part.batch(std::vector<std::size_t>{1, 0});
  CHECK(identical(t, Tensor(xt::xarray<std::int64_t>{0, 7})));
  CHECK(data::subset(part, {}).size() == 0);
  check_says(message_of<IndexError>([] { data::subset(numbers(3), {0, 3}); }), {"subset", "index 3", "3 samples"});
}

TEST_CASE("random transforms of a part draw by the part's own indices, one sample or all") {
  const data::Dataset noisy = data::Dataset(zeros({3, 4}), zeros({3})).map(data::GaussianNoise(1.0));
  const data::Dataset part = data::subset(noisy, {2, 0});
  CHECK(identical(part.inputs(), view(noisy.inputs(), {xt::range(0, 2)})));
  CHECK(identical(part[1].first, view(part.inputs(), {1})));
}

TEST_CASE("concatenated data sets follow each other, also within a batch") {
  const data::Dataset joined = data::concatenate({numbers(3), numbers(0), data::subset(numbers(9), {8, 7})});
  CHECK(joined.size() == 5);
  CHECK(targets_of(joined) == Values{0, 1, 2, 8, 7});
  CHECK(joined[-1].second.item<std::int64_t>() == 7);
  const auto [x, t] = joined.batch(std::vector<std::size_t>{4, 0, 3, 2, 0});
  CHECK(identical(t, Tensor(xt::xarray<std::int64_t>{7, 0, 8, 2, 0})));
  CHECK(identical(x, expand_dims(astype(t, float32), 1)));
  CHECK(data::concatenate({numbers(0), numbers(0)}).inputs().shape() == Shape({0, 1}));
  check_says(message_of<Error>([] { data::concatenate({}); }), {"concatenate", "at least one"});
}

TEST_CASE("random parts are disjoint and complete, for any fractions") {
  for (const std::size_t count : std::vector<std::size_t>{0, 1, 7, 100}) {
    const data::Dataset whole = numbers(static_cast<double>(count));
    for (const double fraction : {0.0, 0.1, 0.5, 0.9, 1.0}) {
      const auto [first, second] = data::random_split(whole, fraction, {.seed = 7});
      CHECK(first.size() == static_cast<std::size_t>(std::llround(fraction * static_cast<double>(count))));
      CHECK(complete({first, second}, count));
    }
    CHECK(complete(data::random_split(whole, {0.3, 0.3, 0.4}), count));
  }
  const auto parts = data::random_split(numbers(100), {0.29, 0.13, 0.58}, {.seed = 1});
  CHECK(parts[0].size() == 29);
  CHECK(parts[1].size() == 13);
  CHECK(parts[2].size() == 58);
}

TEST_CASE("parts may be given as counts") {
  const auto parts = data::random_split(numbers(10), {7, 0, 3}, {.seed = 2});
  CHECK(parts.size() == 3);
  CHECK(parts[1].size() == 0);
  CHECK(complete(parts, 10));
  const std::size_t five = 5;
  CHECK(complete(data::random_split(numbers(10), std::vector<std::size_t>{five, 10 - five}), 10));
}

TEST_CASE("a split depends on its seed alone, and is in the documented order") {
  std::vector<std::size_t> order(20);
  std::iota(order.begin(), order.end(), std::size_t{0});
  random::Generator(7).shuffle(order);
  manual_seed(1);
  const auto [first, second] = data::random_split(numbers(20), 0.75, {.seed = 7});
  CHECK(targets_of(first) == Values(order.begin(), order.begin() + 15));
  CHECK(targets_of(second) == Values(order.begin() + 15, order.end()));
  CHECK(targets_of(data::random_split(numbers(20), 0.75, {.seed = 8}).train) != targets_of(first));
}

TEST_CASE("splits that do not add up are refused") {
  const data::Dataset ten = numbers(10);
  check_says(message_of<Error>([&] { data::random_split(ten, {0.5, 0.4}); }), {"random_split", "0.9", "not to 1"});
  check_says(message_of<Error>([&] {
               data::random_split(ten, {5, 4});
             }),
             {"random_split", "add up to 9", "10 samples"});
  check_says(message_of<Error>([&] { data::random_split(ten, 1.5); }), {"random_split", "1.5", "from 0 to 1"});
  check_says(message_of<Error>([&] { data::random_split(ten, {1.5, -0.5}); }), {"random_split", "1.5"});
  check_says(message_of<Error>([&] { data::stratified_split(ten, -0.5); }), {"stratified_split", "-0.5"});
}

TEST_CASE("stratified parts have the classes in proportion") {
  const std::vector<std::size_t> sizes{50, 7, 93, 1};
  const data::Dataset whole = classes_of(sizes);
  for (const double fraction : {0.1, 0.5, 0.8}) {
    const auto [train, test] = data::stratified_split(whole, fraction, {.seed = 3});
    CHECK(std::abs(static_cast<double>(train.size()) - fraction * 151.0) < 1.0);
    auto counts = class_counts(train);
    for (std::size_t c = 0; c < sizes.size(); ++c) {
      CHECK(std::abs(counts[static_cast<std::int64_t>(c)] - fraction * static_cast<double>(sizes[c])) <= 1.0);
    }
    CHECK(complete(
        {data::Dataset(zeros({train.size()}), train.inputs()), data::Dataset(zeros({test.size()}), test.inputs())},
        151));
  }
  const auto parts = data::stratified_split(whole, {0.6, 0.2, 0.2}, {.seed = 3});
  CHECK(class_counts(parts[0])[0] == 30);
  CHECK(std::abs(class_counts(parts[2])[2] - 0.2 * 93) <= 1.0);
  CHECK(inputs_of(data::stratified_split(whole, 0.5, {.seed = 4}).train) !=
        inputs_of(data::stratified_split(whole, 0.5, {.seed = 5}).train));
  // Classes are mixed within a part: the first class does not come first.
  const Values labels = targets_of(parts[0]);
  CHECK_FALSE(std::is_sorted(labels.begin(), labels.end()));
}

TEST_CASE("stratifying needs classes") {
  check_says(message_of<ShapeError>([] { data::stratified_split(data::sine(), 0.5); }),
             {"stratified_split", "(100, 1)", "one integer a sample"});
  const data::Dataset real(zeros({4, 1}), zeros({4}));
  check_says(message_of<DtypeError>([&] { data::k_folds(real, 2, {.stratified = true}); }),
             {"k_folds", "float32", "integers"});
}

TEST_CASE("every sample is in one test fold") {
  for (const std::size_t folds : std::vector<std::size_t>{2, 3, 7}) {
    for (const bool shuffle : {false, true}) {
      std::vector<data::Dataset> tests;
      for (const auto& [train, test] : data::k_folds(numbers(17), folds, {.seed = 1, .shuffle = shuffle})) {
        CHECK(complete({train, test}, 17));
        CHECK(test.size() >= 17 / folds);
        CHECK(test.size() <= 17 / folds + 1);
        tests.push_back(test);
      }
      CHECK(tests.size() == folds);
      CHECK(complete(tests, 17));
    }
  }
  CHECK(targets_of(data::k_folds(numbers(5), 2, {.shuffle = false})[0].test) == Values{0, 1, 2});
}

TEST_CASE("stratified folds have the classes in proportion") {
  const data::Dataset whole = classes_of({30, 12});
  std::size_t total = 0;
  for (const auto& [train, test] : data::k_folds(whole, 5, {.seed = 1, .stratified = true})) {
    auto counts = class_counts(test);
    CHECK(counts[0] == 6);
    CHECK(std::abs(counts[1] - 12.0 / 5.0) <= 1.0);
    total += test.size();
  }
  CHECK(total == 42);
}

TEST_CASE("folds that cannot be are refused") {
  check_says(message_of<Error>([] { data::k_folds(numbers(5), 1); }), {"k_folds", "1 folds", "at least 2"});
  check_says(message_of<Error>([] { data::k_folds(numbers(5), 6); }), {"k_folds", "6 folds", "5 samples"});
  check_says(message_of<Error>([] { data::k_folds(numbers(5), 2, {.shuffle = false, .stratified = true}); }),
             {"k_folds", "shuffle"});
}
