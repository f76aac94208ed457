#include <doctest/doctest.h>

#include <expectations.hpp>
#include <locale>
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

namespace {

// Grouped digits, as a program's own locale may ask for.
struct Grouped : std::numpunct<char> {
  char do_thousands_sep() const override { return ','; }
  std::string do_grouping() const override { return "\3"; }
};

template <class Generator, class Draw>
void check_goes_on(Generator generator, Generator other, const Draw& draw) {
  for (int drawn = 0; drawn < 700; drawn += 7) {  // past the engine's own length, with a normal value kept or not
    const std::vector<std::uint64_t> place = generator.state();
    other.set_state(place);
    CHECK(other.state() == place);
    for (int i = 0; i < 7; ++i) CHECK(draw(other) == draw(generator));
  }
}

}  // namespace

TEST_CASE("a generator goes on from its state, draw for draw") {
  check_goes_on(random::Generator(3), random::Generator(4), [](auto& generator) { return generator.normal(); });
  check_goes_on(random::Generator(3), random::Generator(4), [](auto& generator) { return generator.bits(); });
  check_goes_on(random::Numpy(3), random::Numpy(4), [](auto& generator) { return generator.randn(); });

  random::Generator generator(1);
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new Grouped));
  const std::vector<std::uint64_t> place = generator.state();
  random::Generator again;
  again.set_state(place);
  std::locale::global(before);
  CHECK(place == generator.state());
  CHECK(again.bits() == generator.bits());
}

TEST_CASE("numbers that are no state of a generator are refused and change nothing") {
  random::Generator generator(1);
  const std::vector<std::uint64_t> good = generator.state();
  const auto refusal = [&](std::vector<std::uint64_t> bad) {
    const std::string message = message_of<Error>([&] { generator.set_state(bad); });
    CHECK(generator.state() == good);
    return message;
  };
  check_says(refusal({1, 2}), {"Generator::set_state", "2 numbers", std::to_string(good.size()).c_str()});
  std::vector<std::uint64_t> bad = good;
  bad.back() = 2;
  check_says(refusal(bad), {"the last number is 2, not 0 or 1"});
  bad = good;
  bad[bad.size() - 3] = 313;
  check_says(refusal(bad), {"place 313 of an engine of 312 words"});
  random::Numpy numpy(0);
  check_says(message_of<Error>([&] { numpy.set_state(good); }), {"Numpy::set_state"});
}
