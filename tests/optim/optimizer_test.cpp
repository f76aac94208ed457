#include <doctest/doctest.h>

#include <xtape.hpp>

#include <cmath>
#include <memory>

using namespace xtape;

namespace {

// f = x^2/20 + y^2, the valley on which the books compare update rules.
Tensor valley(const Tensor& p) { return square(p(0)) / 20.0 + square(p(1)); }

Tensor point(double x, double y) { return Tensor(xt::xarray<double>{x, y}).requires_grad_(); }

template <class F>
void descend(optim::Optimizer& optimizer, const Tensor& p, const F& loss, int steps) {
  for (int i = 0; i < steps; ++i) {
    optimizer.zero_grad();
    loss(p).backward();
    optimizer.step();
  }
}

template <class Rule, class F>
Tensor path_end(const Tensor& start, const typename Rule::Options& options, const F& loss, int steps) {
  Rule rule({start}, options);
  descend(rule, start, loss, steps);
  return start;
}

void check_at(const Tensor& p, double x, double y) {
  CHECK(std::abs(p.item(0) - x) < 1e-12);
  CHECK(std::abs(p.item(1) - y) < 1e-12);
}

}  // namespace

// PyTorch's formulas in NumPy gave the numbers of the next two cases.
TEST_CASE("dampening spares the first step, and weight decay adds to the gradient") {
  check_at(path_end<optim::SGD>(point(-7, 2), {.lr = 0.1, .momentum = 0.9, .dampening = 0.5, .weight_decay = 0.01},
                                valley, 5),
           -6.346441476630127, -0.5790997355831);
}

TEST_CASE("Adam follows PyTorch") {
  using optim::Adam;
  check_at(path_end<Adam>(point(-7, 2), {.lr = 0.3}, valley, 30), 0.13601461732623224, 0.31824538889630966);
  check_at(path_end<Adam>(point(-7, 2), {.lr = 0.3, .weight_decay = 0.1}, valley, 5), -5.507276806269351,
           0.5477129143940349);
}

TEST_CASE("every element of a long parameter is updated alike, at any length and in both dtypes") {
  for (const std::size_t count : {1u, 2u, 3u, 7u, 8u, 17u, 100u, 70001u}) {
    for (const DType dtype : {float32, float64}) {
      const auto run = [&](auto make_rule) {
        const Tensor p = ones({count}, {.dtype = dtype, .requires_grad = true});
        auto rule = make_rule(Tensors{p});
        for (int i = 0; i < 3; ++i) {
          p.set_grad(full({count}, 0.5 + i, {.dtype = dtype}));
          rule->step();
        }
        CHECK(amin(p).item() == amax(p).item());
        return p.item(0);
      };
      const double sgd =
          run([](const Tensors& p) { return std::make_unique<optim::SGD>(p, optim::SGD::Options{.lr = 0.1}); });
      CHECK(sgd == doctest::Approx(1.0 - 0.1 * 4.5));
      const double momentum = run([](const Tensors& p) {
        return std::make_unique<optim::SGD>(p, optim::SGD::Options{.lr = 0.1, .momentum = 0.5});
      });
      CHECK(momentum == doctest::Approx(1.0 - 0.1 * (0.5 + 1.75 + 3.375)));
      const double adam = run([](const Tensors& p) { return std::make_unique<optim::Adam>(p); });
      CHECK(adam == doctest::Approx(0.99708).epsilon(1e-4));
    }
  }
}

TEST_CASE("a parameter without a gradient is left alone, and its own steps are counted") {
  const Tensor a = point(1, 1), b = point(1, 1);
  optim::Adam adam({a, b}, {.lr = 0.1});
  sum(a).backward();
  adam.step();
  CHECK(b.item(0) == 1.0);
  CHECK(adam.state_dict().count("1.step") == 0);
  sum(a + b).backward();
  adam.step();
  CHECK(adam.state_dict().at("0.step").item<int>() == 2);
  CHECK(adam.state_dict().at("1.step").item<int>() == 1);
  CHECK(b.item(0) == doctest::Approx(0.9));  // a first step of Adam is one learning rate long
  adam.zero_grad();
  CHECK(!a.grad().defined());
}

TEST_CASE("a graph that saved a parameter notices the update") {
  const Tensor w = point(1, 2);
  optim::SGD sgd({w}, {.lr = 0.1});
  const Tensor loss = sum(square(w));
  loss.backward({.retain_graph = true});
  sgd.step();
  CHECK_THROWS_AS(loss.backward(), GradError);
}

TEST_CASE("a gradient that is a strided view or has a history is taken as its values") {
  const Tensor w = ones({2, 3}, {.dtype = float64, .requires_grad = true});
  optim::SGD sgd({w}, {.lr = 1.0});
  const Tensor g = xt::xarray<double>{{1, 2}, {3, 4}, {5, 6}};
  w.set_grad(transpose(g));
  sgd.step();
  CHECK(w.item(1) == 1.0 - 3.0);
  const Tensor x = point(3, 0);
  optim::SGD other({x}, {.lr = 0.5});
  sum(x * x).backward({.create_graph = true});
  other.step();
  CHECK(x.item(0) == 0.0);
}

TEST_CASE("groups have options and learning rates of their own") {
  const Tensor a = point(1, 1), b = point(1, 1);
  optim::SGD sgd({a}, {.lr = 0.1});
  sgd.add_group({b}, {.lr = 0.01, .momentum = 0.9});
  CHECK(sgd.group_count() == 2);
  CHECK(sgd.learning_rate() == 0.1);
  CHECK(sgd.learning_rate(1) == 0.01);
  sum(a + b).backward();
  sgd.step();
  CHECK(a.item(0) == doctest::Approx(0.9));
  CHECK(b.item(0) == doctest::Approx(0.99));
  sgd.set_learning_rate(0.5, 1);
  CHECK(sgd.learning_rate() == 0.1);
  sgd.set_learning_rate(0.2);
  CHECK(sgd.learning_rate(1) == 0.2);
  CHECK_THROWS_AS(sgd.learning_rate(2), IndexError);
  CHECK_THROWS_AS(sgd.set_learning_rate(0.1, 2), IndexError);
  CHECK_THROWS_AS(sgd.set_learning_rate(-0.1), Error);
  CHECK(sgd.learning_rate() == 0.2);
}

TEST_CASE("options and parameters that make no sense are refused") {
  const Tensors p{point(1, 1)};
  CHECK_THROWS_AS(optim::SGD(p, {.lr = -1.0}), Error);
  CHECK_THROWS_AS(optim::SGD(p, {.lr = std::nan("")}), Error);
  CHECK_THROWS_AS(optim::SGD(p, {.momentum = -0.1}), Error);
  CHECK_THROWS_AS(optim::SGD(p, {.weight_decay = -0.1}), Error);
  CHECK_THROWS_AS(optim::SGD(p, {.nesterov = true}), Error);
  CHECK_THROWS_AS(optim::SGD(p, {.momentum = 0.9, .dampening = 0.1, .nesterov = true}), Error);
  CHECK_THROWS_AS(optim::Adam(p, {.beta1 = 1.0}), Error);
  CHECK_THROWS_AS(optim::Adam(p, {.beta2 = -0.1}), Error);
  CHECK_THROWS_AS(optim::Adam(p, {.eps = -1e-8}), Error);
  CHECK_THROWS_AS(optim::Adam(p, {.weight_decay = -1.0}), Error);
  CHECK_THROWS_WITH(optim::Adam(p, {.beta1 = 1.5}), "Adam: beta1 must be in [0, 1), not 1.5");
  CHECK_THROWS_AS(optim::Adam(Tensors{}), Error);
  CHECK_THROWS_AS(optim::Adam(Tensors{Tensor()}), Error);
  CHECK_THROWS_AS(optim::Adam(Tensors{p[0] * 2.0}), GradError);
  CHECK_THROWS_AS(optim::Adam(Tensors{ones({2}, {.dtype = int64})}), DtypeError);
  CHECK_THROWS_AS(optim::Adam(Tensors{transpose(ones({2, 3}))}), ShapeError);
  CHECK_THROWS_AS(optim::Adam(Tensors{p[0], p[0]}), Error);
  optim::Adam adam(p);
  CHECK_THROWS_AS(adam.add_group(p, {}), Error);
  CHECK(adam.group_count() == 1);
}

TEST_CASE("training goes on after saving and loading as if it had not stopped") {
  const Tensor a = point(-7, 2), b = point(0, 0);
  optim::Adam one({a}, {.lr = 0.3}), two({b}, {.lr = 0.3});
  descend(one, a, valley, 10);
  {
    NoGrad guard;
    b.assign(a.detach());
  }
  two.load_state_dict(one.state_dict());
  descend(one, a, valley, 10);
  CHECK(b.item(0) != a.item(0));  // the loaded state is a copy
  descend(two, b, valley, 10);
  CHECK(all(equal(a, b)).item<bool>());

  StateDict wrong = one.state_dict();
  wrong.at("0.exp_avg") = zeros({3}, {.dtype = float64});
  CHECK_THROWS_AS(two.load_state_dict(wrong), ShapeError);
  wrong = one.state_dict();
  wrong.erase("0.exp_avg_sq");
  CHECK_THROWS_AS(two.load_state_dict(wrong), Error);
  wrong = one.state_dict();
  wrong.emplace("1.step", Tensor(1));
  CHECK_THROWS_AS(two.load_state_dict(wrong), Error);
  CHECK(two.state_dict().at("0.step").item<int>() == 20);
}

TEST_CASE("an optimizer follows a module that moves to another dtype") {
  nn::Linear layer(3, 2);
  optim::Adam adam(layer.parameters(), {.lr = 0.01});
  sum(layer(ones({1, 3}))).backward();
  adam.step();
  layer.to(float64);
  adam.zero_grad();
  sum(layer(ones({1, 3}, {.dtype = float64}))).backward();
  adam.step();
  CHECK(layer.weight.dtype() == float64);
  CHECK(adam.state_dict().at("0.exp_avg").dtype() == float64);
}

TEST_CASE("a small network learns XOR") {
  manual_seed(2);
  nn::Sequential net(nn::Linear(2, 8), nn::Tanh(), nn::Linear(8, 2));
  const Tensor x = xt::xarray<float>{{0, 0}, {0, 1}, {1, 0}, {1, 1}};
  const Tensor t = xt::xarray<std::int64_t>{0, 1, 1, 0};
  optim::Adam adam(net.parameters(), {.lr = 0.05});
  for (int i = 0; i < 200; ++i) {
    adam.zero_grad();
    nn::cross_entropy(net(x), t).backward();
    adam.step();
  }
  CHECK(nn::cross_entropy(net(x), t).item() < 0.05);
  CHECK(nn::accuracy(net(x), t) == 1.0);
}
