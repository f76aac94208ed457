#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

namespace xtape::data {

/// The key of the random numbers of one sample in one epoch: what a random transform does to it depends on these
/// numbers alone, whoever computes it and when. `repetition` counts earlier uses of the sample in the same epoch.
std::uint64_t sample_key(std::uint64_t seed, std::uint64_t epoch, std::uint64_t index, std::uint64_t repetition = 0);

/// Another key that depends on `key` and `number`.
std::uint64_t derived_key(std::uint64_t key, std::uint64_t number);

/// The random numbers of one sample: xoshiro256++ (Blackman and Vigna, 2019), seeded by a key through SplitMix64.
/// Unlike random::Generator it is small and ready at once, so that every sample has one of its own. The same on every
/// platform, but for the last bit of normal().
class Draws {
 public:
  explicit Draws(std::uint64_t key);

  std::uint64_t bits() {
    const std::uint64_t result = std::rotl(m_state[0] + m_state[3], 23) + m_state[0];
    const std::uint64_t shifted = m_state[1] << 17;
    m_state[2] ^= m_state[0];
    m_state[3] ^= m_state[1];
    m_state[1] ^= m_state[2];
    m_state[0] ^= m_state[3];
    m_state[2] ^= shifted;
    m_state[3] = std::rotl(m_state[3], 45);
    return result;
  }

  /// Uniform in [0, 1), (bits() >> 11) / 2^53.
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
  /// Uniform in [low, high).
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Uniform in 0 ... count - 1, without bias; `count` > 0.
  std::uint64_t below(std::uint64_t count);
  /// True with this probability.
  bool chance(double probability) { return uniform() < probability; }
  /// Standard normal, by the ziggurat method (Marsaglia and Tsang, 2000) with 256 layers.
  double normal() {
    const std::uint64_t draw = bits();
    const std::size_t layer = draw & 0xff;
    const double x = static_cast<double>(static_cast<std::int64_t>(draw) >> 11) * 0x1p-52 * m_ziggurat->edge[layer];
    return std::abs(x) < m_ziggurat->edge[layer + 1] ? x : normal_at_an_edge(layer, x);
  }
  /// From the gamma distribution of this shape, scale 1 (Marsaglia and Tsang's method of 2000); `shape` > 0.
  double gamma(double shape);
  /// From the beta distribution; `a` and `b` > 0.
  double beta(double a, double b);

 private:
  // Right edges of 256 layers of equal area under exp(-x^2 / 2); the lowest contains the tail.
  struct Ziggurat {
    std::array<double, 257> edge;
    Ziggurat();
  };
  static const Ziggurat& ziggurat();
  double normal_at_an_edge(std::size_t layer, double x);

  std::array<std::uint64_t, 4> m_state;
  const Ziggurat* m_ziggurat;
};

}  // namespace xtape::data
