// Reductions and norms: edge cases, gradients at corners, errors. Their gradients elsewhere are in op_table_test.cpp.

#include <doctest/doctest.h>

#include <xtape.hpp>

#include <expectations.hpp>
#include <functional>
#include <limits>

using namespace xtape;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

Tensor leaf(const xt::xarray<double>& values) { return Tensor(values).requires_grad_(); }

Tensor gradient_of(const TensorFunction& function, const Tensor& x) { return grad(sum(function({x})), x); }

Tensor doubles(const xt::xarray<double>& values) { return values; }

}  // namespace

TEST_CASE("reductions take lists of axes, of every dtype") {
  const Tensor bits = Tensor(xt::xarray<bool>{{true, false, true}, {true, true, true}});
  const Tensor bytes = Tensor(xt::xarray<std::uint8_t>{{200, 100, 0}, {255, 255, 7}});
  CHECK(identical(sum(bits, {0}), Tensor(xt::xarray<std::int64_t>{2, 1, 2})));
  CHECK(identical(sum(bytes, {-1}), Tensor(xt::xarray<std::int64_t>{300, 517})));
  CHECK(identical(sum(bytes, {}), Tensor(std::int64_t{817})));
  CHECK(identical(prod(bytes, {0}), Tensor(xt::xarray<std::int64_t>{51000, 25500, 0})));
  CHECK(identical(amax(bytes, {0}), Tensor(xt::xarray<std::uint8_t>{255, 255, 7})));
  CHECK(identical(amin(bits, {1}, keep_dims), expand_dims(Tensor(xt::xarray<bool>{false, true}), 1)));
  CHECK(identical(argmax(bytes, 1), Tensor(xt::xarray<std::int64_t>{0, 0})));
  CHECK(identical(argmin(bytes, 0, keep_dims), zeros({1, 3}, {.dtype = int64})));
  CHECK(identical(argmin(bits), Tensor(std::int64_t{1})));
  CHECK(mean(bytes).dtype() == float32);
  CHECK(mean(astype(bytes, int64)).item() == doctest::Approx(817.0 / 6));
  CHECK(variance(bits).item() == doctest::Approx(5.0 / 36));
  CHECK(logsumexp(bits, {0}).dtype() == float32);
  CHECK(identical(count_nonzero(bytes, {1}), Tensor(xt::xarray<std::int64_t>{2, 3})));
  CHECK(identical(all(bytes, {1}), Tensor(xt::xarray<bool>{false, true})));
  CHECK(identical(any(bytes, {0}, keep_dims), ones({1, 3}, {.dtype = boolean})));
  CHECK(identical(all(doubles({not_a_number, 1.0})), Tensor(true)));
  CHECK(sum(Tensor(3.0)).item() == 3.0);
  CHECK(argmax(Tensor(3.0)).shape() == Shape{});
}

TEST_CASE("reductions of empty arrays") {
  const Tensor none = zeros({2, 0, 3}, {.dtype = float64});
  CHECK(identical(sum(none, {1}), zeros({2, 3}, {.dtype = float64})));
  CHECK(identical(prod(none, {1, 2}), ones({2}, {.dtype = float64})));
  CHECK(sum(none, {0}).shape() == Shape{0, 3});
  CHECK(amax(none, {0}).shape() == Shape{0, 3});
  CHECK(std::isnan(variance(none).item()));
  CHECK(logsumexp(none).item() == -infinity);
  CHECK(identical(any(none), Tensor(false)));
  CHECK(identical(all(none, {0, 1}), ones({3}, {.dtype = boolean})));
  CHECK(norm(none).item() == 0.0);
  CHECK(std::isnan(nanmean(none).item()));
  check_says(message_of<ShapeError>([&] { amin(none, {1}); }), {"amin", "(2, 0, 3)"});
  check_says(message_of<ShapeError>([&] { argmax(none, 1); }), {"argmax", "(2, 0, 3)"});
  check_says(message_of<ShapeError>([&] { norm(none, infinity, {1}); }), {"norm", "(2, 0, 3)"});
  const Tensor rows = zeros({2, 0}, {.dtype = float64, .requires_grad = true});
  CHECK(gradient_of([](const Tensors& in) { return prod(in[0], {1}); }, rows).shape() == Shape{2, 0});
}

TEST_CASE("reductions name themselves and the axis in errors") {
  const Tensor x = zeros({2, 3});
  const std::pair<const char*, std::function<Tensor(const Axes&)>> reductions[] = {
      {"sum", [&](const Axes& axes) { return sum(x, axes); }},
      {"mean", [&](const Axes& axes) { return mean(x, axes); }},
      {"prod", [&](const Axes& axes) { return prod(x, axes); }},
      {"amax", [&](const Axes& axes) { return amax(x, axes); }},
      {"all", [&](const Axes& axes) { return all(x, axes); }},
      {"any", [&](const Axes& axes) { return any(x, axes); }},
      {"count_nonzero", [&](const Axes& axes) { return count_nonzero(x, axes); }},
      {"variance", [&](const Axes& axes) { return variance(x, axes); }},
      {"stddev", [&](const Axes& axes) { return stddev(x, axes); }},
      {"logsumexp", [&](const Axes& axes) { return logsumexp(x, axes); }},
      {"norm", [&](const Axes& axes) { return norm(x, 3.0, axes); }},
      {"norm_sq", [&](const Axes& axes) { return norm_sq(x, axes); }},
  };
  for (const auto& entry : reductions) {
    const auto& name = entry.first;
    const auto& reduction = entry.second;
    INFO(std::string(name));
    check_says(message_of<IndexError>([&] { reduction({2}); }), {name, "axis 2", "-2 to 1"});
    check_says(message_of<ShapeError>([&] { reduction({1, -1}); }), {name, "axis -1", "named twice"});
  }
  CHECK_THROWS_WITH_AS(argmin(x, -3), doctest::Contains("argmin: axis -3"), IndexError);
}

TEST_CASE("long reductions along every axis agree with one another") {
  const Tensor x = randn({3, 700, 600}, {.dtype = float64});
  const Tensor turned = transpose(x, {1, 0, 2}).contiguous();
  const auto far = [](const Tensor& a, const Tensor& b) { return amax(abs(a - b)).item(); };
  CHECK(far(sum(x, {1}), sum(turned, {0})) < 1e-10);
  CHECK(far(sum(x, {0, 2}), sum(sum(x, {2}), {0})) < 1e-10);
  CHECK(far(norm(x, {1}), sqrt(sum(square(x), {1}))) < 1e-11);
  CHECK(identical(argmax(x, 1), argmax(transpose(x, {0, 2, 1}).contiguous(), 2)));
  CHECK(identical(amin(x, {1}), amin(turned, {0})));
  CHECK(sum(ones({1000, 1000}, {.dtype = uint8})).item<std::int64_t>() == 1000000);
  CHECK(count_nonzero(x > 0.0, {0, 1, 2}).item() == sum(astype(x > 0.0, float64)).item());
}

TEST_CASE("the product's gradients are exact where elements are zero") {
  const TensorFunction rows = [](const Tensors& in) { return prod(in[0], {1}); };
  const TensorFunction both = [](const Tensors& in) { return prod(in[0], {0, 2}); };
  const Tensor x = doubles({{2.0, 0.0, 3.0}, {0.0, 5.0, 0.0}, {0.5, 2.0, -1.0}});
  CHECK(identical(gradient_of(rows, x.clone().requires_grad_()),
                  doubles({{0.0, 6.0, 0.0}, {0.0, 0.0, 0.0}, {-2.0, -0.5, 1.0}})));
  for (const auto& [function, input] : {std::pair{rows, x}, {both, reshape(x, {3, 1, 3})}}) {
    const GradcheckResult first = gradcheck(function, {input}), second = gradgradcheck(function, {input});
    CHECK_MESSAGE(first.ok, first.message);
    CHECK_MESSAGE(second.ok, second.message);
  }
}

TEST_CASE("norms of every order") {
  const Tensor x = doubles({{3.0, -4.0, 0.0}, {1.0, -2.0, 2.0}});
  CHECK(identical(norm(x, {1}), doubles({5.0, 3.0})));
  CHECK(norm(x).item() == doctest::Approx(std::sqrt(34.0)));
  CHECK(identical(norm(x, 1, {1}, keep_dims), expand_dims(doubles({7.0, 5.0}), 1)));
  CHECK(identical(norm(x, infinity, {1}), doubles({4.0, 2.0})));
  CHECK(identical(norm(x, -infinity, {1}), doubles({0.0, 1.0})));
  CHECK(identical(norm(x, 0, {1}), doubles({2.0, 3.0})));
  CHECK(norm(x, 3).item() == doctest::Approx(std::cbrt(27.0 + 64 + 1 + 8 + 8)));
  CHECK(norm(x, -1, {1}).item(1) == doctest::Approx(0.5));
  CHECK(identical(norm_l0(x, {1}), Tensor(xt::xarray<std::int64_t>{2, 3})));
  CHECK(norm(Tensor(-2.0)).item() == 2.0);
  CHECK(norm(Tensor(xt::xarray<std::int64_t>{3, 4})).dtype() == float64);
  CHECK(std::isnan(norm(doubles({1.0, not_a_number}), infinity).item()));
  check_says(message_of<Error>([&] { norm(x, not_a_number); }), {"norm", "nan"});
}

TEST_CASE("gradients of norms and deviations where they have none are 0, ties share") {
  const auto norm_gradient = [](double order, const Tensor& x) {
    return gradient_of([order](const Tensors& in) { return norm(in[0], order); }, x);
  };
  for (double order : {2.0, 1.0, 0.0, infinity, -infinity, 3.0, 1.5, 0.5}) {
    INFO(order);
    CHECK(identical(norm_gradient(order, leaf({0.0, 0.0})), doubles({0.0, 0.0})));
  }
  CHECK(identical(norm_gradient(0.5, leaf({0.0, 4.0})), doubles({0.0, 1.0})));
  CHECK(identical(norm_gradient(infinity, leaf({2.0, -2.0, 1.0})), doubles({0.5, -0.5, 0.0})));
  CHECK(amax(abs(norm_gradient(2.0, leaf({3.0, -4.0})) - doubles({0.6, -0.8}))).item() < 1e-15);

  const Tensor zero = leaf({0.0, 0.0});
  const Tensor first = grad(norm(zero), zero, {.create_graph = true});
  CHECK(identical(grad(sum(first), zero), doubles({0.0, 0.0})));

  const TensorFunction deviation = [](const Tensors& in) { return stddev(in[0]); };
  CHECK(identical(gradient_of(deviation, leaf({2.0, 2.0})), doubles({0.0, 0.0})));
  CHECK(std::isnan(variance(leaf({2.0}), {}, {.ddof = 1}).item()));
  CHECK(variance(leaf({2.0, 4.0}), {}, {.ddof = 3}).item() == infinity);
}

TEST_CASE("logsumexp at infinities") {
  const TensorFunction function = [](const Tensors& in) { return logsumexp(in[0], {1}); };
  const Tensor x = leaf({{-infinity, -infinity}, {-infinity, 3.0}, {1.0, 1.0}});
  const Tensor y = logsumexp(x, {1});
  CHECK(y.item(0) == -infinity);
  CHECK(y.item(1) == 3.0);
  CHECK(amax(abs(gradient_of(function, x) - doubles({{0.0, 0.0}, {0.0, 1.0}, {0.5, 0.5}}))).item() < 1e-15);
  CHECK(logsumexp(doubles({infinity, 1.0})).item() == infinity);
  CHECK(std::isnan(logsumexp(doubles({not_a_number, 1.0})).item()));
}

TEST_CASE("without nans, and with weights") {
  const Tensor x = doubles({{1.0, not_a_number, 3.0}, {not_a_number, not_a_number, not_a_number}});
  CHECK(identical(nansum(x, {1}), doubles({4.0, 0.0})));
  CHECK(identical(nanprod(x, {1}), doubles({3.0, 1.0})));
  CHECK(nanmean(x, {1}).item(0) == 2.0);
  CHECK(std::isnan(nanmean(x, {1}).item(1)));
  CHECK(identical(count_nonnan(x, {1}), Tensor(xt::xarray<std::int64_t>{2, 0})));
  CHECK(identical(nansum(Tensor(xt::xarray<std::uint8_t>{200, 100})), Tensor(std::int64_t{300})));

  const Tensor y = doubles({{1.0, 2.0}, {3.0, 5.0}});
  CHECK(identical(average(y, doubles({1.0, 3.0}), {0}), doubles({2.5, 4.25})));
  CHECK(identical(average(y, Tensor(xt::xarray<std::int64_t>{{1, 1}, {0, 2}})), Tensor(13.0 / 4)));
  CHECK(identical(average(y, doubles({{1.0, 1.0}, {3.0, 0.0}}), {0}, keep_dims), expand_dims(doubles({2.5, 2.0}), 0)));
  check_says(message_of<ShapeError>([&] { average(y, doubles({1.0, 2.0, 3.0}), {0}); }), {"average", "(3,)", "(2, 2)"});
  CHECK_THROWS_AS(average(y, doubles({1.0, 2.0})), ShapeError);
}
