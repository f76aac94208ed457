#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <xtape.hpp>

using namespace xtape;

namespace {

Tensor with_gradient(const Tensor& gradient) {
  const Tensor result = zeros(gradient.shape(), {.dtype = float64, .requires_grad = true});
  result.set_grad(gradient);
  return result;
}

}  // namespace

TEST_CASE("clip_grad_norm scales all gradients together and gives the norm before") {
  const Tensor a = with_gradient(xt::xarray<double>{3.0, 0.0});
  const Tensor b = with_gradient(full({1, 1}, 4.0, {.dtype = float64}));
  const Tensor none = zeros({2}, {.requires_grad = true});
  CHECK(optim::clip_grad_norm({a, b, none}, 10.0) == 5.0);
  CHECK(a.grad().item(0) == 3.0);
  CHECK(optim::clip_grad_norm({a, b, none}, 1.0) == 5.0);
  CHECK(a.grad().item(0) == doctest::Approx(0.6).epsilon(1e-6));
  CHECK(b.grad().item(0) == doctest::Approx(0.8).epsilon(1e-6));
  CHECK(!none.grad().defined());
  CHECK(optim::clip_grad_norm({}, 1.0) == 0.0);
  CHECK_THROWS_AS(optim::clip_grad_norm({a}, -1.0), Error);
  CHECK_THROWS_AS(optim::clip_grad_norm({a}, std::nan("")), Error);
}

TEST_CASE("the norm of float32 gradients neither overflows nor drowns") {
  const Tensor big = zeros({1000}, {.requires_grad = true});
  big.set_grad(full({1000}, 1e30));
  CHECK(optim::clip_grad_norm({big}, 1.0) == doctest::Approx(1e30 * std::sqrt(1000.0)));
  CHECK(optim::clip_grad_norm({big}, 1e9) == doctest::Approx(1.0));
}

TEST_CASE("clip_grad_norm takes any norm above 0, over all gradients as one vector") {
  const Tensor a = with_gradient(xt::xarray<double>{3.0, 0.0, -1.0});
  const Tensor b = with_gradient(xt::xarray<double>{-4.0});
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const auto norm = [&](double p) { return optim::clip_grad_norm({a, b}, 100.0, {.norm_type = p}); };
  CHECK(norm(1.0) == doctest::Approx(8.0));
  CHECK(norm(3.0) == doctest::Approx(std::cbrt(27.0 + 64.0 + 1.0)));
  CHECK(norm(0.5) == doctest::Approx(std::pow(std::sqrt(3.0) + 1.0 + 2.0, 2.0)));
  CHECK(norm(infinity) == 4.0);
  CHECK(norm(200.0) == doctest::Approx(4.0));
  CHECK(a.grad().item(0) == 3.0);
  CHECK(optim::clip_grad_norm({a, b}, 2.0, {.norm_type = infinity}) == 4.0);
  CHECK(a.grad().item(0) == doctest::Approx(1.5).epsilon(1e-6));
  CHECK(b.grad().item(0) == doctest::Approx(-2.0).epsilon(1e-6));
  CHECK_THROWS_WITH_AS(optim::clip_grad_norm({a}, 1.0, {.norm_type = 0.0}),
                       "clip_grad_norm: norm_type must be > 0, not 0.000000", Error);
  CHECK_THROWS_AS(optim::clip_grad_norm({a}, 1.0, {.norm_type = std::nan("")}), Error);
}

TEST_CASE("high powers of huge and tiny gradients neither overflow nor vanish") {
  for (double size : {1e200, 1e-200}) {
    const Tensor a = with_gradient(full({1000}, size, {.dtype = float64}));
    CHECK(optim::clip_grad_norm({a}, 1e300, {.norm_type = 4.0}) == doctest::Approx(size * std::pow(1000.0, 0.25)));
  }
  CHECK(optim::clip_grad_norm({with_gradient(zeros({3}, {.dtype = float64}))}, 1.0, {.norm_type = 3.0}) == 0.0);
}

TEST_CASE("a norm that is not finite is told, or thrown on demand with the gradients untouched") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (double bad : {std::nan(""), infinity}) {
    for (double p : {1.0, 2.0, infinity}) {
      const Tensor a = with_gradient(xt::xarray<double>{1.0, bad, 2.0});
      CHECK_THROWS_AS(optim::clip_grad_norm({a}, 1.0, {.norm_type = p, .error_if_nonfinite = true}), Error);
      CHECK(a.grad().item(0) == 1.0);
      CHECK(!std::isfinite(optim::clip_grad_norm({a}, 1.0, {.norm_type = p})));
    }
  }
}

TEST_CASE("clip_grad_value brings every element into the range") {
  const Tensor a = with_gradient(xt::xarray<double>{3.0, -0.25, -1.0});
  const Tensor none = zeros({2}, {.requires_grad = true});
  optim::clip_grad_value({a, none}, 0.5);
  CHECK(all(equal(a.grad(), Tensor(xt::xarray<double>{0.5, -0.25, -0.5}))).item<bool>());
  CHECK(!none.grad().defined());
  CHECK_THROWS_WITH_AS(optim::clip_grad_value({a}, -1.0), "clip_grad_value: clip_value must be >= 0, not -1.000000",
                       Error);
  CHECK_THROWS_AS(optim::clip_grad_value({a}, std::nan("")), Error);
}
