// The SIMD loops of the level in use against <cmath> in long double: over the whole range of each type, and at zeros,
// infinities and nan. `./dev check simd` runs it for every level that the machine has.

#include <doctest/doctest.h>

#include <xtape.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace xtape;

namespace {

using Unary = long double (*)(long double);
using Binary = long double (*)(long double, long double);

struct UnaryCase {
  const char* name;
  Tensor (*function)(const Operand&);
  Unary reference;
};
struct BinaryCase {
  const char* name;
  Tensor (*function)(const Operand&, const Operand&);
  Binary reference;
};

template <class T>
std::vector<T> special_values() {
  using Limits = std::numeric_limits<T>;
  std::vector<T> values = {0,     0.5,   1, 1.5, 2, 2.5, 3, 7, Limits::infinity(), Limits::max(), Limits::min(),
                           1e30f, 1e-30f};
  for (std::size_t i = values.size(); i-- > 0;) values.push_back(-values[i]);
  values.push_back(Limits::quiet_NaN());
  return values;
}

// Of every magnitude that T has, and of both signs.
template <class T>
std::vector<T> wide_values() {
  std::vector<T> values = special_values<T>();
  random::Numpy numpy(3);
  const double decades = std::numeric_limits<T>::max_exponent10 - 1;
  for (int i = 0; i < 3000; ++i) {
    const double exponent = i % 2 ? numpy.uniform(-decades, decades) : numpy.uniform(-4.0, 4.0);
    values.push_back(static_cast<T>(std::pow(10.0, exponent) * (i % 4 < 2 ? 1.0 : -1.0)));
  }
  return values;
}

template <class T>
Tensor tensor_of(const std::vector<T>& values) {
  Tensor result = Tensor::uninitialized({values.size()}, dtype_of<T>());
  std::copy(values.begin(), values.end(), static_cast<T*>(result.mutable_data()));
  return result;
}

// The error relative to the reference; nan and infinities must be met. xsimd's exponentials give 0 for what is below
// the smallest normal number, and infinity from 0.7 times the largest on.
template <class T>
double relative_error(T value, long double reference) {
  using Limits = std::numeric_limits<T>;
  const T rounded = static_cast<T>(reference);
  if (std::isnan(value) || std::isnan(rounded)) return std::isnan(value) && std::isnan(rounded) ? 0.0 : 1e30;
  if (value == rounded) return 0.0;
  const long double size = std::abs(reference);
  if (size < Limits::min()) return std::abs(value) <= Limits::min() ? 0.0 : 1e30;
  if (std::isinf(value) || std::isinf(rounded)) {
    return size > Limits::max() / 2 && std::abs(static_cast<long double>(value)) > Limits::max() / 2 ? 0.0 : 1e30;
  }
  return static_cast<double>(std::abs(static_cast<long double>(value) - reference) / size);
}

template <class T>
void check_unary(const UnaryCase& c, double tolerance) {
  const std::vector<T> x = wide_values<T>();
  const Tensor y = c.function(tensor_of(x));
  double worst = 0.0;
  T worst_at = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double error = relative_error(y.item<T>(static_cast<std::ptrdiff_t>(i)), c.reference(x[i]));
    if (error > worst) {
      worst = error;
      worst_at = x[i];
    }
  }
  CHECK_MESSAGE(worst < tolerance, std::string(c.name) << ": off by " << worst << " at " << worst_at);
}

template <class T>
void check_binary(const BinaryCase& c, double tolerance) {
  const std::vector<T> special = special_values<T>();
  std::vector<T> a, b;
  for (T first : special) {
    for (T other : special) {
      a.push_back(first);
      b.push_back(other);
    }
  }
  random::Numpy numpy(5);
  for (int i = 0; i < 2000; ++i) {
    a.push_back(static_cast<T>(std::exp(numpy.uniform(-8.0, 8.0))));
    b.push_back(static_cast<T>(numpy.uniform(-8.0, 8.0)));
  }
  const Tensor y = c.function(tensor_of(a), tensor_of(b));
  double worst = 0.0;
  T worst_a = 0, worst_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double error = relative_error(y.item<T>(static_cast<std::ptrdiff_t>(i)), c.reference(a[i], b[i]));
    if (error > worst) {
      worst = error;
      worst_a = a[i];
      worst_b = b[i];
    }
  }
  CHECK_MESSAGE(worst < tolerance, std::string(c.name) << ": off by " << worst << " at " << worst_a << ", " << worst_b);
}

#define XTAPE_LIKE_STD(name)                                \
  {                                                         \
#name, name, [](long double x) { return std::name(x); } \
  }
#define XTAPE_LIKE_STD_2(name)                                                \
  {                                                                           \
#name, name, [](long double a, long double b) { return std::name(a, b); } \
  }

}  // namespace

TEST_CASE("functions of one argument agree with <cmath> over the whole range") {
  const UnaryCase cases[] = {
      XTAPE_LIKE_STD(abs),   XTAPE_LIKE_STD(sqrt),  XTAPE_LIKE_STD(cbrt),  XTAPE_LIKE_STD(exp),
      XTAPE_LIKE_STD(exp2),  XTAPE_LIKE_STD(expm1), XTAPE_LIKE_STD(log),   XTAPE_LIKE_STD(log2),
      XTAPE_LIKE_STD(log10), XTAPE_LIKE_STD(log1p), XTAPE_LIKE_STD(sin),   XTAPE_LIKE_STD(cos),
      XTAPE_LIKE_STD(tan),   XTAPE_LIKE_STD(asin),  XTAPE_LIKE_STD(acos),  XTAPE_LIKE_STD(atan),
      XTAPE_LIKE_STD(sinh),  XTAPE_LIKE_STD(cosh),  XTAPE_LIKE_STD(tanh),  XTAPE_LIKE_STD(asinh),
      XTAPE_LIKE_STD(acosh), XTAPE_LIKE_STD(atanh), XTAPE_LIKE_STD(erf),   XTAPE_LIKE_STD(erfc),
      XTAPE_LIKE_STD(floor), XTAPE_LIKE_STD(ceil),  XTAPE_LIKE_STD(trunc), {"round", round, std::nearbyint},
  };
  for (const UnaryCase& c : cases) {
    check_unary<float>(c, 1e-6);
    check_unary<double>(c, 2e-15);
  }
}

TEST_CASE("functions of two arguments agree with <cmath>, at every pair of special values too") {
  const BinaryCase cases[] = {XTAPE_LIKE_STD_2(atan2), XTAPE_LIKE_STD_2(hypot),     XTAPE_LIKE_STD_2(fmod),
                              XTAPE_LIKE_STD_2(fmax),  XTAPE_LIKE_STD_2(remainder), XTAPE_LIKE_STD_2(fmin)};
  for (const BinaryCase& c : cases) {
    check_binary<float>(c, 1e-6);
    check_binary<double>(c, 2e-15);
  }
  // The error of a power grows with its logarithm; odd negative powers of -0 give infinity without a sign.
  const BinaryCase power = {"pow", pow, [](long double a, long double b) {
                              return a == 0 && b < 0 ? std::numeric_limits<long double>::infinity() : std::pow(a, b);
                            }};
  check_binary<float>(power, 1e-5);
  check_binary<double>(power, 1e-13);
}
