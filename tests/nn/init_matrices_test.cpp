#include <doctest/doctest.h>

#include <xtape.hpp>

#include <cmath>
#include <expectations.hpp>

using namespace xtape;

namespace {

double distance(const Tensor& a, const Tensor& b) { return amax(abs(a - b)).item(); }

}  // namespace

TEST_CASE("constant fills") {
  const Tensor x = randn({2, 3}, {.dtype = float64, .requires_grad = true});
  nn::init::ones_(x);
  CHECK(identical(x.detach(), ones({2, 3}, {.dtype = float64})));
  nn::init::eye_(x);
  CHECK(identical(x.detach(), eye(2, 3, {.dtype = float64})));
  nn::init::zeros_(x);
  CHECK(identical(x.detach(), zeros({2, 3}, {.dtype = float64})));
  CHECK(x.requires_grad());
  CHECK_THROWS_AS(nn::init::eye_(ones({3})), ShapeError);
}

TEST_CASE("dirac_ makes a convolution pass its channels on") {
  nn::Conv2d same(3, 3, {3, 5}, {.padding = same_padding, .bias = false});
  nn::init::dirac_(same.weight);
  const Tensor x = randn({2, 3, 4, 5});
  CHECK(identical(same(x).detach(), x));
  // Two groups of three outputs for two inputs each: the third output of each is empty.
  nn::Conv1d grouped(4, 6, 3, {.padding = 1, .groups = 2, .bias = false});
  nn::init::dirac_(grouped.weight, 2);
  const Tensor signal = randn({1, 4, 5}), y = grouped(signal).detach();
  const Tensor nothing = zeros({5});
  for (const auto& [output, input] :
       std::vector<std::pair<std::ptrdiff_t, std::ptrdiff_t>>{{0, 0}, {1, 1}, {2, -1}, {3, 2}, {4, 3}, {5, -1}}) {
    CHECK(identical(view(y, {0, output}), input < 0 ? nothing : view(signal, {0, input})));
  }
  CHECK_THROWS_AS(nn::init::dirac_(ones({3, 3})), ShapeError);
  CHECK_THROWS_AS(nn::init::dirac_(ones({3, 3, 3}), 2), ShapeError);
}

TEST_CASE("orthogonal_ gives orthonormal rows or columns, whichever are fewer") {
  manual_seed(0);
  const Tensor wide = zeros({3, 4, 2}, {.dtype = float64}), tall = zeros({7, 3}, {.dtype = float64});
  nn::init::orthogonal_(wide);
  const Tensor rows = reshape(wide, {3, 8});
  CHECK(distance(matmul(rows, transpose(rows)), eye(3, {.dtype = float64})) < 1e-14);
  nn::init::orthogonal_(tall, 2.0);
  CHECK(distance(matmul(transpose(tall), tall), 4.0 * eye(3, {.dtype = float64})) < 1e-13);
  CHECK_THROWS_AS(nn::init::orthogonal_(ones({3})), ShapeError);
}

TEST_CASE("orthogonal_ prefers no direction") {
  // The Haar measure is the same after every rotation: each element has mean 0 and mean square 1 / n. Without the sign
  // of r, a QR decomposition has a diagonal that is never positive.
  manual_seed(0);
  Tensor total = zeros({3, 3}), squares = zeros({3, 3});
  const Tensor w = zeros({3, 3});
  constexpr int draws = 4000;
  for (int i = 0; i < draws; ++i) {
    nn::init::orthogonal_(w);
    total += w;
    squares += w * w;
  }
  CHECK(amax(abs(total)).item() / draws < 0.05);
  CHECK(amax(abs(squares * (1.0 / draws) - 1.0 / 3.0)).item() < 0.03);
}

TEST_CASE("trunc_normal_ has the moments of the truncated distribution") {
  manual_seed(0);
  const Tensor x = zeros({40000}, {.dtype = float64});
  const auto check = [&](const nn::init::TruncatedNormal& options, double expected_mean, double expected_deviation) {
    nn::init::trunc_normal_(x, options);
    CHECK(amin(x).item() >= options.low);
    CHECK(amax(x).item() <= options.high);
    CHECK(std::abs(mean(x).item() - expected_mean) < 0.03 * expected_deviation);
    CHECK(stddev(x).item() == doctest::Approx(expected_deviation).epsilon(0.03));
  };
  // From the density f and the distribution function F at the limits, in deviations: mean (f(a) - f(b)) / Z with
  // Z = F(b) - F(a), variance 1 + (a f(a) - b f(b)) / Z - mean^2.
  check({}, 0.0, 0.8796256610342398);
  check({.mean = 1.0, .deviation = 2.0, .low = 0.0, .high = 1.5}, 0.7614988820717986, 0.4288707074757554);
  check({.low = 4.0, .high = 100.0}, 4.225607144489466, 0.2160389742556765);
  check({.mean = 3.0, .deviation = 0.1, .low = -1e9, .high = 1e9}, 3.0, 0.1);
  CHECK_THROWS_AS(nn::init::trunc_normal_(x, {.deviation = 0.0}), Error);
  CHECK_THROWS_AS(nn::init::trunc_normal_(x, {.low = 1.0, .high = 1.0}), Error);
}

TEST_CASE("sparse_ leaves a share of every column empty") {
  manual_seed(0);
  const Tensor w = zeros({100, 50});
  nn::init::sparse_(w, 0.255, 2.0);
  CHECK(identical(count_nonzero(w, {0}), full({50}, 74.0, {.dtype = int64})));  // 100 - ceil(25.5)
  CHECK(std::sqrt(sum(square(w)).item() / (74.0 * 50.0)) == doctest::Approx(2.0).epsilon(0.05));
  CHECK(amin(count_nonzero(w, {1})).item<std::int64_t>() < amax(count_nonzero(w, {1})).item<std::int64_t>());
  CHECK_THROWS_AS(nn::init::sparse_(ones({3}), 0.5), ShapeError);
  CHECK_THROWS_AS(nn::init::sparse_(w, 1.5), Error);
}
