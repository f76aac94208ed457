#include <doctest/doctest.h>

#include <xtape.hpp>

#include <cmath>

using namespace xtape;

TEST_CASE("cross_entropy gives the known loss and gradient") {
  const Tensor scores = xt::xarray<double>{{-1, 0, 1, 2}, {2, 0, 1, -1}};
  scores.requires_grad_();
  const Tensor targets = xt::xarray<std::int64_t>{3, 0};
  const Tensor loss = nn::cross_entropy(scores, targets);
  CHECK(loss.item() == doctest::Approx(0.4401896985611953).epsilon(1e-14));
  loss.backward();
  const double expected[] = {0.0160293016,  0.0435721594, 0.1184414090, -0.1780428701,
                             -0.1780428701, 0.0435721594, 0.1184414090, 0.0160293016};
  for (std::ptrdiff_t i = 0; i < 8; ++i) CHECK(std::abs(scores.grad().item(i) - expected[i]) < 1e-10);
  CHECK(nn::cross_entropy(scores, targets, Reduce::sum).item() == doctest::Approx(2 * 0.4401896985611953));
  CHECK(nn::cross_entropy(scores, targets, Reduce::none).shape() == Shape{2});
  CHECK_THROWS_AS(nn::cross_entropy(scores, Tensor(xt::xarray<std::int64_t>{3, 4})), IndexError);
  CHECK_THROWS_AS(nn::cross_entropy(scores, ones({2})), DtypeError);
  CHECK_THROWS_AS(nn::cross_entropy(scores, ones({3}, {.dtype = int64})), ShapeError);
}

TEST_CASE("mse_loss averages, sums or keeps the squares, and its gradient is 2 (p - t) / n") {
  const Tensor prediction = xt::xarray<double>{1.0, 2.0, 4.0};
  prediction.requires_grad_();
  const Tensor target = xt::xarray<double>{1.5, 2.0, 1.0};
  const Tensor loss = nn::mse_loss(prediction, target);
  CHECK(loss.item() == doctest::Approx(9.25 / 3.0));
  loss.backward();
  CHECK(prediction.grad().item(0) == doctest::Approx(-1.0 / 3.0));
  CHECK(prediction.grad().item(2) == doctest::Approx(2.0));
  CHECK(nn::mse_loss(prediction, target, Reduce::sum).item() == doctest::Approx(9.25));
  CHECK(nn::mse_loss(prediction, target, Reduce::none).item(2) == 9.0);
}

TEST_CASE("mse_loss refuses shapes that would broadcast, and names both") {
  try {
    (void)nn::mse_loss(ones({3, 1}), ones({3}));
    FAIL("nothing was thrown");
  } catch (const ShapeError& error) {
    const std::string message = error.what();
    CHECK(message.find("mse_loss") != std::string::npos);
    CHECK(message.find("(3, 1)") != std::string::npos);
    CHECK(message.find("(3)") + message.find("(3,)") != 2 * std::string::npos);
  }
}

TEST_CASE("accuracy is the part of the right answers") {
  const Tensor scores = xt::xarray<double>{{0.1, 0.9}, {0.8, 0.2}, {0.3, 0.7}, {0.5, 0.5}};
  const Tensor targets = xt::xarray<std::int64_t>{1, 1, 1, 0};
  CHECK(nn::accuracy(scores, targets) == 0.75);
  CHECK_THROWS_AS(nn::accuracy(scores, ones({3}, {.dtype = int64})), ShapeError);
  CHECK_THROWS_AS(nn::accuracy(scores, ones({4})), DtypeError);
  CHECK_THROWS_AS(nn::accuracy(ones({4}), targets), ShapeError);
  CHECK_THROWS_AS(nn::accuracy(ones({0, 3}), ones({0}, {.dtype = int64})), ShapeError);
}
