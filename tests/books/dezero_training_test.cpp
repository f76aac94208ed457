#include <doctest/doctest.h>

#include <xtape.hpp>

#include <books/printed.hpp>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

using namespace xtape;
using books::check_number;
using books::check_printed;

// The networks that steps 42 to 50 of D3 train, from the draws of NumPy's generator on: seed, data, weights, order of
// the batches. DeZero makes the weights of a layer when it first sees its input, so they are drawn after the data.

namespace {

// DeZero's Linear(out): W = randn(in, out) / sqrt(in) in float32, b = 0.
nn::Linear dezero_linear(random::Numpy& numpy, std::size_t in, std::size_t out) {
  const Tensor weight = astype(books::randn(numpy, {in, out}), float32) * std::sqrt(1.0 / static_cast<double>(in));
  return books::affine(weight, zeros({out}));
}

// DeZero's MLP((hidden, out)), which has sigmoids between its layers.
nn::Sequential dezero_mlp(random::Numpy& numpy, std::size_t in, std::size_t hidden, std::size_t out) {
  const nn::Linear first = dezero_linear(numpy, in, hidden);
  return nn::Sequential(first, nn::Sigmoid(), dezero_linear(numpy, hidden, out));
}

// The points of steps 43 to 46, after np.random.seed(0).
std::pair<Tensor, Tensor> noisy_sine(random::Numpy& numpy) {
  const Tensor x = books::rand(numpy, {100, 1});
  return {x, sin(2.0 * std::numbers::pi * x) + books::rand(numpy, {100, 1})};
}

// The generator as the program finds it once it has made the points of the spiral: 100 draws for each of 3 arms, and
// the order of all.
random::Numpy behind_spiral(std::uint32_t seed) {
  random::Numpy numpy(seed);
  (void)numpy.randn(300);
  (void)numpy.permutation(300);
  return numpy;
}

// The batches of DeZero's DataLoader, which draws the order of an epoch ahead: when it is made, and when the epoch
// before ends.
data::DataLoader shuffled(const data::Dataset& points, random::Numpy& numpy) {
  const auto draw = [&numpy](std::size_t count) {
    const std::vector<std::int64_t> order = numpy.permutation(count);
    return std::vector<std::size_t>(order.begin(), order.end());
  };
  const auto next = [draw, order = draw(points.size())](std::size_t count, random::Generator&) mutable {
    return std::exchange(order, draw(count));
  };
  return data::DataLoader(points, {.batch_size = 30, .sampler = data::Sampler(next)});
}

struct Score {
  double loss = 0.0, accuracy = 0.0;
};

// The means over the examples of an epoch; with an update rule, the network learns from each batch.
Score run_epoch(nn::Sequential& net, data::DataLoader& batches, optim::Optimizer* rule = nullptr) {
  Score total;
  for (const auto& [x, t] : batches) {
    const GradModeGuard recording(rule != nullptr);
    const Tensor y = net(x);
    const Tensor loss = nn::cross_entropy(y, t);
    if (rule) {
      rule->zero_grad();
      loss.backward();
      rule->step();
    }
    const auto count = static_cast<double>(t.size());
    total.loss += loss.item() * count;
    total.accuracy += nn::accuracy(y.detach(), t) * count;
  }
  const auto count = static_cast<double>(batches.dataset().size());
  return {total.loss / count, total.accuracy / count};
}

}  // namespace

TEST_CASE("D3 step 42: a line through noisy points") {
  random::Numpy numpy(0);
  const Tensor x = books::rand(numpy, {100, 1});
  const Tensor y = 5.0 + 2.0 * x + books::rand(numpy, {100, 1});
  const Tensor w = zeros({1, 1}, {.dtype = float64, .requires_grad = true});
  const Tensor b = zeros({1}, {.dtype = float64, .requires_grad = true});
  optim::SGD sgd({w, b}, {.lr = 0.1});
  Tensor loss;
  for (int i = 0; i < 100; ++i) {
    sgd.zero_grad();
    loss = nn::mse_loss(matmul(x, w) + b, y);
    loss.backward();
    sgd.step();
  }
  check_printed(w, {2.11807369}, 8);
  check_printed(b, {5.46608905}, 8);
  check_number(loss.item(), 0.07908606512411756, 1e-13);
}

// 9000 steps add up what other orders of summation do: 2e-15 at most between the kernels that OpenBLAS has for six
// processors from 2004 to 2017 (OPENBLAS_CORETYPE) and those of XTAPE_SIMD.
TEST_CASE("D3 step 43: a network of ten hidden units learns a sine") {
  random::Numpy numpy(0);
  const auto [x, y] = noisy_sine(numpy);
  const Tensor w1 = 0.01 * books::randn(numpy, {1, 10}), w2 = 0.01 * books::randn(numpy, {10, 1});
  nn::Sequential net(books::affine(w1, zeros({10})), nn::Sigmoid(), books::affine(w2, zeros({1})));
  optim::SGD sgd(net.parameters(), {.lr = 0.2});
  for (int i = 0; i <= 9000; ++i) {
    sgd.zero_grad();
    const Tensor loss = nn::mse_loss(net(x), y);
    loss.backward();
    sgd.step();
    if (i == 0) check_number(loss.item(), 0.8473695850105871);
    if (i == 9000) check_number(loss.item(), 0.07722132399559319, 1e-13);
  }
}

// NumPy computes these steps in float64, since the points are, but keeps the weights in float32, which DeZero made them
// in: W -= lr * gradient rounds to the array's own dtype.
TEST_CASE("D3 steps 44 to 46: layers, models and optimizers") {
  random::Numpy numpy(0);
  const auto [x, y] = noisy_sine(numpy);
  nn::Sequential net = dezero_mlp(numpy, 1, 10, 1);
  net.to(float64);
  optim::SGD sgd(net.parameters(), {.lr = 0.2});
  for (int i = 0; i <= 9000; ++i) {
    sgd.zero_grad();
    const Tensor loss = nn::mse_loss(net(x), y);
    loss.backward();
    sgd.step();
    const NoGrad guard;
    for (const Tensor& p : net.parameters()) p.assign(astype(p, float32));
    if (i == 0) check_number(loss.item(), 0.8165178492839198);
    if (i == 9000) check_number(loss.item(), 0.07618764131185574, 1e-13);
  }
}

TEST_CASE("D3 step 47: softmax and cross-entropy") {
  random::Numpy numpy(0);
  nn::Sequential net = dezero_mlp(numpy, 2, 10, 3);
  net.to(float64);
  const Tensor x = xt::xarray<double>{{0.2, -0.4}, {0.3, 0.5}, {1.3, -3.2}, {2.1, 0.3}};
  const Tensor y = net(x);
  check_printed(view(y, {0}), {-0.61505778, -0.42790161, 0.31733289}, 8);
  check_printed(view(softmax(y), {0}), {0.21068639, 0.25404893, 0.53526469}, 8);
  check_number(nn::cross_entropy(y, xt::xarray<std::int64_t>{2, 0, 1, 0}).item(), 1.496744252405306);
}

TEST_CASE("D3 steps 48 and 49: three arms of a spiral") {
  random::Numpy numpy = behind_spiral(1984);
  data::DataLoader batches = shuffled(data::spiral(), numpy);
  nn::Sequential net = dezero_mlp(numpy, 2, 10, 3);
  optim::SGD sgd(net.parameters(), {.lr = 1.0});
  Score score;
  for (int epoch = 0; epoch < 300; ++epoch) score = run_epoch(net, batches, &sgd);
  check_printed(score.loss, {0.13}, 2);
}

TEST_CASE("D3 step 50: the spiral with data loaders, accuracies and a test set") {
  random::Numpy numpy = behind_spiral(2020);  // the test set is made last
  data::DataLoader batches = shuffled(data::spiral(), numpy);
  data::DataLoader test_batches(data::spiral({.seed = 2020}), {.batch_size = 30});
  nn::Sequential net = dezero_mlp(numpy, 2, 10, 3);
  optim::SGD sgd(net.parameters(), {.lr = 1.0});
  Score train, test;
  for (int epoch = 0; epoch < 300; ++epoch) {
    train = run_epoch(net, batches, &sgd);
    test = run_epoch(net, test_batches);
  }
  check_printed(train.loss, {0.1082}, 4);
  check_printed(train.accuracy, {0.9667}, 4);
  check_printed(test.loss, {0.1458}, 4);
  check_printed(test.accuracy, {0.9600}, 4);
}
