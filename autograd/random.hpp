#pragma once

#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <vector>

/// Random numbers: the library's own documented generator, and NumPy's.
namespace xtape::random {

/// The generator behind rand, randn and the initialisers, from which dropout draws its seeds: the 64-bit Mersenne
/// Twister (std::mt19937_64), with these draws on top, the same on every platform:
///   uniform()  = (u >> 11) / 2^53, in [0, 1)
///   normal()   = Marsaglia's polar method on pairs of uniform(), the second value kept for the next call
///   below(n)   = rejection of the lowest 2^64 mod n values, then u mod n
/// Not safe for use by two threads at once.
class Generator {
 public:
  explicit Generator(std::uint64_t seed = 5489) { this->seed(seed); }

  void seed(std::uint64_t seed);
  std::uint64_t bits() { return m_engine(); }
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
  double normal();
  std::uint64_t below(std::uint64_t count);

  /// Everything that the draws to come depend on, in numbers: the engine's, as the standard library writes them, and
  /// the normal value that is kept. Example: `const auto place = generator.state();`
  std::vector<std::uint64_t> state() const;
  /// Goes on from such a place, draw for draw. Throws Error for numbers that are no state of this generator (those of
  /// another standard library are none); then nothing changed.
  void set_state(std::span<const std::uint64_t> state);

  /// Fisher-Yates, from the back: swaps i with below(i + 1).
  template <class T>
  void shuffle(std::vector<T>& values) {
    for (std::size_t i = values.size(); i-- > 1;) std::swap(values[i], values[below(i + 1)]);
  }

 private:
  std::mt19937_64 m_engine;
  double m_next_normal = 0.0;
  bool m_has_next = false;
};

/// Number `index`, from 0, of the sequence that SplitMix64 (Steele, Lea and Flood 2014) gives from `seed`: numbers that
/// need not be drawn one after the other. Example: `splitmix64(generator.bits(), i)`.
inline std::uint64_t splitmix64(std::uint64_t seed, std::uint64_t index) noexcept {
  std::uint64_t z = seed + (index + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

/// The generator that functions use where none is given; one for the whole program.
Generator& default_generator();

/// The draws of NumPy's legacy generator after `np.random.seed(seed)`, bit for bit, so that seeded programs written for
/// NumPy can be followed exactly. Example: `random::Numpy numpy(0); numpy.rand();  // 0.5488135039273248`
class Numpy {
 public:
  explicit Numpy(std::uint32_t seed) : m_engine(seed) {}

  /// np.random.rand(): uniform in [0, 1).
  double rand();
  /// np.random.randn(): standard normal.
  double randn();
  /// np.random.uniform(low, high).
  double uniform(double low, double high) { return low + (high - low) * rand(); }
  /// np.random.normal(mean, deviation).
  double normal(double mean, double deviation) { return mean + deviation * randn(); }
  /// np.random.randint(low, high): uniform in [low, high). Throws Error where the range is empty.
  std::int64_t randint(std::int64_t low, std::int64_t high);
  /// np.random.choice(count, draws): with replacement.
  std::vector<std::int64_t> choice(std::int64_t count, std::size_t draws);
  /// np.random.permutation(count).
  std::vector<std::int64_t> permutation(std::size_t count);
  /// np.random.shuffle.
  template <class T>
  void shuffle(std::vector<T>& values) {
    for (std::size_t i = values.size(); i-- > 1;) std::swap(values[i], values[interval(i)]);
  }
  /// `count` values of rand() / randn(), in order.
  std::vector<double> rand(std::size_t count);
  std::vector<double> randn(std::size_t count);

  /// Everything that the draws to come depend on; as Generator::state().
  std::vector<std::uint64_t> state() const;
  /// Goes on from such a place. The same errors as Generator::set_state().
  void set_state(std::span<const std::uint64_t> state);

 private:
  // Uniform in [0, max]: one 32-bit draw (64-bit for larger ranges) masked to the next power of two, drawn again while
  // it is above.
  std::uint64_t interval(std::uint64_t max);

  std::mt19937 m_engine;
  double m_next_normal = 0.0;
  bool m_has_next = false;
};

}  // namespace xtape::random

namespace xtape {

/// Seeds the default generator. Example: `manual_seed(0);`
inline void manual_seed(std::uint64_t seed) { random::default_generator().seed(seed); }

}  // namespace xtape
