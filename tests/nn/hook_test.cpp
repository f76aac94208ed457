// Hooks around forward(), and what else a module says of itself.
#include <doctest/doctest.h>

#include <xtape.hpp>

#include <expectations.hpp>
#include <known_values.hpp>

using namespace xtape;

namespace {

// Takes and gives two tensors.
struct Pair : nn::Module {
  struct Result {
    Tensor sum, difference;
  };
  Result operator()(const Tensor& a, const Tensor& b) {
    Result result;
    result.sum = call(a, [&](const Tensor& x) {
      result = {x + b, x - b};
      return result.sum;
    });
    return result;
  }
};

}  // namespace

TEST_CASE("hooks see the input and the output, in the order in which they were registered") {
  nn::ReLU layer;
  std::vector<int> order;
  Tensor input, output;
  layer.register_forward_pre_hook([&](nn::Module& module, const Tensor& x) {
    CHECK(module.is_same(layer));
    order.push_back(0);
    input = x;
    return Tensor();
  });
  for (int i : {1, 2}) {
    layer.register_forward_hook([&order, &output, i](nn::Module&, const Tensor&, const Tensor& y) {
      order.push_back(i);
      output = y;
      return Tensor();
    });
  }
  const Tensor x = xt::xarray<double>{-1.0, 2.0};
  const Tensor y = layer(x);
  CHECK(order == std::vector<int>{0, 1, 2});
  CHECK(input.is_same(x));
  CHECK(output.is_same(y));
  (void)layer.forward(x);
  CHECK(order.size() == 3);
}

TEST_CASE("what a hook returns takes the place of the input or the output, and carries gradients") {
  nn::Linear layer(2, 2);
  layer.to(float64);
  layer.register_forward_pre_hook([](nn::Module&, const Tensor& x) { return x * 2.0; });
  layer.register_forward_hook([](nn::Module&, const Tensor& x, const Tensor& y) { return y + x; });
  layer.register_forward_hook([](nn::Module&, const Tensor&, const Tensor& y) { return y * 10.0; });
  const Tensor x = ones({1, 2}, {.dtype = float64, .requires_grad = true});
  const Tensor y = layer(x);
  CHECK(identical(y, (layer.forward(x * 2.0) + x * 2.0) * 10.0));
  sum(y).backward();
  CHECK(known::distance(x.grad(), (sum(layer.weight, {0}, keep_dims) + 1.0) * 20.0) < 1e-12);
}

TEST_CASE("hooks belong to the module, so every handle and every container calls them") {
  nn::Linear layer(2, 2);
  nn::Sequential net(layer, nn::ReLU());
  int calls = 0;
  const unsigned number = layer.register_forward_hook([&](nn::Module&, const Tensor&, const Tensor&) {
    ++calls;
    return Tensor();
  });
  net(ones({1, 2}));
  net[0](ones({1, 2}));
  CHECK(calls == 2);
  net[0].remove_hook(number);
  net(ones({1, 2}));
  CHECK(calls == 2);
  CHECK_THROWS_WITH_AS(layer.remove_hook(number), doctest::Contains("no hook number 0"), Error);
}

TEST_CASE("a hook may remove itself, and one that throws leaves the module usable") {
  nn::ReLU layer;
  int calls = 0;
  unsigned number = 0;
  number = layer.register_forward_hook([&](nn::Module& module, const Tensor&, const Tensor&) {
    ++calls;
    module.remove_hook(number);
    return Tensor();
  });
  layer(ones({1}));
  layer(ones({1}));
  CHECK(calls == 1);
  number = layer.register_forward_pre_hook([](nn::Module&, const Tensor&) -> Tensor { throw Error("no"); });
  CHECK_THROWS_AS(layer(ones({1})), Error);
  layer.remove_hook(number);
  CHECK(layer(ones({1})).item() == 1.0);
}

TEST_CASE("modules of several tensors call hooks with the first of each") {
  Pair pair;
  pair.register_forward_pre_hook([](nn::Module&, const Tensor& x) { return x * 3.0; });
  pair.register_forward_hook([](nn::Module&, const Tensor&, const Tensor& y) { return -y; });
  const auto [sum, difference] = pair(Tensor(2.0), Tensor(1.0));
  CHECK(sum.item() == -7.0);
  CHECK(difference.item() == 5.0);
}

TEST_CASE("handles know whether they name the same module") {
  nn::Linear layer(2, 2);
  const nn::Linear same = layer, other(2, 2);
  nn::Sequential net(layer);
  CHECK(layer.is_same(same));
  CHECK(net[0].is_same(layer));
  CHECK(!layer.is_same(other));
  CHECK(!layer.is_same(nn::clone(layer)));
}
