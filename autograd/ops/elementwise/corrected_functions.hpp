#pragma once

#include <autograd/ops/elementwise/special_functions.hpp>

/// Functions of <cmath> whose SIMD forms in xsimd are wrong at the edges: at zeros, infinities, or where a power is
/// taken of a negative number. Numbers go to <cmath> itself.
namespace xtape::rules {

// A constant of a formula takes the precision of the numbers it meets.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wfloat-conversion"
#ifdef __clang__
#pragma GCC diagnostic ignored "-Wimplicit-float-conversion"
#endif

/// a to the power b on batches, as IEEE 754 has it, but for the sign that powers of -0 have. The exponents 1, 2 and 3
/// are products: exact, and many times faster where a batch has no others.
template <Number T>
T power_of_batch(const T& a, const T& b) {
  const auto square = equal(b, 2), cube = equal(b, 3);
  const auto product = square || cube || equal(b, 1);
  const T few = where(cube, a * a * a, where(square, a * a, a));
  if (!any(!product)) return few;

  const T size = abs(a);
  T power = where(equal(size, 1) && !is_nan(b), 1, exp(b * log(size)));
  const auto negative = a < 0;
  if (any(negative)) {
    const auto whole = equal(floor(b), b);
    const auto odd = whole && !equal(floor(0.5 * b) * 2, b);
    const auto undefined = negative && !whole && !equal(size, infinity);
    power = where(undefined, not_a_number, where(negative && odd, -power, power));
  }
  return where(product, few, where(equal(b, 0) || equal(a, 1), 1, power));
}

/// The angle of the point (b, a), in (-pi, pi].
template <Number T>
T angle_of(const T& a, const T& b) {
  if constexpr (Scalar<T>) {
    return std::atan2(a, b);
  } else {
    const auto far = equal(abs(a), infinity) && equal(abs(b), infinity);
    const auto at_origin = equal(a, 0) && equal(b, 0);
    const T side = where(b > 0 || 1 / b > 0, 1, -1);
    return atan2(where(far, where(a > 0, T(1), T(-1)), a), where(far || at_origin, side, b));
  }
}

/// sqrt(a^2 + b^2), without overflow on the way.
template <Number T>
T hypotenuse(const T& a, const T& b) {
  if constexpr (Scalar<T>) {
    return std::hypot(a, b);
  } else {
    const T big = maximum(abs(a), abs(b)), small = minimum(abs(a), abs(b));
    const T ratio = small / nonzero(big);
    const auto infinite = equal(abs(a), infinity) || equal(abs(b), infinity);
    return where(infinite, infinity, where(is_nan(a), a, big * sqrt(1 + ratio * ratio)));
  }
}

/// What is left of a after the division by b with its quotient truncated; 0 for integers divided by 0, as in NumPy.
template <Number T>
T truncated_modulo(const T& a, const T& b) {
  if constexpr (std::integral<T>) {
    return b == 0 || b == -1 ? 0 : a % b;
  } else {
    return each_lane([](auto p, auto q) { return std::fmod(p, q); }, a, b);
  }
}

/// The same with the quotient rounded down: the result has the sign of b.
template <Number T>
T floored_modulo(const T& a, const T& b) {
  const T rest = truncated_modulo(a, b);
  return where((rest < 0 && b > 0) || (rest > 0 && b < 0), rest + b, rest);
}

/// The same with the quotient rounded to the nearest integer, half to even.
template <Number T>
T nearest_modulo(const T& a, const T& b) {
  return each_lane([](auto p, auto q) { return std::remainder(p, q); }, a, b);
}

/// The largest and the lowest finite value of x's type.
template <Number T>
T largest(const T&) {
  return T(std::numeric_limits<ElementOf<T>>::max());
}
template <Number T>
T lowest(const T&) {
  return T(std::numeric_limits<ElementOf<T>>::lowest());
}

// --- on numbers and tensors, for rules

template <class A, class B>
auto power(const A& a, const B& b) {
  if constexpr (Scalar<A> && Scalar<B>) {
    return std::pow(a, b);
  } else if constexpr (Number<A> && Number<B>) {
    return power_of_batch<A>(a, b);
  } else {
    return pow(a, b);
  }
}

/// The distribution function of the standard normal distribution, precise on the left too, where it is small, and
/// e^(-x^2 / 2). On numbers both come from one exponential, without erfc()'s second formula near 0, since it is the
/// smaller side that is computed, and without its split of x: rounding x^2 costs no more than rounding x / sqrt(2).
template <Number T>
struct NormalDistribution {
  explicit NormalDistribution(const T& x) : bell(exp(-0.5 * x * x)) {
    const T size = sqrt_half * abs(x);
    const T tail = 0.5 * bell * scaled_erfc<T>(where(size > 30.0, 30.0, size));
    value = where(x < 0.0, tail, 1.0 - tail);
  }
  T bell, value;
};

template <class T>
auto normal_distribution(const T& x) {
  if constexpr (Number<T>) {
    return NormalDistribution<T>(x).value;
  } else {
    return 0.5 * erfc(-sqrt_half * x);
  }
}

/// The derivative of gelu.
template <class T>
auto gelu_slope(const T& x) {
  if constexpr (Number<T>) {
    const NormalDistribution<T> normal(x);
    return T(normal.value + x * normal_peak * normal.bell);
  } else {
    return normal_distribution(x) + x * normal_peak * exp(-0.5 * x * x);
  }
}

/// gelu_tanh(x) = x sigmoid(u(x)), since (1 + tanh(u / 2)) / 2 = sigmoid(u); u, and its derivative.
template <class T>
auto gelu_argument(const T& x) {
  return two_sqrt_two_over_pi * x * (1.0 + 0.044715 * x * x);
}
template <class T>
auto gelu_argument_slope(const T& x) {
  return two_sqrt_two_over_pi * (1.0 + 3 * 0.044715 * x * x);
}

#pragma GCC diagnostic pop

}  // namespace xtape::rules
