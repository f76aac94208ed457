#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <iterator>

#include <autograd/ops/elementwise/formula.hpp>

/// Functions that neither <cmath> nor xsimd has, or that xsimd has with errors, on doubles and on SIMD batches alike.
/// The polynomials interpolate at Chebyshev points, computed with 50 digits; `elementwise_special_test.cpp` holds the
/// functions to reference values.
namespace xtape::rules {

// A constant of a formula takes the precision of the numbers it meets.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wfloat-conversion"
#ifdef __clang__
#pragma GCC diagnostic ignored "-Wimplicit-float-conversion"
#endif

inline constexpr double pi = 3.14159265358979323846;
inline constexpr double log_pi = 1.14472988584940017414;
inline constexpr double log_two_pi = 1.83787706640934548356;

// (1 + 2 x) e^(x^2) erfc(x) for x >= 0, in (x - 4) / (x + 4)
inline constexpr double scaled_erfc_double[] = {
    1.23299511862555251,     -0.139621116840557007,     0.0153796521026184024,    0.0680970542542067264,
    -0.10103906603618064,    0.0937328350110569074,     -0.0663303658154165124,   0.037167515383604771,
    -0.0161977340204515961,  0.00503197101723425386,    -0.000757773525738245777, -0.00019926100185442791,
    0.000150622571370431435, -0.0000243876912643060454, -0.000011224122281497544, 5.68940908996507269e-6,
    2.96840917253130712e-7,  -8.01917468432719112e-7,   7.20251758483600475e-8,   9.29077287303221446e-8,
    -1.673812797437216e-8,   -6.98402110015854199e-9,   1.64031836967527082e-9};
inline constexpr double scaled_erfc_single[] = {
    1.23299511862555251,    -0.139621084314573425,  0.0153796836532704573,    0.068096132054161765,
    -0.101039950848127576,  0.0937404437927717492,  -0.0663232595359462828,   0.037139916895707925,
    -0.0162222745564403266, 0.00508280915434180515, -0.000716339471889091324, -0.000248632297447649164,
    0.000116607996581666938};
// erf(x) / x for |x| <= 1, in x^2
inline constexpr double erf_near_zero[] = {
    1.12837916709551257,    -0.376126389031835404,    0.112837916709450063,    -0.0268661706432377704,
    0.00522397760711642273, -0.000854832597538969208, 0.000120552949048397079, -0.0000149247369074196603,
    1.64474247033173624e-6, -1.62084838018717059e-7,  1.37200645467776856e-8,  -7.79589882700214224e-10};
// erf(x) / x for floats, |x| <= 3.95, as a quotient in x^2: off by 2.1e-8 at most, by iterated least squares
inline constexpr double erf_numerator_single[] = {1.12837914384,    0.191539354242,   0.0528739382167,
                                                  0.00380766343605, 0.00028467197478, 2.02594033689e-6};
inline constexpr double erf_denominator_single[] = {
    1.0, 0.503080012057, 0.114555037354, 0.0150541119038, 0.0011705955178, 3.783129472e-5};
// log(gamma(2 + t)) / t for |t| <= 1/2
inline constexpr double lgamma_around_two[] = {
    0.422784335098467136,     0.32246703342411322,      -0.0673523010531956387,    0.0205808084277833798,
    -0.0073855510289355447,   0.00289051033086590093,   -0.00119275390099830869,   0.000509669519652667278,
    -0.000223154977462927232, 0.0000994576169215713313, -0.0000449237275642476526, 0.0000205060197017476186,
    -9.45628851510171917e-6,  4.38285453838466677e-6,   -1.97431068884210674e-6,   9.24285222516227674e-7,
    -5.8112777689212462e-7,   2.74753900519096639e-7};
// e^x for |x| < 1/20
inline constexpr double exp_near_zero[] = {1.0, 1.0, 1.0 / 2, 1.0 / 6, 1.0 / 24};
// The coefficients of Stirling's series, B_2j / (2j (2j - 1)), of its derivative, B_2j / 2j, and of the formula of
// Euler and Maclaurin, B_2j / (2j)!; B are the Bernoulli numbers.
inline constexpr double stirling_terms[] = {1.0 / 12,   -1.0 / 360,      1.0 / 1260, -1.0 / 1680,
                                            1.0 / 1188, -691.0 / 360360, 1.0 / 156,  -3617.0 / 122400};
inline constexpr double digamma_terms[] = {1.0 / 12,  -1.0 / 120,     1.0 / 252, -1.0 / 240,
                                           1.0 / 132, -691.0 / 32760, 1.0 / 12,  -3617.0 / 8160};
inline constexpr double euler_maclaurin_terms[] = {1.0 / 12,          -1.0 / 720,
                                                   1.0 / 30240,       -1.0 / 1209600,
                                                   1.0 / 47900160,    -691.0 / 1307674368000,
                                                   1.0 / 74724249600, -3617.0 / 10670622842880000};

template <const auto& c, std::size_t begin, std::size_t end, Number T>
T polynomial_part(const std::array<T, 5>& powers) {
  if constexpr (end - begin == 1) {
    return T(static_cast<ElementOf<T>>(c[begin]));
  } else {
    constexpr std::size_t half = std::bit_ceil(end - begin) / 2;
    return polynomial_part<c, begin, begin + half>(powers) +
           powers[std::countr_zero(half)] * polynomial_part<c, begin + half, end>(powers);
  }
}

/// c[0] + c[1] x + c[2] x^2 + ..., by Estrin's scheme: halves that do not wait for each other.
template <const auto& c, Number T>
T polynomial(const T& x) {
  const T x2 = x * x, x4 = x2 * x2, x8 = x4 * x4;
  return polynomial_part<c, 0, std::size(c)>(std::array<T, 5>{x, x2, x4, x8, x8 * x8});
}

/// The same with fewer coefficients for floats, which have half of the digits.
template <const auto& for_double, const auto& for_float, Number T>
T polynomial_for_type(const T& x) {
  if constexpr (sizeof(ElementOf<T>) == sizeof(float)) {
    return polynomial<for_float>(x);
  } else {
    return polynomial<for_double>(x);
  }
}

/// x - k for the integer k that is nearest to x; 0 for infinities. Exact.
template <Number T>
T off_integer(const T& x) {
  const T size = abs(x);
  return where(size < 0.5, x, where(size < 1e30, x - nearbyint(x), 0.0));
}

// --- erf and erfc

/// e^(x^2) erfc(x) for x >= 0.
template <Number T>
T scaled_erfc(const T& x) {
  const T plus_4 = x + 4.0, scale = 1.0 + 2.0 * x;
  const T inverse = 1.0 / (plus_4 * scale);  // of both: a division costs as much as a polynomial
  const T t = (x - 4.0) * (scale * inverse);
  return polynomial_for_type<scaled_erfc_double, scaled_erfc_single>(t) * (plus_4 * inverse);
}

/// erfc(x) for 0 <= x <= 30. Rounding x * x before exp() would cost up to 700 times the precision. So x is split: the
/// square of a `high` with half of the digits is exact, and the rest is small. (What x * x loses cannot be had by a
/// subtraction: where there is a fused multiply-add, compilers compute `high * high - x * x` from the unrounded x * x.)
template <Number T>
T erfc_of_positive(const T& x) {
  constexpr double grid = sizeof(ElementOf<T>) == sizeof(float) ? 256.0 : 65536.0;
  const T high = nearbyint(x * grid) * (1.0 / grid);
  const T rest = polynomial<exp_near_zero, T>((high - x) * (high + x));
  return exp(-high * high) * rest * scaled_erfc(x);
}

/// erf(x) for |x| <= 1; for floats, for |x| <= 3.95.
template <Number T>
T erf_of_small(const T& x) {
  const T square = x * x;
  if constexpr (sizeof(ElementOf<T>) == sizeof(float)) {
    return x * (polynomial<erf_numerator_single>(square) / polynomial<erf_denominator_single>(square));
  } else {
    return x * polynomial<erf_near_zero>(square);
  }
}

template <Number T>
T error_function(const T& x) {
  const T size = abs(x);
  if constexpr (sizeof(ElementOf<T>) == sizeof(float)) {
    return where(size > 3.92, where(x < 0.0, -1.0, 1.0), erf_of_small<T>(where(size > 3.92, 3.92, x)));
  } else {
    // Beyond 1 erfc is but the small difference from 1, so that a rounded square will do.
    const T bounded = where(size > 30.0, 30.0, size);
    const T tail = 1.0 - exp(-bounded * bounded) * scaled_erfc(bounded);
    return where(size < 1.0, erf_of_small(x), where(x < 0.0, -tail, tail));
  }
}

template <Number T>
T error_complement(const T& x) {
  const T size = abs(x);
  const T tail = erfc_of_positive<T>(where(size > 30.0, 30.0, size));
  return where(size < 0.5, 1.0 - erf_of_small(x), where(x < 0.0, 2.0 - tail, tail));
}

// --- the logarithm of the gamma function and its derivatives

/// log(gamma(x)) for x > 0: Stirling's series from 8 on; below, steps of one lead to the interval around 2. The
/// distance from the zeros at 1 and 2 is kept exactly.
template <Number T>
T lgamma_of_positive(const T& x) {
  T z = x, product = T(1);
  for (int step = 0; step < 6; ++step) {
    const auto above = z > 2.5;
    z = where(above, z - 1.0, z);
    product = where(above, product * z, product);
  }
  const T t = where(x < 0.5, x, where(x < 1.5, x - 1.0, z - 2.0));
  const T divided_by = where(x < 0.5, x * (x + 1.0), x);
  const auto large = x >= 8.0;
  const T logarithm = log(where(large, x, where(x < 1.5, divided_by, product)));
  const T near_two = t * polynomial<lgamma_around_two>(t) + where(x < 1.5, -logarithm, logarithm);
  const T inverse = 1.0 / x;
  const T stirling = (x - 0.5) * (logarithm - 1.0) + (0.5 * log_two_pi - 0.5) +
                     inverse * polynomial<stirling_terms, T>(inverse * inverse);
  return where(large, stirling, near_two);
}

/// log(|gamma(x)|), for x <= 0 by Euler's reflection; infinite at 0, -1, -2, ...
template <Number T>
T log_gamma(const T& x) {
  const auto reflected = x <= 0.0;
  if (!any(reflected)) return lgamma_of_positive(x);
  const T direct = lgamma_of_positive<T>(where(reflected, 1.0 - x, x));
  const T r = off_integer(x);
  const T mirrored = where(equal(r, 0.0), infinity, log_pi - log(abs(sin(pi * r))) - direct);
  return where(reflected, mirrored, direct);
}

/// The derivative of log(gamma(x)) for x > 0: ten steps of one, 1 / x + 1 / (x + 1) + ... as one fraction, and the
/// asymptotic series.
template <Number T>
T digamma_of_positive(const T& x) {
  T numerator = T(0), denominator = T(1);
  for (int k = 0; k < 10; ++k) {
    const T factor = x + static_cast<double>(k);
    numerator = numerator * factor + denominator;
    denominator = denominator * factor;
  }
  const auto small = x < 10.0;
  const T y = where(small, x + 10.0, x);
  const T inverse = 1.0 / y, square = inverse * inverse;
  return log(y) - 0.5 * inverse - square * polynomial<digamma_terms>(square) -
         where(small, numerator / denominator, 0.0);
}

template <Number T>
T digamma(const T& x) {
  const auto reflected = x <= 0.0;
  if (!any(reflected)) return digamma_of_positive(x);
  const T direct = digamma_of_positive<T>(where(reflected, 1.0 - x, x));
  const T r = off_integer(x);
  const T mirrored = where(equal(r, 0.0) && x < 0.0, not_a_number, direct - pi / tan(pi * r));
  return where(reflected, mirrored, direct);
}

/// e^log_factor x^-s
template <Number T>
T scaled_power(const T& log_factor, const T& s, const T& x) {
  return exp(log_factor - s * log(x));
}

/// gamma(s) (x^-s + (x + 1)^-s + ...) for s >= 2 and x > 0: ten terms and the formula of Euler and Maclaurin. The
/// factor is `e^log_factor`, inside the exponents, where large s do not overflow.
template <Number T>
T scaled_zeta(const T& s, const T& log_factor, const T& x) {
  T sum = T(0);
  for (int k = 0; k < 10; ++k) sum = sum + scaled_power<T>(log_factor, s, x + static_cast<double>(k));
  const T y = x + 10.0, inverse = 1.0 / y, power = s - 1.0;
  T rising = s * inverse, series = T(0.5);
  for (int j = 0; j < 8; ++j) {
    series = series + euler_maclaurin_terms[j] * rising;
    rising = rising * (s + (2.0 * j + 1.0)) * (s + (2.0 * j + 2.0)) * inverse * inverse;
  }
  return sum + scaled_power(log_factor, s, y) * series + scaled_power(log_factor, power, y) / power;
}

/// The n-th derivative of digamma, n >= 1. For x <= 0 the sum over all integers k of (x + k)^-s, which depends on x's
/// distance from an integer alone, less the terms that are not in the series.
template <Number T>
T polygamma_of_order(const T& n, const T& x) {
  const T s = n + 1.0;
  const T log_factor = lgamma_of_positive(s);
  const T parity = where(equal(floor(0.5 * s) * 2.0, s), 1.0, -1.0);  // (-1)^s
  const auto reflected = x <= 0.0;
  const T r = off_integer(x);
  T sum = scaled_zeta<T>(s, log_factor, where(reflected, 1.0 + r, x));
  if (any(reflected)) {
    const T nearest = scaled_power<T>(log_factor, s, abs(r)) * where(r < 0.0, parity, 1.0);
    const T other_side =
        scaled_zeta<T>(s, log_factor, 1.0 - r) - scaled_zeta<T>(s, log_factor, where(reflected, 1.0 - x, 1.0));
    sum = where(reflected, nearest + sum + parity * other_side, sum);
  }
  return parity * sum;
}

/// The n-th derivative of digamma; n is rounded to an integer, and nan stands for negative ones.
template <Number T>
T polygamma_at(const T& order, const T& x) {
  const T n = nearbyint(order);
  const T derivative = where(n < 0.0, not_a_number, polygamma_of_order<T>(where(n < 1.0, 1.0, n), x));
  const auto itself = equal(n, 0.0);
  return any(itself) ? where(itself, digamma(x), derivative) : derivative;
}

template <Number N, Number T>
auto polygamma(const N& n, const T& x) {
  if constexpr (Scalar<T>) {
    return polygamma_at<double>(n, x);
  } else {
    return polygamma_at(T(n), x);
  }
}

// A single float is computed in double, which costs no more.
inline double error_function(float x) { return error_function<double>(x); }
inline double error_complement(float x) { return error_complement<double>(x); }
inline double log_gamma(float x) { return log_gamma<double>(x); }
inline double digamma(float x) { return digamma<double>(x); }

#pragma GCC diagnostic pop

}  // namespace xtape::rules
