#include <doctest/doctest.h>

#include <xtape.hpp>

#include <expectations.hpp>
#include <sstream>

using namespace xtape;

namespace {

// A product of (..., 4) with a weight that counts itself, and a buffer and draws that a call changes.
struct Product : nn::Module {
  Tensor weight = parameter("weight", ones({4, 4}));
  Tensor calls = buffer("calls", zeros({1}));
  Tensor forward(const Tensor& x) override {
    const NoGrad guard;
    calls.assign(calls + 1.0);
    return matmul(x + rand({4}), weight);
  }
  std::size_t multiply_adds(const Tensor& x, const Tensor&) const override { return x.size() * 4; }
};

template <class First>
struct Twice : nn::Module {
  First first = add("first", First());
  Product unused = add("unused", Product());
  nn::Dropout dropout = add("dropout", nn::Dropout());
  Tensor forward(const Tensor& x) override { return dropout(first(first(x))); }
};

const nn::Summary::Row& row_of(const nn::Summary& summary, const std::string& path) {
  for (const auto& row : summary.rows) {
    if (row.path == path) return row;
  }
  FAIL("there is no row of that path");
  return summary.rows[0];
}

}  // namespace

TEST_CASE("a summary has a row for every module, with shapes, parameters and multiply-adds") {
  nn::Sequential net(
      nn::GRU(4, 3), [](const Tensor& x) { return view(x, {0}); }, nn::Sequential(nn::Linear(3, 2), nn::ReLU()));
  const nn::Summary summary = nn::summary(net, {5, 2, 4});
  std::vector<std::string> types, paths;
  for (const auto& row : summary.rows) {
    types.push_back(row.type);
    paths.push_back(row.path);
    CHECK(row.calls == 1);
  }
  CHECK(types == std::vector<std::string>{"Sequential", "GRU", "Function", "Sequential", "Linear", "ReLU"});
  CHECK(paths == std::vector<std::string>{"", "0", "1", "2", "2.0", "2.1"});
  CHECK(row_of(summary, "").output_shape == Shape({2, 2}));
  CHECK(row_of(summary, "0").output_shape == Shape({5, 2, 3}));
  CHECK(row_of(summary, "2.0").depth == 2);
  CHECK(row_of(summary, "").parameters == 0);
  CHECK(row_of(summary, "0").parameters == 9 * 4 + 9 * 3 + 9 + 9);
  CHECK(row_of(summary, "2.0").parameters == 3 * 2 + 2);
  CHECK(row_of(summary, "0").multiply_adds == 10 * 9 * (4 + 3));
  CHECK(summary.parameters == net.parameter_count());
  CHECK(summary.trainable_parameters == net.parameter_count());
}

TEST_CASE("calls add up, shared modules count once, and names of types lose their scopes") {
  struct Local : nn::Module {
    Twice<Product> a = add("a", Twice<Product>());
    Twice<Product> again = add("again", a);
    Tensor weight = parameter("weight", a.first.weight);
    Tensor frozen = parameter("frozen", ones({5}));
    Tensor forward(const Tensor& x) override { return again(a(x)); }
  };
  Local module;
  module.frozen.requires_grad_(false);
  const nn::Summary summary = nn::summary(module, {3, 4});
  CHECK(summary.rows.size() == 5);
  CHECK(summary.rows[0].type == "Local");
  CHECK(summary.rows[1].type == "Twice<Product>");
  CHECK(summary.rows[0].parameters == 16 + 5);
  CHECK(row_of(summary, "a").calls == 2);
  CHECK(row_of(summary, "a.first").calls == 4);
  CHECK(row_of(summary, "a.first").parameters == 0);  // the weight is listed above
  CHECK(row_of(summary, "a.first").multiply_adds == 4 * 12 * 4);
  CHECK(row_of(summary, "a.unused").calls == 0);
  CHECK(summary.multiply_adds == 4 * 12 * 4);
  CHECK(summary.parameters == 16 + 5 + 16);
  CHECK(summary.trainable_parameters == 16 + 16);
}

TEST_CASE("a summary leaves modes, buffers, hooks and the generator as they were, also when the call throws") {
  Twice<Product> module;
  module.first.calls.assign(full({1}, 3.0));
  module.first.eval();
  int calls = 0;
  module.register_forward_hook([&](nn::Module& self, const Tensor&, const Tensor& y) {
    ++calls;
    CHECK(!self.is_training());
    CHECK(!y.requires_grad());
    return Tensor();
  });
  const auto check_unchanged = [&] {
    CHECK(module.is_training());
    CHECK(module.dropout.is_training());
    CHECK(!module.first.is_training());
    CHECK(module.first.calls.item() == 3.0);
    CHECK_THROWS_AS(module.dropout.remove_hook(0), Error);
  };
  manual_seed(7);
  const double drawn = rand({1}).item();
  manual_seed(7);
  nn::summary(module, {2, 4});
  check_unchanged();
  CHECK(calls == 1);
  CHECK(rand({1}).item() == drawn);
  manual_seed(7);
  CHECK_THROWS_AS(nn::summary(module, {2, 5}), ShapeError);
  check_unchanged();
  CHECK(rand({1}).item() == drawn);
}

TEST_CASE("the input has the dtype of the first parameter, or the one asked for") {
  DType seen = boolean;
  nn::Sequential net([&](const Tensor& x) {
    seen = x.dtype();
    return x;
  });
  nn::summary(net, {2});
  CHECK(seen == float32);
  nn::summary(net, {2}, {.dtype = int64});
  CHECK(seen == int64);
  net.append(nn::Linear(2, 2));
  net.to(float64);
  nn::summary(net, {2});
  CHECK(seen == float64);
}

TEST_CASE("a summary is printed as a table") {
  struct Model : nn::Module {
    nn::Sequential body = add("body", nn::Sequential(Product(), nn::ReLU()));
    nn::RNN rnn = add("rnn", nn::RNN(4, 200));
    nn::ReLU unused = add("unused", nn::ReLU());
    Tensor forward(const Tensor& x) override { return rnn(body(x)).y; }
  };
  Model model;
  model.rnn.weights(0).bias_hh.requires_grad_(false);
  std::ostringstream text;
  text << nn::summary(model, {2, 1, 4});
  CHECK(text.str() ==
        R"(module        path    output shape  parameters  multiply-adds
Model                 (2, 1, 200)            0              0
  Sequential  body    (2, 1, 4)              0              0
    Product   body.0  (2, 1, 4)             16             32
    ReLU      body.1  (2, 1, 4)              0              0
  RNN         rnn     (2, 1, 200)       41,200         81,600
  ReLU        unused  not called             0              0
total                                   41,216         81,632
trainable parameters: 41,016
)");
}
