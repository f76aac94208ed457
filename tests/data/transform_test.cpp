#include <cmath>
#include <xtape.hpp>

#include <expectations.hpp>

using namespace xtape;
using data::Draws;

namespace {

std::vector<Draws> draws_for(std::size_t count, std::uint64_t seed = 1) {
  std::vector<Draws> draws;
  for (std::size_t i = 0; i < count; ++i) draws.emplace_back(data::sample_key(seed, 0, i));
  return draws;
}

Tensor images(std::size_t count, std::size_t channels, std::size_t side) {
  random::Generator generator(3);
  return rand({count, channels, side, side}, {}, generator);
}

}  // namespace

TEST_CASE("Normalize subtracts and divides, for all or for each channel") {
  const Tensor x = Tensor(xt::xarray<float>{{{1, 2}, {3, 4}}, {{10, 20}, {30, 40}}});
  CHECK(identical(data::Normalize(1.0, 2.0)(view(x, {0})), Tensor(xt::xarray<float>{{0, 0.5f}, {1, 1.5f}})));
  const Tensor each = data::Normalize({1.0, 10.0}, {1.0, 5.0})(x);
  CHECK(identical(each, Tensor(xt::xarray<float>{{{0, 1}, {2, 3}}, {{0, 2}, {4, 6}}})));
  CHECK(data::Normalize(0.0, 2.0)(astype(x, float64)).dtype() == float64);
  CHECK(x.item(0) == 1.0);  // what is transformed is a copy

  check_says(message_of<Error>([] { data::Normalize(0.0, 0.0); }), {"Normalize", "above 0"});
  check_says(message_of<Error>([] { data::Normalize({0.0, 1.0}, {1.0}); }), {"Normalize", "2 means", "1 deviations"});
  check_says(message_of<ShapeError>([&] {
               data::Normalize({0.0, 1.0, 2.0}, {1.0, 1.0, 1.0})(x);
             }),
             {"Normalize", "(2, 2, 2)", "3 channels"});
  check_says(message_of<DtypeError>([&] { data::Normalize(0.0, 1.0)(astype(x, uint8)); }),
             {"Normalize", "uint8", "ToFloat"});
}

TEST_CASE("ToFloat, Flatten and OneHot change type and shape") {
  const Tensor bytes = Tensor(xt::xarray<std::uint8_t>{{0, 51}, {102, 255}});
  CHECK(identical(data::ToFloat()(bytes), Tensor(xt::xarray<float>{{0, 0.2f}, {0.4f, 1}})));
  CHECK(identical(data::ToFloat()(astype(bytes, int64)), Tensor(xt::xarray<float>{{0, 51}, {102, 255}})));
  CHECK(identical(data::Flatten()(bytes), Tensor(xt::xarray<std::uint8_t>{0, 51, 102, 255})));
  CHECK(identical(data::OneHot(3)(Tensor(std::int64_t{2})), Tensor(xt::xarray<float>{0, 0, 1})));
  CHECK_THROWS_AS(data::OneHot(3)(Tensor(std::int64_t{3})), IndexError);
  const data::Dataset points(reshape(arange(12), {3, 2, 2}), arange(3, {.dtype = int64}));
  CHECK(points.map(data::Flatten()).inputs().shape() == Shape({3, 4}));
  CHECK(points.map_targets(data::OneHot(3)).targets().shape() == Shape({3, 3}));
}

TEST_CASE("GaussianNoise has its deviation, and each sample noise of its own") {
  const Tensor zero = zeros({100, 1000});
  auto draws = draws_for(100);
  const Tensor noise = data::GaussianNoise(0.5).batch(zero, draws);
  CHECK(mean(noise).item() == doctest::Approx(0.0).epsilon(0.01));
  CHECK(mean(square(noise)).item() == doctest::Approx(0.25).epsilon(0.02));
  CHECK(noise.item(0) != noise.item(1000));
  CHECK(identical(zero, zeros({100, 1000})));
  CHECK(identical(data::GaussianNoise(0.0)(view(noise, {0})), view(noise, {0})));
  check_says(message_of<Error>([] { data::GaussianNoise(-1.0); }), {"GaussianNoise", "-1"});
}

TEST_CASE("what happens to a sample does not depend on its batch") {
  const data::Compose augment({data::RandomCrop(6, {.padding = 1}), data::RandomHorizontalFlip(),
                               data::RandomVerticalFlip(), data::RandomRotation(20), data::RandomBrightness(0.2),
                               data::RandomContrast(0.2), data::RandomErasing({.probability = 1.0}),
                               data::GaussianNoise(0.1),
                               data::Lambda([](const Tensor& x, Draws& d) { return x * d.uniform(); })});
  const Tensor batch = images(5, 3, 6);
  auto draws = draws_for(5);
  const Tensor together = augment.batch(batch, draws);
  for (std::size_t i = 0; i < 5; ++i) {
    const Tensor alone = augment(view(batch, {static_cast<std::ptrdiff_t>(i)}), data::sample_key(1, 0, i));
    CHECK(identical(alone, view(together, {static_cast<std::ptrdiff_t>(i)})));
  }
}

TEST_CASE("a mapped data set is transformed when it is read, and each epoch in another way") {
  const data::Dataset plain(images(6, 1, 5), arange(6, {.dtype = int64}));
  const data::Dataset noisy = plain.map(data::GaussianNoise(0.1));
  CHECK(noisy.size() == 6);
  CHECK(identical(noisy[2].first, noisy[2].first));
  CHECK(identical(noisy[2].first, view(noisy.inputs(), {2})));
  CHECK_FALSE(identical(noisy[2].first, plain[2].first));
  CHECK(noisy.targets().is_same(plain.targets()));

  const std::vector<std::size_t> indices{2};
  const auto of = [&](std::uint64_t seed, std::uint64_t epoch) {
    return noisy.batch(indices, std::vector<std::uint64_t>{data::sample_key(seed, epoch, 2)}).first;
  };
  CHECK(identical(of(0, 0), expand_dims(noisy[2].first, 0)));
  CHECK_FALSE(identical(of(0, 1), of(0, 0)));
  CHECK_FALSE(identical(of(1, 0), of(0, 0)));
  check_says(message_of<Error>([&] { (void)noisy.batch(indices, std::vector<std::uint64_t>{}); }),
             {"0 keys", "1 indices"});
}

TEST_CASE("one transform behind another draws other numbers") {
  const data::Dataset plain(zeros({1, 100}), zeros({1}));
  const Tensor once = plain.map(data::GaussianNoise(1.0)).inputs();
  const Tensor twice = plain.map(data::GaussianNoise(1.0)).map(data::GaussianNoise(1.0)).inputs();
  CHECK_FALSE(identical(twice, once * 2.0));
}

TEST_CASE("Lambda may have a function with or without random numbers, and must keep to one shape") {
  const data::Dataset points(reshape(arange(6), {3, 2}), zeros({3}));
  CHECK(identical(points.map(data::Lambda([](const Tensor& x) { return sum(x); })).inputs(),
                  Tensor(xt::xarray<float>{1, 5, 9})));
  const auto uneven = points.map(data::Lambda([](const Tensor& x) { return x.item(0) > 1.0 ? sum(x) : x; }));
  CHECK_THROWS_AS((void)uneven.inputs(), ShapeError);
}

TEST_CASE("a batch that nothing else refers to is overwritten, any other copied") {
  Tensor owned = ones({2, 3});
  const float* place = owned.data<float>();
  auto draws = draws_for(2);
  const Tensor kept = owned;
  const Tensor copy = data::Normalize(1.0, 1.0).batch(owned, draws);
  CHECK(copy.data<float>() != place);
  CHECK(kept.item(0) == 1.0);
  Tensor moved = ones({2, 3});
  place = moved.data<float>();
  const Tensor same =
      data::Compose({data::Normalize(1.0, 1.0), data::GaussianNoise(1.0)}).batch(std::move(moved), draws);
  CHECK(same.data<float>() == place);
}

TEST_CASE("a batch of a mapped data set takes one allocation for inputs and one for targets") {
  const data::Dataset train =
      data::Dataset(images(64, 1, 28), arange(64, {.dtype = int64}))
          .map(data::Compose({data::RandomCrop(28, {.padding = 2}), data::RandomHorizontalFlip(),
                              data::GaussianNoise(0.1), data::Normalize(0.1, 0.3)}));
  const std::vector<std::size_t> indices{5, 1, 9};
  (void)train.batch(indices);
  const memory::Statistics before = memory::statistics();
  (void)train.batch(indices);
  const memory::Statistics after = memory::statistics();
  CHECK(after.cache_hits + after.cache_misses == before.cache_hits + before.cache_misses + 2);
}

TEST_CASE("a transform is told how many samples there are") {
  auto draws = draws_for(2);
  check_says(message_of<Error>([&] { data::Flatten().batch(zeros({3, 2}), draws); }), {"(3, 2)", "2 samples"});
}
