#include <doctest/doctest.h>

#include <xtape.hpp>

using namespace xtape;

// Values printed by NumPy 1.24.2.
TEST_CASE("random::Numpy gives the draws of np.random.seed(0), bit for bit") {
  random::Numpy numpy(0);
  CHECK(numpy.rand() == 0.5488135039273248);
  CHECK(numpy.rand() == 0.7151893663724195);
  CHECK(numpy.rand() == 0.6027633760716439);
  CHECK(numpy.randn() == -2.268328201180374);
  CHECK(numpy.randn() == 1.3335453816218967);
  for (int i = 0; i < 3; ++i) numpy.randn();
  CHECK(numpy.permutation(10) == std::vector<std::int64_t>{2, 3, 4, 6, 0, 9, 5, 1, 8, 7});
  CHECK(numpy.choice(60000, 6) == std::vector<std::int64_t>{5072, 37619, 7877, 18430, 1871, 7599});
  CHECK_THROWS_AS(numpy.randint(3, 3), Error);
  random::Numpy again(0);
  CHECK(again.permutation(10) == std::vector<std::int64_t>{2, 8, 4, 9, 1, 6, 7, 3, 0, 5});
}

TEST_CASE("the library's generator depends on its seed alone") {
  manual_seed(42);
  const Tensor first = randn({100});
  manual_seed(42);
  const Tensor again = randn({100});
  CHECK(all(equal(first, again)).item<bool>());
  manual_seed(43);
  CHECK(any(not_equal(first, randn({100}))).item<bool>());
  // std::mt19937_64's own check value: the 10000th draw from its default seed (C++ standard, [rand.predef]).
  random::Generator generator;
  std::uint64_t last = 0;
  for (int i = 0; i < 10000; ++i) last = generator.bits();
  CHECK(last == 9981545732273789042ull);
}

TEST_CASE("uniform and normal values have the moments they should") {
  manual_seed(1);
  const Tensor u = rand({100000}, {.dtype = float64});
  CHECK(amin(u).item() >= 0.0);
  CHECK(amax(u).item() < 1.0);
  CHECK(mean(u).item() == doctest::Approx(0.5).epsilon(0.01));
  const Tensor n = randn({100000}, {.dtype = float64});
  CHECK(std::abs(mean(n).item()) < 0.02);
  CHECK(stddev(n).item() == doctest::Approx(1.0).epsilon(0.02));
  const Tensor f = rand({1000000});
  CHECK(amax(f).item() < 1.0);
  const Tensor i = randint(-3, 4, {1000});
  CHECK(i.dtype() == int64);
  CHECK(amin(i).item() == -3);
  CHECK(amax(i).item() == 3);
  const Tensor permutation = randperm(50);
  CHECK(sum(one_hot(permutation, 50), {0}).item(7) == 1);
}
