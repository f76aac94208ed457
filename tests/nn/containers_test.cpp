#include <doctest/doctest.h>

#include <xtape.hpp>

#include <expectations.hpp>

using namespace xtape;

namespace {

// A residual network of equal blocks, as ModuleList's documentation has it.
struct Residual : nn::Module {
  nn::ModuleList blocks = add("blocks", nn::ModuleList());
  explicit Residual(int count) {
    for (int i = 0; i < count; ++i) blocks.append(nn::Linear(3, 3));
  }
  Tensor forward(const Tensor& x) override {
    Tensor h = x;
    for (nn::Module& block : blocks) h = h + relu(block(h));
    return h;
  }
};

std::vector<std::string> names_of(const nn::Module& module) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : module.named_parameters()) names.push_back(name);
  return names;
}

}  // namespace

TEST_CASE("a ModuleList numbers its modules, and a module that holds it finds them") {
  Residual net(2);
  CHECK(names_of(net) ==
        std::vector<std::string>{"blocks.0.weight", "blocks.0.bias", "blocks.1.weight", "blocks.1.bias"});
  Tensor h = ones({1, 3});
  for (std::ptrdiff_t i : {0, 1}) h = h + relu(net.blocks[i](h));
  CHECK(identical(net(ones({1, 3})), h));
  net.eval();
  CHECK(!net.blocks[1].is_training());
  CHECK(std::distance(net.blocks.begin(), net.blocks.end()) == 2);
}

TEST_CASE("a ModuleList takes modules and functions, and is indexed from both ends") {
  nn::ModuleList list(
      nn::Linear(2, 3), [](const Tensor& x) { return x * 2.0; }, nn::ModuleList(nn::ReLU(), nn::Tanh()));
  CHECK(list.size() == 3);
  CHECK(list.get<nn::Linear>(0).weight.shape() == Shape({3, 2}));
  CHECK(list[1](Tensor(1.5)).item() == 3.0);
  CHECK(list.get<nn::ModuleList>(-1).size() == 2);
  CHECK_THROWS_WITH_AS(list[3], doctest::Contains("ModuleList: index 3 of 3 layers"), IndexError);
  CHECK_THROWS_WITH_AS(list.get<nn::ReLU>(0), doctest::Contains("ModuleList: layer 0 is not"), Error);
  CHECK_THROWS_WITH_AS(list(ones({2})), doctest::Contains("does not override forward"), Error);
  nn::ModuleList same = list;
  list.append(nn::ReLU());
  CHECK(same.size() == 4);
  CHECK(nn::ModuleList().size() == 0);
}

TEST_CASE("a ModuleDict keeps its modules in the order in which they came") {
  nn::ModuleDict dict;
  dict.insert("zebra", nn::Linear(2, 2)).insert("ant", nn::ReLU());
  dict.insert("mole", nn::Linear(2, 1, {.bias = false}));
  CHECK(dict.size() == 3);
  CHECK(dict.keys() == std::vector<std::string>{"zebra", "ant", "mole"});
  CHECK(names_of(dict) == std::vector<std::string>{"zebra.weight", "zebra.bias", "mole.weight"});
  CHECK(dict.contains("ant"));
  CHECK(!dict.contains("bee"));
  CHECK(dict["ant"](Tensor(-1.0)).item() == 0.0);
  CHECK(dict.get<nn::Linear>("mole").weight.shape() == Shape({1, 2}));
  std::vector<std::string> walked;
  for (const auto& [name, module] : dict) walked.push_back(name);
  CHECK(walked == dict.keys());
}

TEST_CASE("a ModuleDict refuses names that are taken or unknown") {
  nn::ModuleDict dict;
  check_says(message_of<Error>([&] { (void)dict["a"]; }), {"ModuleDict", "'a'", "none"});
  dict.insert("a", nn::ReLU()).insert("b", nn::ReLU());
  check_says(message_of<Error>([&] { (void)dict["c"]; }), {"ModuleDict", "'c'", "a, b"});
  check_says(message_of<Error>([&] { dict.insert("a", nn::Tanh()); }), {"'a'", "taken"});
  CHECK_THROWS_AS(dict.insert("x.y", nn::Tanh()), Error);
  check_says(message_of<Error>([&] { dict.get<nn::Linear>("a"); }), {"ModuleDict", "'a'"});
  CHECK(dict.size() == 2);
}

TEST_CASE("a Sequential is walked and nests in one") {
  nn::Sequential net(nn::Linear(2, 2), nn::Sequential(nn::ReLU(), [](const Tensor& x) { return x + 1.0; }));
  Tensor h = ones({1, 2});
  for (nn::Module& layer : net) h = layer(h);
  CHECK(identical(net(ones({1, 2})), h));
}
