// Functions that have no reference in <cmath>, against values computed with mpmath at 30 digits.

#include <doctest/doctest.h>

#include <xtape.hpp>

#include <cmath>
#include <limits>

using namespace xtape;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

struct Row {
  double x, lgamma, digamma, trigamma, polygamma_2, polygamma_5;
};
constexpr Row table[] = {
    {0.0009765625, 6.93090890241946189, -1024.57561042934062, 1048577.64258939215, -2147483650.39778392,
     1.38350580552821637e+20},
    {0.25, 1.28802252469807746, -4.22745353337626541, 17.1973291545071107, -129.32773993753692, 491552.513767681292},
    {1.0, 0.0, -0.577215664901532861, 1.64493406684822644, -2.40411380631918857, 122.081167438133897},
    {1.75, -0.084401121020485556, 0.247472453546861164, 0.764101869893828721, -0.561892475596898891,
     4.51465974700769715},
    {3.5, 1.20097360234707422, 1.10315664064524319, 0.330357756100234865, -0.108204051641727403, 0.0870491785671834846},
    {7.75, 8.02545839631598387, 1.9817915626943456, 0.137713791447655661, -0.018935466672670957,
     0.00117053134929776571},
    {12.0, 17.5023078458738858, 2.44266167997581202, 0.0869018728717683908, -0.00754720536899891194,
     0.000118208290510814917},
    {100.0, 359.134205369575399, 4.6001618527380874, 0.0100501666633335714, -0.000101004999833349997,
     2.46059994401199604e-9},
    {1.15292150460684698e+18, 4.67957359149031117e+19, 41.5888308335967186, 8.67361737988403548e-19,
     -7.52316384526264006e-37, 1.17818243167145438e-89},
    {-0.5, 1.2655121234846454, 0.0364899739785765206, 8.93480220054467931, -0.828796644234319996, 15371.1135486024355},
    {-3.25, -0.623153451320998647, 4.46627587235027997, 19.4740850680821551, 123.955211039422023, 492231.237335721338},
    {-20.75, -43.1232585525022299, -0.0851435217341871538, 19.6921586563724974, -124.027320029612236,
     492231.267105032338},
    {-0.0009765625, 6.93203627751130822, 1023.42117680679408, 1048577.64728493466, 2147483645.58953257,
     1.38350580552821637e+20},
};

// The largest error of `f` over the table, relative to the value: as single elements and as arrays, which take
// different loops.
double worst_error(DType dtype, Tensor (*f)(const Tensor&), double Row::*expected) {
  double worst = 0.0;
  for (const Row& row : table) {
    const double reference = row.*expected;
    if (dtype == float32 && std::abs(reference) < 1e-30) continue;
    for (std::size_t n : {1u, 19u}) {
      const Tensor y = f(full({n}, row.x, {.dtype = dtype}));
      for (std::size_t i = 0; i < n; ++i) {
        const double error = std::abs(y.item(static_cast<std::ptrdiff_t>(i)) - reference);
        worst = std::max(worst, error / (reference == 0.0 ? 1.0 : std::abs(reference)));
      }
    }
  }
  return worst;
}

Tensor trigamma(const Tensor& x) { return polygamma(1, x); }
Tensor second(const Tensor& x) { return polygamma(2, x); }
Tensor fifth(const Tensor& x) { return polygamma(5, x); }
Tensor zeroth(const Tensor& x) { return polygamma(0, x); }

double at(Tensor (*f)(const Tensor&), double x) { return f(full({9}, x, {.dtype = float64})).item(4); }

}  // namespace

TEST_CASE("lgamma, digamma and polygamma have the known values") {
  const auto log_gamma = [](const Tensor& x) { return lgamma(x); };
  const auto psi = [](const Tensor& x) { return digamma(x); };
  CHECK(worst_error(float64, log_gamma, &Row::lgamma) < 1e-14);
  CHECK(worst_error(float64, psi, &Row::digamma) < 2e-14);
  CHECK(worst_error(float64, zeroth, &Row::digamma) < 2e-14);
  CHECK(worst_error(float64, trigamma, &Row::trigamma) < 2e-14);
  CHECK(worst_error(float64, second, &Row::polygamma_2) < 1e-13);
  CHECK(worst_error(float64, fifth, &Row::polygamma_5) < 1e-13);
  CHECK(worst_error(float32, log_gamma, &Row::lgamma) < 2e-6);
  CHECK(worst_error(float32, psi, &Row::digamma) < 1e-5);
  CHECK(worst_error(float32, trigamma, &Row::trigamma) < 1e-5);
  CHECK(worst_error(float32, second, &Row::polygamma_2) < 5e-5);
}

TEST_CASE("the gamma functions at poles, infinities and nan") {
  const auto log_gamma = [](const Tensor& x) { return lgamma(x); };
  const auto psi = [](const Tensor& x) { return digamma(x); };
  for (double x : {0.0, -0.0, -1.0, -2.0, -1e20, infinity, -infinity}) CHECK(at(log_gamma, x) == infinity);
  CHECK(at(log_gamma, 2.0) == 0.0);
  CHECK(at(psi, 0.0) == -infinity);
  CHECK(at(psi, -0.0) == infinity);
  CHECK(at(psi, infinity) == infinity);
  for (double x : {-1.0, -7.0, -infinity, not_a_number}) CHECK(std::isnan(at(psi, x)));
  for (double x : {0.0, -3.0}) CHECK(at(trigamma, x) == infinity);
  CHECK(at(trigamma, infinity) == 0.0);
  CHECK(std::isnan(at(log_gamma, not_a_number)));
  CHECK(std::isnan(at(trigamma, not_a_number)));
  CHECK(std::isnan(polygamma(-1, Tensor(2.0)).item()));
  // A batch with one element on the other side of zero does not change its neighbours.
  const Tensor mixed = Tensor(xt::xarray<double>{2.5, 3.5, -0.5, 7.25, 9.0, 1.5, -4.5, 0.25, 100.0});
  for (std::ptrdiff_t i = 0; i < 9; ++i) {
    CHECK(lgamma(mixed).item(i) == doctest::Approx(std::lgamma(mixed.item(i))).epsilon(1e-14));
    CHECK(digamma(mixed).item(i) == at(psi, mixed.item(i)));
    CHECK(trigamma(mixed).item(i) == at(trigamma, mixed.item(i)));
  }
}

TEST_CASE("lgamma is differentiable to any order") {
  for (double value : {2.5, -1.25}) {
    const Tensor x = full({5}, value, {.dtype = float64}).requires_grad_();
    Tensor derivative = lgamma(x);
    for (int order = 0; order < 5; ++order) {
      derivative = grad(sum(derivative), x, {.create_graph = true});
      CHECK(derivative.item(2) == doctest::Approx(polygamma(order, Tensor(value)).item()).epsilon(1e-12));
    }
  }
}

TEST_CASE("gelu and its derivative in float32, over the whole line") {
  for (std::size_t n : {1u, 19u}) {
    for (double x :
         {-12.0, -9.5, -6.25, -3.3, -1.0, -0.4, -1e-3, 0.0, 1e-3, 0.3, 0.49, 0.8, 2.2, 4.5, 7.0, 30.0, 50.0}) {
      CAPTURE(x);
      const float single = static_cast<float>(x);
      const double at = single, distribution = 0.5 * std::erfc(-at / std::sqrt(2.0));
      const double density = std::exp(-0.5 * at * at) / std::sqrt(2.0 * std::acos(-1.0));
      const Tensor input = full({n}, at).requires_grad_();
      const Tensor y = gelu(input);
      // Rounding x^2 is the larger part of the error on the left.
      const double rounding = (8.0 + at * at) * 0x1p-24;
      CHECK(std::abs(y.item(0) - at * distribution) <= rounding * std::abs(at * distribution));
      const double slope = distribution + at * density, parts = distribution + std::abs(at) * density;
      CHECK(std::abs(grad(sum(y), input).item(0) - slope) <= rounding * parts);
    }
    CHECK(std::isnan(gelu(full({n}, not_a_number)).item(0)));
    CHECK(gelu(full({n}, infinity)).item(0) == infinity);
  }
}

TEST_CASE("erfc keeps its precision where it is small, and gelu with it") {
  for (std::size_t n : {1u, 19u}) {
    for (double x : {0.3, 0.49, 0.51, 1.0, 2.5, 5.0, 10.0, 20.0, 26.0, -0.3, -0.7, -3.0, -30.0}) {
      const double reference = std::erfc(x);
      CHECK(erfc(full({n}, x, {.dtype = float64})).item(0) == doctest::Approx(reference).epsilon(1e-14));
      CHECK(erf(full({n}, x, {.dtype = float64})).item(0) == doctest::Approx(std::erf(x)).epsilon(1e-14));
      if (std::abs(x) < 9.0) {
        CHECK(std::abs(erfc(full({n}, x)).item(0) / std::erfc(static_cast<float>(x)) - 1.0) < 1e-6);
      }
    }
    CHECK(gelu(full({n}, -10.0, {.dtype = float64})).item(0) ==
          doctest::Approx(-7.6198530241605261e-23).epsilon(1e-13));
    for (double x : {1e5, 1e200, infinity}) {
      CHECK(erf(full({n}, x, {.dtype = float64})).item(0) == 1.0);
      CHECK(erf(full({n}, -x, {.dtype = float64})).item(0) == -1.0);
      CHECK(erfc(full({n}, x, {.dtype = float64})).item(0) == 0.0);
      CHECK(erfc(full({n}, -x, {.dtype = float64})).item(0) == 2.0);
    }
    CHECK(std::isnan(erf(full({n}, not_a_number)).item(0)));
    CHECK(std::isnan(erfc(full({n}, not_a_number)).item(0)));
  }
}
