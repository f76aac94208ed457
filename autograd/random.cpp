#include <autograd/error.hpp>
#include <autograd/random.hpp>

#include <cmath>
#include <string>

namespace xtape::random {

namespace {

// Marsaglia's polar method: a point in the unit circle gives two normal values.
template <class Uniform>
double polar(const Uniform& uniform, double& next, bool& has_next) {
  if (has_next) {
    has_next = false;
    return next;
  }
  double x1, x2, r2;
  do {
    x1 = 2.0 * uniform() - 1.0;
    x2 = 2.0 * uniform() - 1.0;
    r2 = x1 * x1 + x2 * x2;
  } while (r2 >= 1.0 || r2 == 0.0);
  const double factor = std::sqrt(-2.0 * std::log(r2) / r2);
  next = factor * x1;
  has_next = true;
  return factor * x2;
}

}  // namespace

void Generator::seed(std::uint64_t seed) {
  m_engine.seed(seed);
  m_has_next = false;
}

double Generator::normal() {
  return polar([this] { return uniform(); }, m_next_normal, m_has_next);
}

std::uint64_t Generator::below(std::uint64_t count) {
  const std::uint64_t uneven = (0 - count) % count;  // 2^64 mod count
  std::uint64_t draw = bits();
  while (draw < uneven) draw = bits();
  return draw % count;
}

Generator& default_generator() {
  static Generator generator;
  return generator;
}

double Numpy::rand() {
  const std::uint32_t high = static_cast<std::uint32_t>(m_engine()) >> 5;
  const std::uint32_t low = static_cast<std::uint32_t>(m_engine()) >> 6;
  return (high * 67108864.0 + low) / 9007199254740992.0;
}

double Numpy::randn() {
  return polar([this] { return rand(); }, m_next_normal, m_has_next);
}

std::uint64_t Numpy::interval(std::uint64_t max) {
  if (max == 0) return 0;
  std::uint64_t mask = max;
  for (int shift = 1; shift < 64; shift *= 2) mask |= mask >> shift;
  const auto draw = [&]() -> std::uint64_t {
    const std::uint64_t first = m_engine();
    return max <= 0xffffffffu ? first : first << 32 | m_engine();
  };
  std::uint64_t value = draw() & mask;
  while (value > max) value = draw() & mask;
  return value;
}

std::int64_t Numpy::randint(std::int64_t low, std::int64_t high) {
  if (low >= high) {
    throw Error("randint: the range [" + std::to_string(low) + ", " + std::to_string(high) + ") is empty");
  }
  return low + static_cast<std::int64_t>(interval(static_cast<std::uint64_t>(high - low - 1)));
}

std::vector<std::int64_t> Numpy::choice(std::int64_t count, std::size_t draws) {
  std::vector<std::int64_t> result(draws);
  for (std::int64_t& value : result) value = randint(0, count);
  return result;
}

std::vector<std::int64_t> Numpy::permutation(std::size_t count) {
  std::vector<std::int64_t> result(count);
  for (std::size_t i = 0; i < count; ++i) result[i] = static_cast<std::int64_t>(i);
  shuffle(result);
  return result;
}

std::vector<double> Numpy::rand(std::size_t count) {
  std::vector<double> result(count);
  for (double& value : result) value = rand();
  return result;
}

std::vector<double> Numpy::randn(std::size_t count) {
  std::vector<double> result(count);
  for (double& value : result) value = randn();
  return result;
}

}  // namespace xtape::random
