// Order: sort, argsort, topk, median, quantile, unique.

#include <doctest/doctest.h>

#include <xtape.hpp>

#include <expectations.hpp>
#include <limits>

using namespace xtape;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

Tensor doubles(const xt::xarray<double>& values) { return values; }
Tensor integers(const xt::xarray<std::int64_t>& values) { return values; }

bool ascending(const Tensor& x) {
  const std::ptrdiff_t last = static_cast<std::ptrdiff_t>(x.shape(-1)) - 1;
  return all(view(x, {xt::ellipsis(), xt::range(0, last)}) <= view(x, {xt::ellipsis(), xt::range(1, last + 1)}))
      .item<bool>();
}

}  // namespace

TEST_CASE("sort and argsort: axes, directions, dtypes") {
  const Tensor x = doubles({{3.0, 1.0, 2.0}, {-1.0, 5.0, -2.0}});
  CHECK(identical(sort(x), doubles({{1.0, 2.0, 3.0}, {-2.0, -1.0, 5.0}})));
  CHECK(identical(sort(x, 0), doubles({{-1.0, 1.0, -2.0}, {3.0, 5.0, 2.0}})));
  CHECK(identical(sort(x, -1, {.descending = true}), doubles({{3.0, 2.0, 1.0}, {5.0, -1.0, -2.0}})));
  CHECK(identical(argsort(x), integers({{1, 2, 0}, {2, 0, 1}})));
  CHECK(identical(argsort(x, 0, {.descending = true}), integers({{0, 1, 0}, {1, 0, 1}})));
  CHECK(identical(sort(transpose(x), 0), transpose(sort(x))));
  CHECK(identical(sort(integers({5, -3, std::numeric_limits<std::int64_t>::min(), 5, 0})),
                  integers({std::numeric_limits<std::int64_t>::min(), -3, 0, 5, 5})));
  CHECK(identical(sort(Tensor(xt::xarray<std::uint8_t>{200, 3, 255, 0})),
                  Tensor(xt::xarray<std::uint8_t>{0, 3, 200, 255})));
  CHECK(identical(argsort(Tensor(xt::xarray<bool>{true, false, true, false})), integers({1, 3, 0, 2})));
  CHECK(sort(zeros({0, 3}), 0).shape() == Shape{0, 3});
  CHECK(argsort(zeros({3, 0})).shape() == Shape{3, 0});
  CHECK_THROWS_WITH_AS(sort(x, 2), doctest::Contains("sort: axis 2"), IndexError);
  CHECK_THROWS_WITH_AS(argsort(Tensor(1.0)), doctest::Contains("argsort: axis -1"), IndexError);
}

TEST_CASE("equal elements keep their order, zeros are equal, nans come last") {
  const Tensor ties = doubles({1.0, 0.0, 1.0, -0.0, 1.0});
  CHECK(identical(argsort(ties), integers({1, 3, 0, 2, 4})));
  CHECK(identical(argsort(ties, 0, {.descending = true}), integers({0, 2, 4, 1, 3})));
  for (DType dtype : {float32, float64}) {
    const Tensor x = astype(doubles({not_a_number, infinity, -1.0, -not_a_number, -infinity}), dtype);
    CHECK(identical(argsort(x), integers({4, 2, 1, 0, 3})));
    CHECK(std::isnan(sort(x).item(4)));
    CHECK(identical(argsort(x, 0, {.descending = true}), integers({0, 3, 1, 2, 4})));
    CHECK(topk(x, 3).second.item<int>(2) == 1);
    CHECK(std::isnan(median(x).item()));
    CHECK(unique(x).size() == 4);
  }
}

TEST_CASE("long rows") {
  for (DType dtype : {float32, float64}) {
    const Tensor x = randn({3, 20000}, {.dtype = dtype});
    const Tensor sorted = sort(x);
    CHECK(ascending(sorted));
    CHECK(identical(take_along_axis(x, argsort(x), 1), sorted));
    CHECK(identical(sort(x, 1, {.descending = true}),
                    view(sorted, {xt::all(), xt::range(19999, xt::placeholders::_, -1)})));
    const auto [values, places] = topk(x, 50, 1, {.largest = false});
    CHECK(identical(values, view(sorted, {xt::all(), xt::range(0, 50)})));
    CHECK(identical(take_along_axis(x, places, 1), values));
    CHECK(median(x, 1).item(2) ==
          doctest::Approx(0.5 * (sorted.item(2 * 20000 + 9999) + sorted.item(2 * 20000 + 10000))));
  }
  const Tensor few = randint(0, 50, {100000});
  CHECK(identical(unique(few), arange(50, {.dtype = int64})));
}

TEST_CASE("topk") {
  const Tensor x = doubles({{3.0, 1.0, 2.0, 3.0}, {-1.0, 5.0, -2.0, 0.0}}).requires_grad_();
  const auto [values, places] = topk(x, 2, 1);
  CHECK(identical(values.detach(), doubles({{3.0, 3.0}, {5.0, 0.0}})));
  CHECK(identical(places, integers({{0, 3}, {1, 3}})));
  CHECK_FALSE(places.requires_grad());
  CHECK(identical(grad(sum(values), x, {.retain_graph = true}), doubles({{1, 0, 0, 1}, {0, 1, 0, 1}})));
  CHECK(identical(topk(x, 1, 0, {.largest = false}).second, integers({{1, 0, 1, 1}})));
  const Tensor any_order = topk(x.detach(), 3, 1, {.sorted = false}).first;
  CHECK(identical(sort(any_order), doubles({{2.0, 3.0, 3.0}, {-1.0, 0.0, 5.0}})));
  CHECK(topk(x, 0, 1).first.shape() == Shape{2, 0});
  CHECK(topk(x, 4, 1).first.shape() == Shape{2, 4});
  check_says(message_of<IndexError>([&] { topk(x, 5, 1); }), {"topk", "5 elements", "axis 1", "(2, 4)"});
  CHECK_THROWS_AS(topk(x, 1, 2), IndexError);

  // What backward needs is protected as everything that is saved.
  places.assign(zeros_like(places));
  CHECK_THROWS_WITH_AS(sum(values).backward(), doctest::Contains("changed in place"), GradError);
}

TEST_CASE("median and quantile") {
  const Tensor x = doubles({{3.0, 1.0, 2.0, 10.0}, {-1.0, 5.0, -2.0, 0.0}});
  CHECK(identical(median(x, 1), doubles({2.5, -0.5})));
  CHECK(median(x).item() == 1.5);
  CHECK(identical(median(view(x, {xt::all(), xt::range(0, 3)}), 1, keep_dims), expand_dims(doubles({2.0, -1.0}), 1)));
  CHECK(median(Tensor(4.0)).item() == 4.0);
  CHECK(median(integers({1, 2})).item() == 1.5);
  CHECK(median(doubles({infinity, infinity})).item() == infinity);
  CHECK(std::isnan(median(doubles({{1.0, not_a_number, 2.0}}), 1).item()));
  CHECK(identical(quantile(x, 0.0, 1), doubles({1.0, -2.0})));
  CHECK(identical(quantile(x, 1.0, 1), doubles({10.0, 5.0})));
  CHECK(quantile(x, 0.9, 1).item(0) == doctest::Approx(3.0 + 0.7 * 7.0));
  CHECK(quantile(astype(x, float32), 0.5, 0).dtype() == float32);
  const Tensor leaf = x.clone().requires_grad_();
  CHECK(identical(grad(sum(median(leaf, 1)), leaf), doubles({{0.5, 0, 0.5, 0}, {0.5, 0, 0, 0.5}})));
  check_says(message_of<Error>([&] { quantile(x, 1.5); }), {"quantile", "1.5", "[0, 1]"});
  check_says(message_of<ShapeError>([&] { median(zeros({2, 0}), 1); }), {"median", "axis 1", "(2, 0)"});
  CHECK_THROWS_WITH_AS(median(x, 2), doctest::Contains("median: axis 2"), IndexError);
}

TEST_CASE("unique") {
  CHECK(identical(unique(integers({{3, 1}, {3, -2}})), integers({-2, 1, 3})));
  CHECK(identical(unique(Tensor(xt::xarray<bool>{true, true})), Tensor(xt::xarray<bool>{true})));
  CHECK(unique(zeros({0})).shape() == Shape{0});
  CHECK(unique(Tensor(2.0)).shape() == Shape{1});
}
