#pragma once

#include <cmath>
#include <concepts>
#include <limits>
#include <type_traits>

namespace xtape {
class Tensor;
}

/// What the formulas of the elementwise table are written in: the functions of <cmath>, a few more, and constants.
/// Calls on SIMD batches and on tensors find their own functions by argument-dependent lookup.
namespace xtape::rules {

using std::abs, std::acos, std::acosh, std::asin, std::asinh, std::atan, std::atan2, std::atanh, std::cbrt, std::ceil,
    std::cos, std::cosh, std::exp, std::exp2, std::expm1, std::floor, std::log, std::log10, std::log1p, std::log2,
    std::nearbyint, std::pow, std::round, std::sin, std::sinh, std::sqrt, std::tan, std::tanh, std::trunc;

/// In a rule's parameter list: an argument that the rule does not need, and that is not saved for it.
struct none {
  none() = default;
  template <class T>
  constexpr none(const T&) noexcept {}
};

/// The rule that hands the gradient on unchanged.
struct Pass {
  static constexpr bool is_pass = true;
};
inline constexpr Pass pass;

/// The rule of a function that is flat almost everywhere.
struct Zero {
  static constexpr bool is_zero = true;
};
inline constexpr Zero zero;

template <class T>
concept Scalar = std::is_arithmetic_v<T>;

template <Scalar Condition, Scalar A, Scalar B>
constexpr auto where(Condition condition, A a, B b) {
  using Result = std::common_type_t<A, B>;
  return condition != 0 ? static_cast<Result>(a) : static_cast<Result>(b);
}
template <Scalar A, Scalar B>
constexpr bool equal(A a, B b) {
  return a == static_cast<A>(b);
}

template <Scalar T, class F>
T each_lane(const F& f, T a, T b) {
  return f(a, b);
}
constexpr bool any(bool condition) { return condition; }

/// A number or a SIMD batch of numbers.
template <class T>
concept Number = !std::same_as<std::remove_cvref_t<T>, Tensor>;

// What a batch consists of.
template <class T>
struct Element {
  using type = typename T::value_type;
};
template <Scalar T>
struct Element<T> {
  using type = T;
};
template <Number T>
using ElementOf = typename Element<T>::type;

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
inline constexpr double ln2 = 0.69314718055994530942;
inline constexpr double ln10 = 2.30258509299404568402;
inline constexpr double two_over_sqrt_pi = 1.12837916709551257390;
inline constexpr double sqrt_half = 0.70710678118654752440;
inline constexpr double two_sqrt_two_over_pi = 1.59576912160573071176;
inline constexpr double normal_peak = 0.39894228040143267794;            // 1 / sqrt(2 pi)
inline constexpr double selu_scale = 1.0507009873554804934193349852946;  // Klambauer et al. 2017, section 2
inline constexpr double selu_alpha = 1.6732632423543772848170429916717;

// --- on numbers

/// Whether x is not a number. Not written as `x != x`: in xsimd 8's AVX-512 batches that is false for a nan.
template <Number T>
auto is_nan(T x) {
  return !(x == x);
}
template <Number T>
auto maximum(T a, std::type_identity_t<T> b) {
  return where(a > b, a, b);
}
template <Number T>
auto minimum(T a, std::type_identity_t<T> b) {
  return where(a < b, a, b);
}
template <Number T>
auto square(T x) {
  return x * x;
}
template <Number T>
auto sign(T x) {
  return where(x > 0, 1, where(x < 0, -1, 0 * x));
}
template <Number T>
auto sigmoid(T x) {
  return 1.0 / (1.0 + exp(-x));
}
template <Number T>
auto softplus(T x) {
  return maximum(x, 0) + log1p(exp(-abs(x)));
}

// --- on numbers and tensors, for rules

/// x, but 1 where it is 0.
template <class T>
auto nonzero(const T& x) {
  return where(equal(x, 0), 1, x);
}
/// a - b, and 0 for two equal infinities.
template <class T>
auto gap(const T& a, const T& b) {
  return where(equal(a, b) && !equal(a - a, 0), 0, a - b);
}

}  // namespace xtape::rules
