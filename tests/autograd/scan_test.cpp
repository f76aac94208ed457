// Running results: values, long arrays along every axis, zeros and infinities.

#include <doctest/doctest.h>

#include <xtape.hpp>

#include <expectations.hpp>
#include <limits>

using namespace xtape;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

Tensor doubles(const xt::xarray<double>& values) { return values; }

double distance(const Tensor& a, const Tensor& b) { return amax(abs(a - b)).item(); }

void check_derivatives(const TensorFunction& function, const Tensors& inputs) {
  const GradcheckResult first = gradcheck(function, inputs), second = gradgradcheck(function, inputs);
  CHECK_MESSAGE(first.ok, first.message);
  CHECK_MESSAGE(second.ok, second.message);
}

}  // namespace

TEST_CASE("running sums and products: values and dtypes") {
  const Tensor x = doubles({{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}});
  CHECK(identical(cumsum(x), doubles({1, 3, 6, 10, 15, 21})));
  CHECK(identical(cumsum(x, 0), doubles({{1, 2, 3}, {5, 7, 9}})));
  CHECK(identical(cumsum(transpose(x), 0), transpose(cumsum(x, 1))));
  CHECK(identical(cumprod(x, -1), doubles({{1, 2, 6}, {4, 20, 120}})));
  CHECK(identical(cumprod(x), doubles({1, 2, 6, 24, 120, 720})));
  CHECK(identical(cumsum(Tensor(xt::xarray<bool>{true, false, true})), Tensor(xt::xarray<std::int64_t>{1, 1, 2})));
  CHECK(identical(cumprod(Tensor(xt::xarray<std::uint8_t>{200, 2})), Tensor(xt::xarray<std::int64_t>{200, 400})));
  CHECK(logcumsumexp(Tensor(xt::xarray<std::int64_t>{0, 0})).dtype() == float64);
  CHECK(cumsum(Tensor(2.0)).shape() == Shape{1});
  CHECK(cumsum(zeros({0, 3}), 1).shape() == Shape{0, 3});
  CHECK(cumprod(zeros({2, 0})).shape() == Shape{0});
  CHECK(identical(prod_of_others(doubles({2.0, 0.0, 3.0}), 0), doubles({0.0, 6.0, 0.0})));
  check_says(message_of<IndexError>([&] { cumsum(x, 2); }), {"cumsum", "axis 2"});
  check_says(message_of<IndexError>([&] { cumprod(x, -3); }), {"cumprod", "axis -3"});
  check_says(message_of<IndexError>([&] { logcumsumexp(Tensor(1.0), 0); }), {"logcumsumexp", "no axes"});
  check_says(message_of<IndexError>([&] { prod_of_others(x, 5); }), {"prod_of_others", "axis 5"});
}

TEST_CASE("long running sums are the same along every axis, and stay accurate in float32") {
  const Tensor x = randn({3, 400, 1100}, {.dtype = float64});
  CHECK(identical(cumsum(x, 1), transpose(cumsum(transpose(x, {0, 2, 1}).contiguous(), 2), {0, 2, 1})));
  CHECK(identical(cumsum(x, 0), transpose(cumsum(transpose(x), 2))));
  CHECK(distance(view(cumsum(x, 1), {xt::all(), -1}), sum(x, {1})) < 1e-10);
  CHECK(std::abs(cumsum(full({3000000}, 0.1)).item(-1) / (3000000 * 0.1f) - 1.0) < 1e-6);
}

TEST_CASE("running products: derivatives are exact where elements are zero") {
  const Tensor x = doubles({{2.0, 0.0, 3.0, 0.5}, {0.0, 5.0, 0.0, 2.0}});
  check_derivatives([](const Tensors& in) { return cumprod(in[0], 1); }, {x});
  check_derivatives([](const Tensors& in) { return cumprod(in[0], 0); }, {x});
  check_derivatives([](const Tensors& in) { return prod_of_others(in[0], 1); }, {x});
}

TEST_CASE("logcumsumexp neither overflows nor loses its gradient") {
  const Tensor x = doubles({-infinity, -infinity, 1000.0, 1000.0, -infinity, 2000.0}).requires_grad_();
  const Tensor y = logcumsumexp(x);
  CHECK(y.item(1) == -infinity);
  CHECK(y.item(3) == doctest::Approx(1000.0 + std::log(2.0)));
  CHECK(y.item(4) == y.item(3));
  CHECK(y.item(5) == 2000.0);
  CHECK(distance(grad(sum(y), x), doubles({0.0, 0.0, 2.0, 1.0, 0.0, 1.0})) < 1e-12);
  const Tensor z = randn({5, 4}, {.dtype = float64});
  CHECK(distance(logcumsumexp(z, 0), log(cumsum(exp(z), 0))) < 1e-13);
  CHECK(identical(logcumsumexp(z, 1), transpose(logcumsumexp(transpose(z), 0))));
}

TEST_CASE("linear recurrences run both ways") {
  const Tensor a = doubles({7.0, 0.5, 2.0}), x = doubles({1.0, 1.0, 1.0});
  CHECK(identical(linear_recurrence(a, x, 0), doubles({1.0, 1.5, 4.0})));
  CHECK(identical(linear_recurrence(a, x, 0, {.reverse = true}), doubles({2.5, 3.0, 1.0})));
  CHECK(identical(linear_recurrence(Tensor(1.0), x, -1), cumsum(x)));
  CHECK(linear_recurrence(ones({2, 1}), ones({3}, {.dtype = int64}), 1).shape() == Shape{2, 3});
  CHECK_THROWS_WITH_AS(linear_recurrence(a, ones({2}), 0), doctest::Contains("linear_recurrence: shapes (3,) and (2,)"),
                       ShapeError);
  CHECK_THROWS_AS(linear_recurrence(a, x, 1), IndexError);
}
