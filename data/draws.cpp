#include <data/draws.hpp>

namespace xtape::data {

namespace {

constexpr std::uint64_t golden = 0x9e3779b97f4a7c15;

// The finalizer of SplitMix64: a bijection that scatters neighbouring numbers.
constexpr std::uint64_t scatter(std::uint64_t x) {
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
  x = (x ^ x >> 27) * 0x94d049bb133111eb;
  return x ^ x >> 31;
}

// Where the tail begins, and the area of each layer.
constexpr double tail = 3.6541528853610088;
constexpr double layer_area = 0.00492867323399;

double density(double x) { return std::exp(-0.5 * x * x); }

// A uniform number that has a logarithm.
double positive(Draws& draws) { return 1.0 - draws.uniform(); }

double normal_beyond_the_tail(Draws& draws) {
  double x, y;
  do {
    x = -std::log(positive(draws)) / tail;
    y = -std::log(positive(draws));
  } while (2.0 * y < x * x);
  return tail + x;
}

}  // namespace

std::uint64_t derived_key(std::uint64_t key, std::uint64_t number) { return scatter(scatter(key + golden) ^ number); }

std::uint64_t sample_key(std::uint64_t seed, std::uint64_t epoch, std::uint64_t index, std::uint64_t repetition) {
  return derived_key(derived_key(derived_key(seed, epoch), index), repetition);
}

Draws::Ziggurat::Ziggurat() {
  edge[0] = layer_area / density(tail);
  edge[1] = tail;
  for (std::size_t i = 2; i < 256; ++i) {
    edge[i] = std::sqrt(-2.0 * std::log(layer_area / edge[i - 1] + density(edge[i - 1])));
  }
  edge[256] = 0.0;
}

const Draws::Ziggurat& Draws::ziggurat() {
  static const Ziggurat instance;
  return instance;
}

Draws::Draws(std::uint64_t key) : m_ziggurat(&ziggurat()) {
  for (std::uint64_t& word : m_state) word = scatter(key += golden);
}

double Draws::normal_at_an_edge(std::size_t layer, double x) {
  if (layer == 0) {
    const double beyond = normal_beyond_the_tail(*this);
    return x < 0.0 ? -beyond : beyond;
  }
  // Between the edges of this layer and of the one above, the curve decides.
  const double low = density(m_ziggurat->edge[layer]), high = density(m_ziggurat->edge[layer + 1]);
  return low + uniform() * (high - low) < density(x) ? x : normal();
}

std::uint64_t Draws::below(std::uint64_t count) {
  const std::uint64_t uneven = (0 - count) % count;  // 2^64 mod count
  std::uint64_t draw = bits();
  while (draw < uneven) draw = bits();
  return draw % count;
}

double Draws::gamma(double shape) {
  if (shape < 1.0) {
    const double larger = gamma(shape + 1.0);
    return larger * std::pow(positive(*this), 1.0 / shape);
  }
  const double d = shape - 1.0 / 3.0, c = 1.0 / std::sqrt(9.0 * d);
  for (;;) {
    const double x = normal(), root = 1.0 + c * x;
    if (root <= 0.0) continue;
    const double v = root * root * root;
    if (std::log(positive(*this)) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

double Draws::beta(double a, double b) {
  const double x = gamma(a), y = gamma(b);
  return x + y > 0.0 ? x / (x + y) : 0.5;
}

}  // namespace xtape::data
