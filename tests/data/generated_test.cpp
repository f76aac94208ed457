#include <cmath>
#include <xtape.hpp>

#include <expectations.hpp>

using namespace xtape;

namespace {

void check_row(const Tensor& rows, std::ptrdiff_t row, std::initializer_list<double> expected) {
  const Tensor values = view(rows, {row});
  REQUIRE(values.size() == expected.size());
  std::ptrdiff_t i = 0;
  for (const double value : expected) CHECK(values.item(i++) == doctest::Approx(value).epsilon(1e-14));
}

}  // namespace

TEST_CASE("the spiral has the points of the books, to the last bit") {
  const data::Dataset spiral = data::spiral({.classes = 3, .points = 100, .seed = 1984});
  CHECK(spiral.inputs().shape() == Shape({300, 2}));
  CHECK(spiral.inputs().dtype() == float32);
  // float32 values and their sum as integers, from NumPy 1.24 running the books' formula.
  const float* x = spiral.inputs().data<float>();
  CHECK(x[0] == -0.1398138850927353f);
  CHECK(x[1] == -0.007216573692858219f);
  CHECK(x[2] == 0.37049391865730286f);
  CHECK(x[3] == 0.5820947289466858f);
  CHECK(x[598] == 0x1.9aaa08p-6f);
  CHECK(x[599] == 0x1.372e7p-4f);
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < 600; ++i) bits += std::bit_cast<std::uint32_t>(x[i]);
  CHECK(bits == 1281824596788u);
  const Tensor first = view(spiral.targets(), {xt::range(0, 12)});
  CHECK(identical(first, Tensor(xt::xarray<std::int64_t>{1, 1, 2, 0, 1, 2, 0, 0, 1, 2, 1, 1})));

  const data::Dataset test = data::spiral({.seed = 2020});
  CHECK(test.inputs().item<float>(0) == 0.13246453f);
  CHECK(identical(view(test.targets(), {xt::range(0, 5)}), Tensor(xt::xarray<std::int64_t>{0, 1, 0, 1, 2})));
}

TEST_CASE("a spiral may keep its order and have other sizes") {
  const data::Dataset spiral = data::spiral({.classes = 5, .points = 7, .shuffle = false, .dtype = float64});
  CHECK(spiral.size() == 35);
  CHECK(spiral.inputs().dtype() == float64);
  for (std::ptrdiff_t i = 0; i < 35; ++i) {
    const auto [x, t] = spiral[i];
    CHECK(t.item<std::int64_t>() == i / 7);
    CHECK(std::hypot(x.item(0), x.item(1)) == doctest::Approx(static_cast<double>(i % 7) / 7.0));
  }
}

TEST_CASE("two moons are those of scikit-learn's make_moons(100, noise=0.1, random_state=1337)") {
  const data::Dataset moons = data::two_moons({.points = 50, .noise = 0.1, .seed = 1337, .dtype = float64});
  CHECK(moons.size() == 100);
  check_row(moons.inputs(), 0, {1.1221146075409683, 0.08147717341718697});
  check_row(moons.inputs(), 1, {-0.8188294130836691, 0.058790063907949996});
  check_row(moons.inputs(), -1, {0.12108297264758441, 1.0655522522437006});
  CHECK(sum(moons.inputs()).item() == doctest::Approx(78.61023442501714).epsilon(1e-13));
  CHECK(identical(view(moons.targets(), {xt::range(0, 3)}), Tensor(xt::xarray<std::int64_t>{0, 0, 1})));
  CHECK(data::two_moons().inputs().dtype() == float32);
  CHECK(data::two_moons({.points = 1}).size() == 2);
}

TEST_CASE("blobs are those of scikit-learn's make_blobs") {
  const data::Dataset random = data::blobs({.dtype = float64});
  check_row(random.inputs(), 0, {0.06344785310233647, 5.4208036155442425});
  check_row(random.inputs(), -1, {1.1693200393416743, 2.8439575950527076});
  CHECK(sum(random.inputs()).item() == doctest::Approx(919.3168486153853).epsilon(1e-13));
  CHECK(identical(view(random.targets(), {xt::range(0, 3)}), Tensor(xt::xarray<std::int64_t>{0, 1, 0})));

  const data::Dataset placed =
      data::blobs({.centers = {{-2, 0, 1}, {2, 0, 5}}, .points = 10, .deviation = 0.7, .seed = 3, .dtype = float64});
  CHECK(placed.inputs().shape() == Shape({20, 3}));
  check_row(placed.inputs(), 0, {1.9076600370393695, -1.136299812084673, 5.4526728165891205});
  check_row(placed.inputs(), -1, {-3.3044448923551437, -0.1941717417600793, 0.7516687145117094});
  check_says(message_of<ShapeError>([] {
               data::blobs({.centers = {{1, 2}, {3}}});
             }),
             {"blobs", "1 coordinates", "2; all need as many"});
}

TEST_CASE("the noisy sine is that of the book's regression") {
  const data::Dataset points = data::sine({.dtype = float64});
  CHECK(points.inputs().shape() == Shape({100, 1}));
  CHECK(points.targets().shape() == Shape({100, 1}));
  CHECK(points.inputs().item(0) == 0.5488135039273248);
  CHECK(points.targets().item(0) == doctest::Approx(0.37589816603053905).epsilon(1e-14));
  CHECK(points.inputs().item(99) == 0.004695476192547066);
  CHECK(points.targets().item(99) == doctest::Approx(0.46391489293006294).epsilon(1e-14));
}

TEST_CASE("a sine series pairs each value with the next") {
  const data::Dataset series = data::sine_series({.seed = 5, .dtype = float64});
  CHECK(series.inputs().shape() == Shape({999, 1}));
  CHECK(series.inputs().item(0) == doctest::Approx(-0.02780068289102605).epsilon(1e-13));
  CHECK(series.inputs().item(1) == doctest::Approx(0.04336266393380539).epsilon(1e-13));
  CHECK(series.targets().item(998) == doctest::Approx(0.029059309464361933).epsilon(1e-13));
  CHECK(identical(view(series.inputs(), {xt::range(1, 999)}), view(series.targets(), {xt::range(0, 998)})));
  check_says(message_of<Error>([] { data::sine_series({.points = 1}); }), {"sine_series", "1 points", "at least 2"});
}
