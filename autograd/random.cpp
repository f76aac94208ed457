#include <autograd/error.hpp>
#include <autograd/random.hpp>

#include <bit>
#include <cmath>
#include <locale>
#include <sstream>
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

// --- state: the engine's numbers, the bits of the normal value that is kept, and whether one is

template <class Engine>
std::vector<std::uint64_t> engine_words(const Engine& engine) {
  std::stringstream text;
  text.imbue(std::locale::classic());  // the program's own locale may write 1,234
  text << engine;
  std::vector<std::uint64_t> words;
  for (std::uint64_t word = 0; text >> word;) words.push_back(word);
  return words;
}

template <class Engine>
std::vector<std::uint64_t> state_of(const Engine& engine, double next_normal, bool has_next) {
  std::vector<std::uint64_t> state = engine_words(engine);
  state.push_back(std::bit_cast<std::uint64_t>(next_normal));
  state.push_back(has_next);
  return state;
}

template <class Engine>
Engine engine_of(const char* owner, std::span<const std::uint64_t> state) {
  const std::string intro = std::string(owner) + "::set_state: ";
  Engine engine;
  const std::size_t words = engine_words(engine).size();
  if (state.size() != words + 2) {
    throw Error(intro + std::to_string(state.size()) + " numbers, where a state has " + std::to_string(words + 2));
  }
  if (state.back() > 1) throw Error(intro + "the last number is " + std::to_string(state.back()) + ", not 0 or 1");
  // libstdc++ writes the engine's place behind its words, and reads back any.
  if (words > Engine::state_size && state[words - 1] > Engine::state_size) {
    throw Error(intro + "place " + std::to_string(state[words - 1]) + " of an engine of " +
                std::to_string(Engine::state_size) + " words");
  }
  std::stringstream text;
  text.imbue(std::locale::classic());
  for (const std::uint64_t word : state.first(words)) text << word << ' ';
  text >> engine;
  if (!text) throw Error(intro + "these numbers are no state of the engine");
  return engine;
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

std::vector<std::uint64_t> Generator::state() const { return state_of(m_engine, m_next_normal, m_has_next); }

void Generator::set_state(std::span<const std::uint64_t> state) {
  m_engine = engine_of<std::mt19937_64>("Generator", state);
  m_next_normal = std::bit_cast<double>(state[state.size() - 2]);
  m_has_next = state.back() != 0;
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

std::vector<std::uint64_t> Numpy::state() const { return state_of(m_engine, m_next_normal, m_has_next); }

void Numpy::set_state(std::span<const std::uint64_t> state) {
  m_engine = engine_of<std::mt19937>("Numpy", state);
  m_next_normal = std::bit_cast<double>(state[state.size() - 2]);
  m_has_next = state.back() != 0;
}

}  // namespace xtape::random
