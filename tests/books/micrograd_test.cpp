#include <doctest/doctest.h>

#include <xtape.hpp>

#include <algorithm>
#include <books/printed.hpp>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

using namespace xtape;
using books::check_number;
using books::check_printed;

// What micrograd (Karpathy) and the first lecture of "Neural Networks: Zero to Hero" compute, one number at a time and
// in the demonstration with its two moons.

namespace {

Tensor variable(double value) { return Tensor(value).requires_grad_(); }

// A seed sequence for std::mt19937, which fills its state as Python's random.seed(seed) does: init_by_array of the
// twister's authors (mt19937ar.c) for a key of one word.
struct PythonSeed {
  using result_type = std::uint32_t;

  std::uint32_t seed;

  template <class Iterator>
  void generate(Iterator first, Iterator last) const {
    const auto count = static_cast<std::uint32_t>(last - first);
    std::vector<std::uint32_t> state = {19650218u};
    std::uint32_t i = 1;
    const auto before = [&] { return state[i - 1] ^ (state[i - 1] >> 30); };
    const auto advance = [&] {
      if (++i < count) return;
      state[0] = state[count - 1];
      i = 1;
    };
    for (; i < count; ++i) state.push_back(1812433253u * before() + i);
    i = 1;
    for (std::uint32_t n = 0; n < count; ++n, advance()) state[i] = (state[i] ^ (before() * 1664525u)) + seed;
    for (std::uint32_t n = 1; n < count; ++n, advance()) state[i] = (state[i] ^ (before() * 1566083941u)) - i;
    state[0] = 0x80000000u;
    std::copy(state.begin(), state.end(), first);
  }
};

// random.uniform(-1, 1) of Python: 53 bits of two draws.
double uniform(std::mt19937& engine) {
  const double high = static_cast<double>(engine() >> 5), low = static_cast<double>(engine() >> 6);
  return -1.0 + 2.0 * ((high * 0x1p26 + low) / 0x1p53);
}

// micrograd's Layer(in, out): each neuron draws its weights when it is made; the biases are 0.
nn::Linear micrograd_layer(std::mt19937& engine, std::size_t in, std::size_t out) {
  std::vector<double> weights(in * out);
  for (double& weight : weights) weight = uniform(engine);
  return books::affine(transpose(books::tensor_of(weights, {out, in})), zeros({out}));
}

}  // namespace

TEST_CASE("micrograd's test of a small expression") {
  const Tensor x = variable(-4.0);
  const Tensor z = 2.0 * x + 2.0 + x;
  const Tensor q = relu(z) + z * x;
  const Tensor h = relu(z * z);
  const Tensor y = h + q + q * x;
  y.backward();
  CHECK(y.item() == -20.0);
  CHECK(x.grad().item() == 46.0);
}

TEST_CASE("micrograd's test of more operations") {
  const Tensor a = variable(-4.0), b = variable(2.0);
  Tensor c = a + b;
  Tensor d = a * b + pow(b, 3.0);
  c = c + (c + 1.0);
  c = c + (1.0 + c + (-a));
  d = d + (d * 2.0 + relu(b + a));
  d = d + (3.0 * d + relu(b - a));
  const Tensor e = c - d;
  const Tensor f = pow(e, 2.0);
  Tensor g = f / 2.0;
  g = g + 10.0 / f;
  g.backward();
  check_number(g.item(), 24.70408163265306);
  check_number(a.grad().item(), 138.83381924198252);
  check_number(b.grad().item(), 645.5772594752186);
}

TEST_CASE("what micrograd's users asked for") {
  const Tensor a = variable(3.0);
  const Tensor b = a + a;
  const Tensor c = b + b;
  c.backward({.retain_graph = true});
  CHECK(a.grad().item() == 4.0);  // a result that is used twice is visited once
  a.zero_grad();
  c.backward();
  CHECK(a.grad().item() == 4.0);  // results in between keep no gradient that a second pass would add to
}

TEST_CASE("Zero to Hero, lecture 1: a parabola and an expression of four numbers") {
  const Tensor x = variable(3.0);
  const Tensor parabola = 3.0 * square(x) - 4.0 * x + 5.0;
  parabola.backward();
  CHECK(parabola.item() == 20.0);
  CHECK(x.grad().item() == 14.0);
  const Tensor a = variable(2.0), b = variable(-3.0), c = variable(10.0), f = variable(-2.0);
  CHECK(((a * b + c) * f).item() == -8.0);
}

TEST_CASE("Zero to Hero, lecture 1: a neuron, its tanh as one operation and as several") {
  const double bias = 6.8813735870195432;
  for (const bool composed : {false, true}) {
    const Tensor x = Tensor(xt::xarray<double>{2.0, 0.0}).requires_grad_();
    const Tensor w = Tensor(xt::xarray<double>{-3.0, 1.0}).requires_grad_();
    const Tensor n = sum(x * w) + bias;
    const Tensor e = exp(2.0 * n);
    const Tensor o = composed ? (e - 1.0) / (e + 1.0) : tanh(n);
    o.backward();
    check_printed(o, {0.70710678}, 8);
    check_printed(x.grad(), {-1.5, 0.5}, 14);
    check_printed(w.grad(), {1.0, 0.0}, 14);
  }
}

// The points are those of random_state 1337. 100 steps with kinks of relu in them add up other orders of summation.
TEST_CASE("micrograd's demonstration: a hundred points on two moons, all of them right in the end") {
  const data::Dataset moons = data::two_moons({.points = 50, .noise = 0.1, .seed = 1337, .dtype = float64});
  const Tensor sides = 2.0 * astype(moons.targets(), float64) - 1.0;
  PythonSeed seed{1337};
  std::mt19937 engine(seed);
  nn::Sequential net;
  net.append(micrograd_layer(engine, 2, 16)).append(nn::ReLU());
  net.append(micrograd_layer(engine, 16, 16)).append(nn::ReLU());
  net.append(micrograd_layer(engine, 16, 1));
  CHECK(net.parameter_count() == 337);
  optim::SGD sgd(net.parameters(), {.lr = 1.0});
  for (int step = 0; step < 100; ++step) {
    const Tensor scores = squeeze(net(moons.inputs()), {1});
    Tensor loss = mean(relu(1.0 - sides * scores));
    for (const Tensor& p : net.parameters()) loss = loss + 1e-4 * sum(square(p));
    const double right = mean(astype(greater(sides * scores.detach(), 0.0), float64)).item();
    if (step == 0) check_number(loss.item(), 0.8958441028683222);
    if (step == 0) CHECK(right == 0.5);
    if (step == 1) check_number(loss.item(), 1.7235905336972022);
    if (step == 99) check_number(loss.item(), 0.010978370135492717, 1e-13);
    if (step == 99) CHECK(right == 1.0);
    sgd.zero_grad();
    loss.backward();
    sgd.set_learning_rate(1.0 - 0.9 * step / 100.0);
    sgd.step();
  }
}
