#include <doctest/doctest.h>

#include <algorithm>
#include <data/draws.hpp>
#include <set>
#include <vector>

using xtape::data::Draws;

namespace {

// The largest distance between the values' distribution and `cumulative` (Kolmogorov and Smirnov), times sqrt(n): above
// 1.95 with a probability of 0.001.
template <class F>
double distance(std::vector<double> values, const F& cumulative) {
  std::sort(values.begin(), values.end());
  const auto count = static_cast<double>(values.size());
  double largest = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double expected = cumulative(values[i]), below = static_cast<double>(i) / count;
    largest = std::max({largest, expected - below, below + 1.0 / count - expected});
  }
  return largest * std::sqrt(count);
}

template <class F>
std::vector<double> many(const F& draw) {
  std::vector<double> values(400000);
  for (double& value : values) value = draw();
  return values;
}

double normal_cumulative(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

}  // namespace

TEST_CASE("draws are those of xoshiro256++ behind SplitMix64") {
  // SplitMix64 from 0 gives 0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4, 0x06c45d188009454f, 0xf88bb8a8724c81ec;
  // xoshiro256++ starts with rotl(s0 + s3, 23) + s0.
  const std::uint64_t s0 = 0xe220a8397b1dcdaf, s3 = 0xf88bb8a8724c81ec;
  CHECK(Draws(0).bits() == std::rotl(s0 + s3, 23) + s0);
}

TEST_CASE("uniform and normal draws have their distributions") {
  Draws draws(7);
  CHECK(distance(many([&] { return draws.uniform(); }), [](double x) { return x; }) < 1.95);
  CHECK(distance(many([&] { return draws.normal(); }), normal_cumulative) < 1.95);
  // The tail beyond the lowest layer has a probability of 2.58e-4, both sides together.
  const std::vector<double> normals = many([&] { return draws.normal(); });
  const auto beyond =
      std::count_if(normals.begin(), normals.end(), [](double x) { return std::abs(x) > 3.6541528853610088; });
  CHECK(beyond > 60);
  CHECK(beyond < 150);
  // The first number after a key, over many keys, is as good.
  std::uint64_t key = 0;
  CHECK(distance(many([&] { return Draws(key++).normal(); }), normal_cumulative) < 1.95);
  CHECK(distance(many([&] { return Draws(xtape::data::sample_key(1, 2, key++)).uniform(); }),
                 [](double x) { return x; }) < 1.95);
}

TEST_CASE("beta draws have their distribution") {
  Draws draws(8);
  CHECK(distance(many([&] { return draws.beta(1.0, 1.0); }), [](double x) { return x; }) < 1.95);
  const auto arcsine = [](double x) { return 2.0 / std::acos(-1.0) * std::asin(std::sqrt(x)); };
  CHECK(distance(many([&] { return draws.beta(0.5, 0.5); }), arcsine) < 1.95);
  CHECK(distance(many([&] { return draws.beta(2.0, 1.0); }), [](double x) { return x * x; }) < 1.95);
  CHECK(distance(many([&] { return draws.gamma(1.0); }), [](double x) { return 1.0 - std::exp(-x); }) < 1.95);
}

TEST_CASE("below is even, and chance is as likely as asked") {
  Draws draws(9);
  std::vector<int> counts(7);
  for (int i = 0; i < 70000; ++i) ++counts.at(draws.below(7));
  for (const int count : counts) CHECK(std::abs(count - 10000) < 400);
  int hits = 0;
  for (int i = 0; i < 40000; ++i) hits += draws.chance(0.25) ? 1 : 0;
  CHECK(std::abs(hits - 10000) < 400);
  CHECK_FALSE(draws.chance(0.0));
  CHECK(draws.chance(1.0));
}

TEST_CASE("keys differ in every part") {
  std::set<std::uint64_t> keys;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    for (std::uint64_t epoch = 0; epoch < 4; ++epoch) {
      for (std::uint64_t index = 0; index < 100; ++index) {
        for (std::uint64_t repetition = 0; repetition < 3; ++repetition) {
          keys.insert(xtape::data::sample_key(seed, epoch, index, repetition));
        }
      }
    }
  }
  CHECK(keys.size() == 4 * 4 * 100 * 3);
}
