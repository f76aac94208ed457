#include <doctest/doctest.h>

#include <xtape.hpp>

using namespace xtape;

TEST_CASE("dropout keeps the mean, and its gradient is the mask that it drew") {
  random::Generator generator(3);
  const Tensor x = ones({100, 1000}, {.dtype = float64, .requires_grad = true});
  const Tensor y = dropout(x, 0.3, true, generator);
  CHECK(mean(y).item() == doctest::Approx(1.0).epsilon(0.01));
  CHECK(mean(astype(equal(y, 0.0), float64)).item() == doctest::Approx(0.3).epsilon(0.02));
  CHECK(all(equal(y, 0.0) || equal(y, 1.0 / 0.7)).item<bool>());
  CHECK(y.op_name() == "dropout");
  sum(y * 2.0).backward();
  CHECK(all(equal(x.grad(), y * 2.0)).item<bool>());
}

TEST_CASE("splitmix64 has the published numbers") {
  // Those of the reference implementation (Vigna, prng.di.unimi.it/splitmix64.c) from the seed 1234567.
  const std::uint64_t expected[] = {6457827717110365317u, 3203168211198807973u, 9817491932198370423u,
                                    4593380528125082431u, 16408922859458223821u};
  for (std::uint64_t i = 0; i < 5; ++i) CHECK(random::splitmix64(1234567, i) == expected[i]);
}

TEST_CASE("dropout drops where an element's half of a number is below p, in row-major order") {
  for (const std::size_t size : {1u, 2u, 21u, 100001u}) {
    CAPTURE(size);
    random::Generator generator(7), same(7);
    const Tensor y = dropout(ones({size}), 0.4, true, generator);
    const std::uint64_t seed = same.bits();
    CHECK(generator.state() == same.state());
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const std::uint64_t number = random::splitmix64(seed, i / 2);
      const std::uint64_t half = i % 2 == 0 ? number & 0xffffffffu : number >> 32;
      wrong += (y.data<float>()[i] == 0.0f) != (static_cast<double>(half) * 0x1p-32 < 0.4);
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("dropout: neighbours, places and calls do not depend on each other") {
  random::Generator generator(2);
  const auto dropped = [&] { return astype(equal(dropout(ones({1000, 1000}), 0.25, true, generator), 0.0), float64); };
  const auto part = [](const Tensor& x, std::ptrdiff_t from, std::ptrdiff_t to) {
    return view(x, {xt::all(), xt::range(from, to)});
  };
  const Tensor a = dropped(), b = dropped();
  const double deviation = std::sqrt(0.25 * 0.75 / 1e6);  // of a mean of all
  CHECK(std::abs(mean(a).item() - 0.25) < 5.0 * deviation);
  const double pairs = std::sqrt(0.0625 * 0.9375 / 1e6);
  CHECK(std::abs(mean(a * b).item() - 0.0625) < 5.0 * pairs);
  for (const std::ptrdiff_t apart : {1, 2, 64, 500}) {
    CAPTURE(apart);
    const double both = mean(part(a, 0, 1000 - apart) * part(a, apart, 1000)).item();
    CHECK(std::abs(both - 0.0625) < 7.0 * pairs);
  }
  CHECK(amax(abs(mean(a, {0}) - 0.25)).item() < 5.0 * std::sqrt(0.25 * 0.75 / 1e3));
  CHECK(amax(abs(mean(a, {1}) - 0.25)).item() < 5.0 * std::sqrt(0.25 * 0.75 / 1e3));
}

TEST_CASE("dropout passes its input through in evaluation and for p = 0, and gives zeros for p = 1") {
  const Tensor x = randn({3, 4});
  CHECK(dropout(x, 0.5, false).is_same(x));
  CHECK(dropout(x, 0.0).is_same(x));
  CHECK(all(equal(dropout(x, 1.0), 0.0)).item<bool>());
}

TEST_CASE("dropout is differentiable twice") {
  const Tensor x = xt::xarray<double>{1.0, -2.0, 3.0, 0.5};
  x.requires_grad_();
  random::Generator generator(11);
  const Tensor y = dropout(square(x), 0.5, true, generator);
  const Tensor first = grad(sum(y), x, {.create_graph = true});
  const Tensor second = grad(sum(first), x);
  random::Generator same(11);
  const Tensor mask = dropout(ones({4}, {.dtype = float64}), 0.5, true, same);
  CHECK(all(equal(first, 2.0 * x * mask)).item<bool>());
  CHECK(all(equal(second, 2.0 * mask)).item<bool>());
}

TEST_CASE("dropout refuses what is no probability, and integers") {
  const Tensor x = ones({2});
  CHECK_THROWS_AS(dropout(x, -0.1), Error);
  CHECK_THROWS_AS(dropout(x, 1.1), Error);
  CHECK_THROWS_AS(dropout(x, std::nan("")), Error);
  CHECK_THROWS_AS(dropout(ones({2}, {.dtype = int64}), 0.5), DtypeError);
}

TEST_CASE("dropout2d drops whole channels") {
  random::Generator generator(5), same(5);
  const Tensor x = ones({4, 6, 3, 2}, {.dtype = float64, .requires_grad = true});
  const Tensor y = dropout2d(x, 0.4, true, generator);
  const Tensor mask = dropout_mask({24}, float64, 0.4, same);
  for (std::ptrdiff_t channel = 0; channel < 24; ++channel) {
    for (std::ptrdiff_t i = 0; i < 6; ++i) CHECK(y.item(6 * channel + i) == mask.item(channel));
  }
  CHECK(amin(mask).item() == 0.0);
  sum(y).backward();
  CHECK(all(equal(x.grad(), y)).item<bool>());
  CHECK(dropout2d(x, 0.4, false).is_same(x));
  CHECK_THROWS_WITH_AS(dropout2d(ones({3}), 0.4), doctest::Contains("(3,)"), ShapeError);
  CHECK_THROWS_WITH_AS(dropout2d(x, 2.0), doctest::Contains("dropout2d"), Error);
}

TEST_CASE("alpha_dropout keeps mean 0 and variance 1") {
  random::Generator generator(2);
  const Tensor x = randn({200000}, {.dtype = float64}, generator);
  const Tensor y = alpha_dropout(x, 0.3, true, generator);
  CHECK(std::abs(mean(y).item()) < 0.01);
  CHECK(variance(y).item() == doctest::Approx(1.0).epsilon(0.01));
  CHECK(all(equal(alpha_dropout(x, 1.0), 0.0)).item<bool>());
  CHECK(alpha_dropout(x, 0.3, false).is_same(x));
  CHECK_THROWS_AS(alpha_dropout(ones({2}, {.dtype = int64}), 0.5), DtypeError);
}

TEST_CASE("dropout_mask is what dropout multiplies by") {
  random::Generator generator(9), same(9);
  const Tensor x = randn({3, 50});
  CHECK(all(equal(dropout(x, 0.4, true, generator), x * dropout_mask({3, 50}, float32, 0.4, same))).item<bool>());
  CHECK(generator.state() == same.state());
  CHECK(dropout_mask({2}, float64, 0.5).dtype() == float64);
  CHECK_THROWS_AS(dropout_mask({2}, float32, 1.5), Error);
  CHECK_THROWS_AS(dropout_mask({2}, boolean, 0.5), DtypeError);
}
