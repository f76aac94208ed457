#include <doctest/doctest.h>

#include <xtape.hpp>

#include <expectations.hpp>
#include <string>

using namespace xtape;

namespace {

struct Net : nn::Module {
  nn::Linear fc1 = add("fc1", nn::Linear(4, 3));
  nn::Linear fc2 = add("fc2", nn::Linear(3, 2));
  Tensor forward(const Tensor& x) override { return fc2(relu(fc1(x))); }
};

struct Scale : nn::Module {
  Tensor gain = parameter("gain", ones({1}));
  Tensor calls = buffer("calls", zeros({1}));
  Tensor steps = buffer("steps", zeros({1}, {.dtype = int64}));
  Tensor forward(const Tensor& x) override { return x * gain; }
};

struct Outer : nn::Module {
  Tensor temperature = parameter("temperature", ones({}));
  Net net = add("net", Net());
  Scale scale = add("scale", Scale());
  Tensor forward(const Tensor& x) override { return scale(net(x)) / temperature; }
};

// Opens up registration, to try what it refuses.
struct Open : nn::Module {
  using nn::Module::add;
  using nn::Module::buffer;
  using nn::Module::parameter;
};

std::vector<std::string> names_of(const nn::NamedTensors& tensors) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : tensors) names.push_back(name);
  return names;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("parameters are listed by path, the module's own first, then its children's in order") {
  Outer outer;
  CHECK(names_of(outer.named_parameters()) == std::vector<std::string>{"temperature", "net.fc1.weight", "net.fc1.bias",
                                                                       "net.fc2.weight", "net.fc2.bias", "scale.gain"});
  CHECK(names_of(outer.named_buffers()) == std::vector<std::string>{"scale.calls", "scale.steps"});
  CHECK(outer.named_parameters()[1].second.is_same(outer.net.fc1.weight));
  CHECK(outer.parameter_count() == 1 + 4 * 3 + 3 + 3 * 2 + 2 + 1);
  CHECK(outer.parameters().size() == 6);
  CHECK(outer.net.fc1.weight.name() == "net.fc1.weight");
  CHECK(outer(randn({5, 4})).shape() == Shape({5, 2}));
}

TEST_CASE("a copy of a module shares parameters, buffers, children and the training flag") {
  Outer outer;
  Outer same = outer;
  CHECK(same.net.fc1.weight.is_same(outer.net.fc1.weight));
  CHECK(same.parameters()[0].is_same(outer.parameters()[0]));
  same.eval();
  CHECK(!outer.is_training());
  CHECK(!outer.net.is_training());
  CHECK(!outer.net.fc1.is_training());
  outer.net.train();
  CHECK(same.net.fc2.is_training());
  CHECK(!same.is_training());
}

TEST_CASE("names that are empty, taken or hold a dot are refused, and nothing is registered") {
  Open module;
  module.parameter("a", ones({1}));
  module.buffer("b", ones({1}));
  module.add("c", nn::ReLU());
  for (const char* name : {"a", "b", "c", "", "x.y"}) {
    CHECK_THROWS_AS(module.parameter(name, ones({1})), Error);
    CHECK_THROWS_AS(module.buffer(name, ones({1})), Error);
    CHECK_THROWS_AS(module.add(name, nn::ReLU()), Error);
  }
  CHECK(contains(message_of<Error>([&] { module.parameter("x.y", ones({1})); }), "'x.y'"));
  CHECK(module.parameters().size() == 1);
  CHECK(module.named_buffers().size() == 1);
  CHECK(module.named_children().size() == 1);
}

TEST_CASE("parameters are floating leaves, buffers need no gradient, and no module holds itself") {
  Open module;
  const Tensor leaf = ones({2}, {.requires_grad = true});
  CHECK_THROWS_AS(module.parameter("p", leaf * 2.0), GradError);
  CHECK_THROWS_AS(module.parameter("p", ones({2}, {.dtype = int64})), DtypeError);
  CHECK_THROWS_AS(module.parameter("p", Tensor()), Error);
  CHECK_THROWS_AS(module.buffer("b", leaf), GradError);
  CHECK_THROWS_AS(module.buffer("b", Tensor()), Error);
  CHECK_THROWS_AS(module.add("self", module), Error);
  Open parent;
  parent.add("child", module);
  CHECK_THROWS_AS(module.add("parent", parent), Error);
  CHECK(module.parameters().empty());
}

TEST_CASE("a module without forward says so") {
  Open module;
  CHECK_THROWS_AS(module(ones({2})), Error);
}

TEST_CASE("a shared parameter counts once and is saved under both names") {
  Open module;
  const nn::Linear shared(2, 2);
  module.add("a", shared);
  module.add("b", shared);
  CHECK(names_of(module.named_parameters()) == std::vector<std::string>{"a.weight", "a.bias"});
  CHECK(module.parameter_count() == 6);
  CHECK(module.state_dict().size() == 4);
}

TEST_CASE("freezing and zero_grad reach every parameter") {
  Outer outer;
  sum(outer(ones({1, 4}))).backward();
  CHECK(outer.net.fc2.bias.grad().defined());
  outer.zero_grad();
  for (const Tensor& parameter : outer.parameters()) CHECK(!parameter.grad().defined());
  outer.requires_grad_(false);
  CHECK(!outer(ones({1, 4})).requires_grad());
  outer.net.fc1.requires_grad_();
  CHECK(outer(ones({1, 4})).requires_grad());
  CHECK(!outer.net.fc2.weight.requires_grad());
}

TEST_CASE("to() changes the dtype in place, for every handle, with gradients and floating buffers") {
  Outer outer;
  const Tensor weight = outer.net.fc1.weight;
  const Tensor before = weight.detach().clone();
  sum(outer(ones({1, 4}))).backward();
  outer.to(float64);
  CHECK(outer.net.fc1.weight.dtype() == float64);
  CHECK(outer.net.fc1.weight.is_same(weight));
  CHECK(weight.requires_grad());
  CHECK(weight.grad().dtype() == float64);
  CHECK(all(equal(weight, before)).item<bool>());
  CHECK(outer.scale.calls.dtype() == float64);
  CHECK(outer.scale.steps.dtype() == int64);
  outer.zero_grad();
  sum(outer(ones({1, 4}, {.dtype = float64}))).backward();
  CHECK(weight.grad().dtype() == float64);
  outer.to(float32);
  CHECK(all(equal(weight, before)).item<bool>());
  CHECK_THROWS_AS(outer.to(int64), DtypeError);
}

TEST_CASE("apply visits children before their parents") {
  Outer outer;
  std::size_t modules = 0, linear_layers = 0;
  outer.apply([&](nn::Module& module) {
    ++modules;
    if (auto* linear_layer = dynamic_cast<nn::Linear*>(&module)) {
      ++linear_layers;
      nn::init::constant_(linear_layer->bias, 3.0);
    }
  });
  CHECK(modules == 5);
  CHECK(linear_layers == 2);
  CHECK(outer.net.fc2.bias.item(1) == 3.0);
}

TEST_CASE("a state dict carries every value from one module to another") {
  Outer from, to;
  CHECK(from.state_dict().size() == 8);
  CHECK(!from.state_dict().at("scale.gain").requires_grad());
  {
    NoGrad guard;
    from.scale.calls.assign(full({1}, 7.0));
    from.scale.gain.assign(full({1}, 3.0));
  }
  const auto report = to.load_state_dict(from.state_dict());
  CHECK(report.missing.empty());
  CHECK(report.unexpected.empty());
  const Tensor x = randn({2, 4});
  CHECK(all(equal(from(x), to(x))).item<bool>());
  CHECK(to.scale.calls.item() == 7.0);
  CHECK(!to.net.fc1.weight.is_same(from.net.fc1.weight));
  CHECK(to.net.fc1.weight.requires_grad());
}

TEST_CASE("loading converts dtypes") {
  Net from, to;
  from.to(float64);
  to.load_state_dict(from.state_dict());
  CHECK(to.fc1.weight.dtype() == float32);
  CHECK(all(equal(to.fc1.weight, from.fc1.weight)).item<bool>());
}

TEST_CASE("a state dict that does not fit throws with all that is wrong, and loads nothing") {
  Net net;
  const Tensor before = net.fc1.weight.detach().clone();
  StateDict state = Net().state_dict();
  state.erase("fc2.bias");
  state.emplace("fc3.bias", ones({2}));
  const std::string names = message_of<Error>([&] { net.load_state_dict(state); });
  CHECK(contains(names, "missing: fc2.bias"));
  CHECK(contains(names, "unexpected: fc3.bias"));
  CHECK(all(equal(net.fc1.weight, before)).item<bool>());

  state.at("fc2.weight") = ones({3, 2});
  const std::string shapes = message_of<ShapeError>([&] { net.load_state_dict(state); });
  CHECK(contains(shapes, "fc2.weight has shape (3, 2), the module's has (2, 3)"));
  CHECK(all(equal(net.fc1.weight, before)).item<bool>());
}

TEST_CASE("without strict, what fits is loaded and the rest reported") {
  Net net;
  StateDict state = Net().state_dict();
  state.erase("fc2.bias");
  state.emplace("other", ones({2}));
  state.at("fc2.weight") = ones({3, 2});
  const Tensor bias = net.fc2.bias.detach().clone(), weight = net.fc2.weight.detach().clone();
  const auto report = net.load_state_dict(state, {.strict = false});
  CHECK(report.missing == std::vector<std::string>{"fc2.bias"});
  CHECK(report.unexpected == std::vector<std::string>{"other"});
  CHECK(report.misshaped == std::vector<std::string>{"fc2.weight"});
  CHECK(identical(net.fc1.weight, state.at("fc1.weight")));
  CHECK(identical(net.fc2.bias, bias));
  CHECK(identical(net.fc2.weight, weight));
}

TEST_CASE("a module can load values that lie in its own memory") {
  Open module;
  const Tensor a = module.parameter("a", full({20}, 1.0));
  const Tensor b = module.parameter("b", full({20}, 2.0));
  module.load_state_dict({{"a", b.detach()}, {"b", a.detach()}});
  CHECK(a.item(0) == 2.0);
  CHECK(b.item(0) == 1.0);
}
