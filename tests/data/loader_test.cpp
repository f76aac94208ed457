#include <algorithm>
#include <numeric>
#include <xtape.hpp>

#include <expectations.hpp>
#include <scratch_files.hpp>

using namespace xtape;

namespace {

data::Dataset numbers(double count) {
  return data::Dataset(expand_dims(arange(count), 1), arange(count, {.dtype = int64}));
}

using Order = std::vector<std::int64_t>;

// The targets of one epoch, in the order in which they come.
Order one_epoch(data::DataLoader& loader) {
  Order order;
  for (const auto& [x, t] : loader) {
    CHECK(x.shape() == Shape({t.size(), 1}));
    for (std::size_t i = 0; i < t.size(); ++i) {
      order.push_back(t.item<std::int64_t>(static_cast<std::ptrdiff_t>(i)));
      CHECK(x.item<std::int64_t>(static_cast<std::ptrdiff_t>(i)) == order.back());
    }
  }
  return order;
}

Order in_sequence(std::size_t count) {
  Order order(count);
  std::iota(order.begin(), order.end(), 0);
  return order;
}

}  // namespace

TEST_CASE("a loader goes through the samples in order, one at a time, unless told otherwise") {
  data::DataLoader loader(numbers(5));
  CHECK(loader.size() == 5);
  CHECK(one_epoch(loader) == in_sequence(5));
  CHECK(one_epoch(loader) == in_sequence(5));
  CHECK((*loader.begin()).first.shape() == Shape({1, 1}));
}

TEST_CASE("every sample comes once in an epoch, for any sizes") {
  for (std::size_t count = 0; count <= 12; ++count) {
    for (std::size_t batch_size = 1; batch_size <= 13; ++batch_size) {
      data::DataLoader whole(numbers(static_cast<double>(count)),
                             {.batch_size = batch_size, .shuffle = true, .seed = count});
      data::DataLoader dropping(numbers(static_cast<double>(count)), {.batch_size = batch_size, .drop_last = true});
      CHECK(whole.size() == (count + batch_size - 1) / batch_size);
      CHECK(dropping.size() == count / batch_size);

      Order order = one_epoch(whole);
      std::sort(order.begin(), order.end());
      CHECK(order == in_sequence(count));
      CHECK(one_epoch(dropping) == in_sequence(count / batch_size * batch_size));

      std::size_t batches = 0;
      for ([[maybe_unused]] const auto& batch : whole) ++batches;
      CHECK(batches == whole.size());
    }
  }
}

TEST_CASE("the order depends on the seed and the epoch alone") {
  const auto orders = [](std::uint64_t seed, std::size_t batch_size) {
    data::DataLoader loader(numbers(100), {.batch_size = batch_size, .shuffle = true, .seed = seed});
    return std::vector<Order>{one_epoch(loader), one_epoch(loader), one_epoch(loader)};
  };
  const auto first = orders(3, 10);
  CHECK(first[0] != first[1]);
  CHECK(first[1] != first[2]);
  manual_seed(1);
  CHECK(orders(3, 10) == first);
  CHECK(orders(3, 7) == first);
  CHECK(orders(4, 10)[0] != first[0]);

  data::DataLoader resumed(numbers(100), {.batch_size = 10, .shuffle = true, .seed = 3});
  CHECK(resumed.epoch() == 0);
  resumed.set_epoch(2);
  CHECK(one_epoch(resumed) == first[2]);
  CHECK(resumed.epoch() == 3);
}

TEST_CASE("the order of an epoch is the documented one") {
  Order expected = in_sequence(20);
  random::Generator(5 + 2 * 0x9e3779b97f4a7c15).shuffle(expected);
  data::DataLoader loader(numbers(20), {.batch_size = 6, .shuffle = true, .seed = 5});
  loader.set_epoch(2);
  CHECK(one_epoch(loader) == expected);
}

TEST_CASE("an iterator keeps its epoch, a batch its values") {
  data::DataLoader loader(numbers(6), {.batch_size = 2});
  auto a = loader.begin();
  auto b = a;
  ++a;
  const Tensor kept = a->second;
  a++;
  CHECK(kept.item<std::int64_t>(0) == 2);
  CHECK(a->second.item<std::int64_t>(0) == 4);
  CHECK(b->second.item<std::int64_t>(0) == 0);
  CHECK(a != loader.end());
  ++a;
  CHECK(a == loader.end());
}

TEST_CASE("a loader needs a batch size") {
  check_says(message_of<Error>([] { data::DataLoader(numbers(2), {.batch_size = 0}); }), {"DataLoader", "batch size"});
}
