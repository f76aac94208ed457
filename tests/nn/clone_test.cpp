// clone(): a module with a state of its own.
#include <doctest/doctest.h>

#include <xtape.hpp>

#include <expectations.hpp>

using namespace xtape;

namespace {

struct Scale : nn::Module {
  Tensor gain = parameter("gain", ones({1}));
  Tensor calls = buffer("calls", zeros({1}));
  Tensor forward(const Tensor& x) override { return x * gain; }
};

// Members, children of several kinds, and a plain value.
struct Net : nn::Module {
  nn::Linear fc1 = add("fc1", nn::Linear(3, 4));
  nn::Sequential body = add("body", nn::Sequential(nn::Linear(4, 4), nn::ReLU(), nn::Sequential(Scale())));
  nn::ModuleDict heads = add("heads", nn::ModuleDict());
  double factor = 0.5;

  Net() { heads.insert("a", nn::Linear(4, 2)).insert("b", nn::Linear(4, 1)); }
  Tensor forward(const Tensor& x) override { return heads["a"](body(fc1(x))) * factor; }
};

// One weight under two names, as in a language model, and one module in two places.
struct Tied : nn::Module {
  nn::Linear first = add("first", nn::Linear(3, 3));
  nn::Linear again = add("again", first);
  Tensor weight = parameter("weight", first.weight);
};

Tensor input() { return reshape(arange(6.0), {2, 3}); }

// Every parameter and buffer of `copy` has the values of the original's and memory of its own.
void check_separate(const nn::Module& original, const nn::Module& copy) {
  const StateDict from = original.state_dict(), to = copy.state_dict();
  REQUIRE(from.size() == to.size());
  for (const auto& entry : from) {
    const std::string& name = entry.first;
    INFO(name);
    REQUIRE(to.contains(name));
    CHECK(identical(entry.second, to.at(name)));
    CHECK(entry.second.raw_data() != to.at(name).raw_data());
  }
}

void fill(const nn::Module& module, double value) {
  for (const Tensor& parameter : module.parameters()) nn::init::constant_(parameter, value);
}

}  // namespace

TEST_CASE("a clone has the same values in memory of its own") {
  Net net;
  Net copy = nn::clone(net);
  check_separate(net, copy);
  CHECK(identical(net(input()), copy(input())));
  const StateDict before = Net(nn::clone(net)).state_dict();
  fill(copy, 0.0);
  for (const auto& [name, tensor] : net.state_dict()) CHECK(identical(tensor, before.at(name)));
  CHECK(amax(abs(copy(input()))).item() == 0.0);
}

TEST_CASE("members and children of a clone are handles on the same state, as those of the original") {
  Net net;
  Net copy = nn::clone(net);
  CHECK(copy.fc1.weight.is_same(copy.named_parameters()[0].second));
  CHECK(copy.named_children()[0].second->is_same(copy.fc1));
  CHECK(copy.body[0].is_same(*copy.named_children()[1].second->named_children()[0].second));
  CHECK(copy.body.get<nn::Linear>(0).weight.is_same(copy.named_parameters()[2].second));
  CHECK(copy.heads.get<nn::Linear>("b").bias.is_same(copy.parameters().back()));
  CHECK(!copy.fc1.is_same(net.fc1));
  CHECK(copy.factor == 0.5);
  CHECK(copy.fc1.weight.name() == "fc1.weight");
  copy.heads.insert("c", nn::Linear(4, 1));
  CHECK(net.heads.size() == 2);
  CHECK(copy.named_children()[2].second->named_children().size() == 3);
}

TEST_CASE("tied weights and shared modules stay so inside a clone") {
  const Tied tied;
  const Tied copy = nn::clone(tied);
  CHECK(copy.parameter_count() == tied.parameter_count());
  CHECK(copy.weight.is_same(copy.first.weight));
  CHECK(copy.again.weight.is_same(copy.first.weight));
  CHECK(copy.again.is_same(copy.first));
  check_separate(tied, copy);
}

TEST_CASE("a clone keeps modes, flags, dtypes and buffers, each module's own") {
  Net net;
  net.to(float64);
  net.fc1.requires_grad_(false);
  net.body.eval();
  auto& scale = net.body.get<nn::Sequential>(2).get<Scale>(0);
  scale.calls.assign(full({1}, 7.0));
  Net copy = nn::clone(net);
  CHECK(copy.is_training());
  CHECK(!copy.body.is_training());
  CHECK(!copy.body[1].is_training());
  CHECK(!copy.fc1.weight.requires_grad());
  CHECK(copy.heads.get<nn::Linear>("a").weight.requires_grad());
  CHECK(copy.fc1.weight.dtype() == float64);
  const Tensor calls = copy.named_buffers()[0].second;
  CHECK(calls.item() == 7.0);
  calls.assign(zeros({1}));
  CHECK(scale.calls.item() == 7.0);
  copy.body.train();
  copy.fc1.requires_grad_();
  CHECK(!net.body.is_training());
  CHECK(!net.fc1.weight.requires_grad());
}

TEST_CASE("gradients and hooks stay with the original") {
  Net net;
  int calls = 0;
  net.fc1.register_forward_hook([&](nn::Module&, const Tensor&, const Tensor&) {
    ++calls;
    return Tensor();
  });
  sum(net(input())).backward();
  Net copy = nn::clone(net);
  CHECK(net.fc1.weight.grad().defined());
  CHECK(!copy.fc1.weight.grad().defined());
  sum(copy(input())).backward();
  CHECK(calls == 1);
  CHECK(copy.fc1.weight.grad().defined());
}

TEST_CASE("training a clone leaves the original alone, and a clone keeps the best state") {
  nn::Sequential net(nn::Linear(3, 4), nn::Tanh(), nn::Linear(4, 1));
  nn::Sequential best = nn::clone(net);
  const Tensor before = best(input());
  optim::SGD optimizer(net.parameters(), {.lr = 0.1});
  for (int i = 0; i < 3; ++i) {
    optimizer.zero_grad();
    sum(square(net(input()))).backward();
    optimizer.step();
  }
  CHECK(identical(best(input()), before));
  CHECK(!identical(net(input()), before));
  net.load_state_dict(best.state_dict());
  CHECK(identical(net(input()), before));
}

TEST_CASE("a clone outlives the original, and can be cloned") {
  Tensor expected;
  const auto made = [&] {
    Net net;
    expected = net(input());
    return nn::clone(net);
  };
  Net copy = made();
  CHECK(identical(copy(input()), expected));
  Net again = nn::clone(copy);
  CHECK(identical(again(input()), expected));
  check_separate(copy, again);
  const nn::Sequential empty = nn::clone(nn::Sequential());
  CHECK(empty.size() == 0);
}

TEST_CASE("a module is whole again after it was cloned") {
  Net net;
  (void)nn::clone(net);
  const Net same = net;
  CHECK(same.is_same(net));
  CHECK(same.fc1.weight.is_same(net.fc1.weight));
}
