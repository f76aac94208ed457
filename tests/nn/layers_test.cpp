#include <doctest/doctest.h>

#include <xtape.hpp>

#include <cmath>

using namespace xtape;

TEST_CASE("Linear computes x W^T + b and its gradients") {
  nn::Linear layer(2, 3);
  layer.to(float64);
  {
    NoGrad guard;
    layer.weight.assign(xt::xarray<double>{{1, 2}, {3, 4}, {5, 6}});
    layer.bias.assign(xt::xarray<double>{0.5, 0.0, -0.5});
  }
  const Tensor x = xt::xarray<double>{{1, 1}, {2, -1}};
  const Tensor y = layer(x);
  CHECK(all(equal(y, Tensor(xt::xarray<double>{{3.5, 7.0, 10.5}, {0.5, 2.0, 3.5}}))).item<bool>());
  sum(y).backward();
  CHECK(all(equal(layer.weight.grad(), Tensor(xt::xarray<double>{{3, 0}, {3, 0}, {3, 0}}))).item<bool>());
  CHECK(all(equal(layer.bias.grad(), Tensor(xt::xarray<double>{2, 2, 2}))).item<bool>());
}

TEST_CASE("Linear takes any number of leading axes, and goes without a bias") {
  nn::Linear layer(4, 2, {.bias = false});
  CHECK(!layer.bias.defined());
  CHECK(layer.named_parameters().size() == 1);
  CHECK(layer(randn({4})).shape() == Shape{2});
  CHECK(layer(randn({5, 3, 4})).shape() == Shape({5, 3, 2}));
}

TEST_CASE("Linear starts uniform in +-1/sqrt(in)") {
  manual_seed(0);
  const nn::Linear layer(400, 300);
  const double bound = 1.0 / 20.0;
  for (const Tensor& tensor : {layer.weight, layer.bias}) {
    CHECK(amax(abs(tensor)).item() <= bound);
    CHECK(amax(abs(tensor)).item() > 0.9 * bound);
  }
  CHECK(stddev(layer.weight).item() == doctest::Approx(bound / std::sqrt(3.0)).epsilon(0.01));
  CHECK(std::abs(mean(layer.weight).item()) < 0.001);
}

TEST_CASE("Linear names both shapes of an input that does not fit") {
  try {
    (void)nn::Linear(3, 2)(ones({4, 5}));
    FAIL("nothing was thrown");
  } catch (const ShapeError& error) {
    const std::string message = error.what();
    CHECK(message.find("linear") != std::string::npos);
    CHECK(message.find("(4, 5)") != std::string::npos);
    CHECK(message.find("(2, 3)") != std::string::npos);
  }
}

TEST_CASE("Sequential chains layers, nests, takes functions and counts them") {
  nn::Sequential net(
      nn::Linear(4, 8), nn::ReLU(), nn::Sequential(nn::Linear(8, 6), nn::Tanh()),
      [](const Tensor& x) { return x * 2.0; }, square, nn::Linear(6, 2));
  CHECK(net.size() == 6);
  CHECK(net(randn({3, 4})).shape() == Shape({3, 2}));
  std::vector<std::string> names;
  for (const auto& [name, tensor] : net.named_parameters()) names.push_back(name);
  CHECK(names == std::vector<std::string>{"0.weight", "0.bias", "2.0.weight", "2.0.bias", "5.weight", "5.bias"});
  CHECK(net.get<nn::Linear>(0).weight.shape() == Shape({8, 4}));
  CHECK(net.get<nn::Linear>(-1).weight.shape() == Shape({2, 6}));
  CHECK(net[1](Tensor(-1.0)).item() == 0.0);
  CHECK_THROWS_AS(net[6], IndexError);
  CHECK_THROWS_AS(net[-7], IndexError);
  CHECK_THROWS_AS(net.get<nn::ReLU>(0), Error);
}

TEST_CASE("an empty Sequential gives its input back; copies share what is appended") {
  nn::Sequential net;
  const Tensor x = ones({2});
  CHECK(net(x).is_same(x));
  nn::Sequential same = net;
  net.append(nn::Linear(2, 1)).append(nn::Sequential(nn::Sigmoid()));
  CHECK(same.size() == 2);
  CHECK(same(x).shape() == Shape{1});
  CHECK_THROWS_AS(net.append(net), Error);
}

TEST_CASE("a Sequential as a member behaves as any child") {
  struct Model : nn::Module {
    nn::Sequential body = add("body", nn::Sequential(nn::Linear(2, 2), nn::Dropout(0.5)));
    Tensor forward(const Tensor& x) override { return body(x); }
  };
  Model model;
  CHECK(model.named_parameters()[0].first == "body.0.weight");
  model.eval();
  CHECK(!model.body[1].is_training());
  const Tensor x = randn({3, 2});
  CHECK(all(equal(model(x), model.body[0](x))).item<bool>());
}

TEST_CASE("Dropout drops in training and passes in evaluation; its copies follow") {
  manual_seed(5);
  nn::Dropout layer(0.25);
  nn::Dropout same = layer;
  const Tensor x = ones({10000});
  CHECK(mean(layer(x)).item() == doctest::Approx(1.0).epsilon(0.05));
  CHECK(amin(layer(x)).item() == 0.0);
  same.eval();
  CHECK(layer(x).is_same(x));
  CHECK_THROWS_AS(nn::Dropout(1.5), Error);
  CHECK_THROWS_AS(nn::Dropout(-0.5), Error);
}

TEST_CASE("activation layers compute their functions") {
  const Tensor x = xt::xarray<double>{-4.0, -1.0, 0.5, 2.0, 7.0};
  const auto same = [&](nn::Module&& layer, const Tensor& expected) {
    CHECK(all(equal(layer(x), expected)).item<bool>());
  };
  same(nn::Identity(), x);
  same(nn::ReLU(), relu(x));
  same(nn::ReLU6(), relu6(x));
  same(nn::LeakyReLU(), where(x > 0, x, 0.01 * x));
  same(nn::LeakyReLU(0.2), where(x > 0, x, 0.2 * x));
  same(nn::ELU(), elu(x));
  same(nn::ELU(0.5), elu(x, 0.5));
  same(nn::SELU(), selu(x));
  same(nn::GELU(), gelu(x));
  same(nn::SiLU(), silu(x));
  same(nn::Mish(), mish(x));
  same(nn::Sigmoid(), sigmoid(x));
  same(nn::LogSigmoid(), logsigmoid(x));
  same(nn::Tanh(), tanh(x));
  same(nn::Softplus(), softplus(x));
  same(nn::Softsign(), softsign(x));
  same(nn::Hardtanh(), hardtanh(x));
  same(nn::Hardsigmoid(), hardsigmoid(x));
  same(nn::Hardswish(), hardswish(x));
  same(nn::Softmax(), softmax(x));
  same(nn::LogSoftmax(0), log_softmax(x, 0));
  const Tensor matrix = randn({3, 4});
  CHECK(sum(nn::Softmax(0)(matrix), {0}).item(2) == doctest::Approx(1.0));
  CHECK(sum(nn::Softmax()(matrix), {1}).item(2) == doctest::Approx(1.0));
}

TEST_CASE("Flatten keeps the batch axis") {
  CHECK(nn::Flatten()(ones({2, 3, 4, 5})).shape() == Shape({2, 60}));
  CHECK(nn::Flatten(0)(ones({2, 3})).shape() == Shape{6});
  CHECK(nn::Flatten(1, 2)(ones({2, 3, 4, 5})).shape() == Shape({2, 12, 5}));
}
