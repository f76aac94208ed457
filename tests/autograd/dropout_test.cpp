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

TEST_CASE("dropout drops where the generator's draw is below p, in row-major order") {
  random::Generator generator(7), same(7);
  const Tensor y = dropout(ones({4, 5}), 0.4, true, generator);
  for (std::ptrdiff_t i = 0; i < 20; ++i) CHECK((y.item(i) == 0.0) == (same.uniform() < 0.4));
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

TEST_CASE("dropout2d drops whole channels, one draw each") {
  random::Generator generator(5), same(5);
  const Tensor x = ones({4, 6, 3, 2}, {.dtype = float64, .requires_grad = true});
  const Tensor y = dropout2d(x, 0.4, true, generator);
  for (std::ptrdiff_t channel = 0; channel < 24; ++channel) {
    const double expected = same.uniform() < 0.4 ? 0.0 : 1.0 / 0.6;
    for (std::ptrdiff_t i = 0; i < 6; ++i) CHECK(y.item(6 * channel + i) == doctest::Approx(expected));
  }
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
