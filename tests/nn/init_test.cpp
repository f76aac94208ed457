#include <doctest/doctest.h>

#include <xtape.hpp>

#include <cmath>

using namespace xtape;
using nn::init::FanMode, nn::init::Nonlinearity;

namespace {

double bound_of(const Tensor& tensor) { return amax(abs(tensor)).item(); }

}  // namespace

TEST_CASE("gains are PyTorch's") {
  CHECK(nn::init::calculate_gain(Nonlinearity::linear) == 1.0);
  CHECK(nn::init::calculate_gain(Nonlinearity::sigmoid) == 1.0);
  CHECK(nn::init::calculate_gain(Nonlinearity::tanh) == 5.0 / 3.0);
  CHECK(nn::init::calculate_gain(Nonlinearity::relu) == std::sqrt(2.0));
  CHECK(nn::init::calculate_gain(Nonlinearity::leaky_relu) ==
        doctest::Approx(1.4141428569978354));  // negative_slope 0.01
  CHECK(nn::init::calculate_gain(Nonlinearity::leaky_relu, 1.0) == 1.0);
  CHECK(nn::init::calculate_gain(Nonlinearity::selu) == 0.75);
}

TEST_CASE("fans count a convolution's receptive field") {
  CHECK(nn::init::fans({50, 784}).in == 784);
  CHECK(nn::init::fans({50, 784}).out == 50);
  CHECK(nn::init::fans({8, 3, 5, 5}).in == 75);
  CHECK(nn::init::fans({8, 3, 5, 5}).out == 200);
  CHECK_THROWS_AS(nn::init::fans({5}), ShapeError);
}

TEST_CASE("fills have the bounds and deviations that their formulas say") {
  manual_seed(0);
  const Tensor w = zeros({200, 10, 5, 5}, {.dtype = float64, .requires_grad = true});  // fans 250 and 5000
  const auto deviation = [&] { return stddev(w.detach()).item(); };
  const auto close = [](double value) { return doctest::Approx(value).epsilon(0.02); };

  nn::init::constant_(w, 1.5);
  CHECK(amin(w).item() == 1.5);
  CHECK(amax(w).item() == 1.5);
  nn::init::uniform_(w, -2.0, 3.0);
  CHECK(amin(w).item() >= -2.0);
  CHECK(amax(w).item() < 3.0);
  CHECK(mean(w).item() == close(0.5));
  nn::init::normal_(w, 4.0, 0.5);
  CHECK(mean(w).item() == close(4.0));
  CHECK(deviation() == close(0.5));

  nn::init::xavier_uniform_(w);
  CHECK(bound_of(w) <= std::sqrt(6.0 / 5250.0));
  CHECK(deviation() == close(std::sqrt(2.0 / 5250.0)));
  nn::init::xavier_normal_(w, 5.0 / 3.0);
  CHECK(deviation() == close(5.0 / 3.0 * std::sqrt(2.0 / 5250.0)));

  nn::init::kaiming_uniform_(w);
  CHECK(bound_of(w) <= std::sqrt(6.0 / 250.0));
  CHECK(deviation() == close(std::sqrt(2.0 / 250.0)));
  nn::init::kaiming_uniform_(w, {.negative_slope = std::sqrt(5.0)});  // what PyTorch's Linear and Conv2d start from
  CHECK(bound_of(w) <= 1.0 / std::sqrt(250.0));
  CHECK(bound_of(w) > 0.99 / std::sqrt(250.0));
  nn::init::kaiming_normal_(w, {.mode = FanMode::out, .nonlinearity = Nonlinearity::relu});
  CHECK(deviation() == close(std::sqrt(2.0 / 5000.0)));
  CHECK(w.requires_grad());
  CHECK(w.is_leaf());
}

TEST_CASE("a fill depends on its generator alone") {
  random::Generator a(9), b(9);
  const Tensor x = zeros({3, 3}), y = zeros({3, 3});
  nn::init::kaiming_normal_(x, {}, a);
  (void)rand({10});
  nn::init::kaiming_normal_(y, {}, b);
  CHECK(all(equal(x, y)).item<bool>());
}

TEST_CASE("fills refuse empty ranges and negative deviations") {
  const Tensor x = zeros({3});
  CHECK_THROWS_AS(nn::init::uniform_(x, 1.0, 0.0), Error);
  CHECK_THROWS_AS(nn::init::normal_(x, 0.0, -1.0), Error);
  CHECK_THROWS_AS(nn::init::xavier_normal_(x), ShapeError);
  CHECK(sum(x).item() == 0.0);
}
