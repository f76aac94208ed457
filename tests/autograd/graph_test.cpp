#include <doctest/doctest.h>

#include <autograd/file.hpp>

#include <xtape.hpp>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

using namespace xtape;

namespace {

using Json = nlohmann::json;

// What a page shows.
Json data_of(const std::string& page) {
  const std::string mark = "<script id=\"data\" type=\"application/json\">";
  const std::size_t begin = page.find(mark) + mark.size();
  return Json::parse(page.substr(begin, page.find("</script>", begin) - begin));
}

Json page_of(const Tensor& root) {
  graph::save(root, "page.html");
  return data_of(text_of("page.html"));
}

const Json& node_named(const Json& page, const std::string& name) {
  for (const Json& node : page["nodes"]) {
    if (node["name"] == name) return node;
  }
  throw std::runtime_error("no node has the name " + name);
}
const Json& node_of_op(const Json& page, const std::string& op) {
  for (const Json& node : page["nodes"]) {
    if (node["op"] == op) return node;
  }
  throw std::runtime_error("no node is of the op " + op);
}

double scalar(const Json& statistics) { return statistics["elements"][0].get<double>(); }

struct Classifier : nn::Module {
  nn::Linear fc1 = add("fc1", nn::Linear(4, 8));
  nn::Sequential tail = add("tail", nn::Sequential(nn::ReLU(), nn::Linear(8, 3)));
  Tensor forward(const Tensor& x) override { return tail(fc1(x)); }
};

}  // namespace

TEST_CASE("the graph of apples and oranges") {
  const Tensor apple = Tensor(100.0).named("apple").requires_grad_(),
               apples = Tensor(2.0).named("apples").requires_grad_();
  const Tensor tax = Tensor(1.1).named("tax \"10 %\"").requires_grad_();
  const Tensor price = (apple * apples * tax).named("price");
  price.backward();
  const std::string dot = graph::to_dot(price, {.values = true, .gradients = true});
  CHECK(dot.rfind("digraph", 0) == 0);
  CHECK(dot.find("multiply\\nprice\\n() float64\\nvalue 220") != std::string::npos);
  CHECK(dot.find("apples\\n() float64\\nvalue 2\\ngradient 110") != std::string::npos);
  CHECK(dot.find("tax \\\"10 %\\\"") != std::string::npos);
  std::size_t arrows = 0;
  for (std::size_t at = dot.find("->"); at != std::string::npos; at = dot.find("->", at + 1)) ++arrows;
  CHECK(arrows == 4);
  CHECK(graph::to_dot(price).find("value") == std::string::npos);
  CHECK_THROWS_AS(graph::to_dot(Tensor(1.0)), GradError);

  graph::save(price, "price.dot");
  CHECK(text_of("price.dot") == graph::to_dot(price));
  CHECK_THROWS_WITH_AS(graph::save(price, "price.xyz"), "graph: 'price.xyz' must end in .html, .svg or .dot", IoError);
  CHECK_THROWS_WITH_AS(graph::save(price, "no/such/folder/price.dot"), doctest::Contains("no/such/folder"), IoError);
  if (std::system("dot -V > /dev/null 2>&1") == 0) {
    graph::save(price, "price.svg");
    CHECK(text_of("price.svg").find("<svg") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists("price.svg.dot"));
  } else {
    CHECK_THROWS_WITH_AS(graph::save(price, "price.svg"), doctest::Contains("graphviz"), IoError);
  }
}

TEST_CASE("a deep graph is drawn without recursion") {
  Tensor y = Tensor(1.0).requires_grad_();
  for (int i = 0; i < 20000; ++i) y = y + 1.0;
  CHECK(graph::to_dot(y).size() > 1000000);
}

TEST_CASE("a picture has the gradients of the values between") {
  const Tensor apple = Tensor(100.0).named("apple").requires_grad_(),
               apples = Tensor(2.0).named("apples").requires_grad_();
  const Tensor orange = Tensor(150.0).named("orange").requires_grad_(),
               oranges = Tensor(3.0).named("oranges").requires_grad_();
  const Tensor tax = Tensor(1.1).named("tax").requires_grad_();
  const Tensor price = ((apple * apples + orange * oranges) * tax).named("price");
  SUBCASE("before backward") {}
  SUBCASE("after backward, which has freed what the rules need") { price.backward(); }
  SUBCASE("after backward that kept it") { price.backward({.retain_graph = true}); }
  const bool has_run = apple.grad().defined();

  const Json page = page_of(price);
  CHECK(page["nodes"].size() == 9);
  CHECK(scalar(node_of_op(page, "add")["value"]) == 650.0);
  CHECK(scalar(node_of_op(page, "add")["gradient"]) == 1.1);
  CHECK(scalar(node_named(page, "apple")["gradient"]) == 2.2);
  CHECK(scalar(node_named(page, "tax")["gradient"]) == 650.0);
  const Json edge = page["nodes"].back()["inputs"][1];
  CHECK(scalar(edge["local"]) == 650.0);
  CHECK(scalar(edge["share"]) == 650.0);
  const std::string dot = graph::to_dot(price, {.values = true, .gradients = true});
  CHECK(dot.find("add\\n() float64\\nvalue 650\\ngradient 1.1") != std::string::npos);

  CHECK(apple.grad().defined() == has_run);  // a picture accumulates nothing
  if (has_run) {
    CHECK(apple.grad().item() == 2.2);
  } else {
    price.backward();  // and frees nothing
    CHECK(apple.grad().item() == 2.2);
  }
}

TEST_CASE("what backward has freed is not worked out from leaves that have changed since") {
  const Tensor x = Tensor(3.0).named("x").requires_grad_(), y = Tensor(2.0).named("y").requires_grad_();
  const Tensor z = x * y * y;
  z.backward();
  {
    const NoGrad guard;
    x.assign(Tensor(5.0));
  }
  const Json page = page_of(z);
  CHECK(node_of_op(page, "multiply")["value"] == "backward has freed it");
  CHECK(node_named(page, "y")["gradient"].get<std::string>().find("{.retain_graph = true}") != std::string::npos);
  CHECK(scalar(node_named(page, "x")["accumulated"]) == 4.0);
  CHECK(graph::to_dot(z, {.gradients = true}).find("x\\n() float64\\ngrad() 4") != std::string::npos);
}

TEST_CASE("a rule that cannot run any more says so on the page") {
  const Tensor x = Tensor(3.0).named("x").requires_grad_(), factor = Tensor(2.0).named("factor");
  const Tensor y = x * factor;
  factor.assign(Tensor(7.0));
  CHECK(node_named(page_of(y), "x")["gradient"].get<std::string>().find("'factor'") != std::string::npos);
}

TEST_CASE("a page adds up what several uses of a tensor give") {
  const Tensor x = Tensor(xt::xarray<double>{1.0, -2.0}).named("x").requires_grad_();
  const Json page = page_of(sum(x * x + x));
  CHECK(node_named(page, "x")["gradient"]["elements"] == Json({3.0, -3.0}));
  const Json product = node_of_op(page, "multiply");
  CHECK(product["inputs"][0]["share"]["elements"] == Json({1.0, -2.0}));
  CHECK(product["inputs"][1]["share"]["elements"] == Json({1.0, -2.0}));
  CHECK(product["kept"].size() == 2);
  CHECK(page["keptBytes"] == 16);  // the memory of x, once
  CHECK(node_of_op(page, "sum")["inputs"][0]["local"]["elements"] == Json({1.0, 1.0}));
  CHECK(page["ops"]["multiply"]["rules"] == Json({"g * b", "g * a"}));
  CHECK(page["ops"]["multiply"]["arguments"] == Json({"a", "b"}));
  CHECK(page["ops"]["sum"]["rules"].size() == 1);
}

TEST_CASE("hooks are not called for a picture") {
  const Tensor x = Tensor(3.0).named("x").requires_grad_();
  int calls = 0;
  x.register_hook([&](const Tensor&) { ++calls; });
  CHECK(scalar(node_named(page_of(x * x), "x")["gradient"]) == 6.0);
  CHECK(calls == 0);
}

TEST_CASE("a page knows the modules") {
  Classifier net;
  const Tensor loss = nn::cross_entropy(net(randn({5, 4})), randint(0, 3, {5})).named("loss");
  const Json page = page_of(loss);
  std::vector<std::string> modules;
  for (const Json& module : page["modules"]) {
    modules.push_back(module["name"].get<std::string>() + ":" + module["type"].get<std::string>() + "<" +
                      std::to_string(module["parent"].get<int>()));
  }
  CHECK(modules ==
        std::vector<std::string>{":Classifier<-1", "fc1:Linear<0", "tail:Sequential<0", "0:ReLU<2", "1:Linear<2"});
  CHECK(node_of_op(page, "relu")["module"] == 3);
  CHECK(node_named(page, "fc1.weight")["module"] == 1);
  CHECK(node_named(page, "loss")["module"] == -1);
  CHECK(page["ops"]["linear"]["rules"].size() == 3);
  const Json saved = node_of_op(page, "relu")["kept"];
  CHECK(saved.size() == 1);
  CHECK(saved[0]["bytes"] == 5 * 8 * 4);
}

TEST_CASE("a module that gives back what it was given has no nodes") {
  nn::Sequential net(nn::Dropout(0.5), nn::Linear(2, 1));
  net.eval();
  const Json page = page_of(sum(net(Tensor(xt::xarray<float>{{1.0f, 2.0f}}).requires_grad_())));
  CHECK(page["modules"].size() == 2);
  CHECK(page["modules"][1]["type"] == "Linear");
}

TEST_CASE("a page needs nothing beside itself, whatever the names") {
  const std::string name = "</script><b>{{script}}\xff";
  const Tensor x = Tensor(xt::xarray<double>{1.0, -1.0}).named(name).requires_grad_();
  const Tensor y = sum(log(x)).named("infinite");
  graph::save(y, "page.html");
  const std::string page = text_of("page.html");
  CHECK(page.find("<b>") == std::string::npos);
  CHECK(page.find("http://") == std::string::npos);
  CHECK(page.find("https://") == std::string::npos);
  CHECK(page.find(" src=") == std::string::npos);
  CHECK(page.find("@import") == std::string::npos);
  const Json data = data_of(page);
  CHECK(data["nodes"][0]["name"] == "</script><b>{{script}}\xef\xbf\xbd");
  CHECK(data["nodes"].back()["value"]["elements"][0] == "nan");
  CHECK(data["nodes"].back()["value"]["notFinite"] == 1);
}

TEST_CASE("a page says what each kind of node keeps") {
  const Tensor x = Tensor(xt::xarray<double>{{1.0, 2.0}, {3.0, 4.0}}).named("x").requires_grad_();
  const auto kept_by = [](const Tensor& y, const std::string& op) {
    std::string kept;
    const Json page = page_of(sum(y));
    for (const Json& each : node_of_op(page, op)["kept"]) {
      kept += each["name"].get<std::string>() + " " + std::to_string(each["bytes"].get<int>()) + ";";
    }
    return kept;
  };
  CHECK(kept_by(matmul(x, x), "matmul") == "x 32;x 32;");  // the rule of either factor keeps the other
  CHECK(kept_by(softmax(x), "softmax") == " 32;");         // its result
  CHECK(kept_by(x + 1.0, "add") == "");
  CHECK(kept_by(stack({x, x}), "stack") == "");
  CHECK(kept_by(dropout(x, 0.5), "dropout") == " 32;");  // the mask
  CHECK(kept_by(checkpoint([](const Tensors& in) { return exp(in[0]); }, {x}), "checkpoint") == "x 32;");
  const CustomOp twice{.name = "twice",
                       .forward = [](const Tensors& in) { return in[0] * 2.0; },
                       .backward = [](const Tensor& g, const Tensors&, const Tensor&) { return Tensors{g * 2.0}; }};
  CHECK(kept_by(custom_op(twice, {x}), "twice") == "x 32; 32;");
}

TEST_CASE("an elementwise operation or a fused one is repeated where backward has freed what it kept") {
  const Tensor x = Tensor(xt::xarray<double>{0.5, -1.0}).named("x").requires_grad_();
  const auto formula = fuse("a (a + 1)", [](auto a) { return a * a + a; });
  const Tensor y = formula(exp(x));
  y.backward(ones({2}, {.dtype = float64}));
  const Json page = page_of(y);
  const double e = std::exp(0.5);
  CHECK(node_of_op(page, "exp")["value"]["elements"][0].get<double>() == doctest::Approx(e));
  CHECK(node_of_op(page, "exp")["repeated"] == true);
  CHECK(node_of_op(page, "exp")["gradient"]["elements"][0].get<double>() == doctest::Approx(2 * e + 1));
  CHECK(node_named(page, "x")["gradient"]["elements"][0].get<double>() == doctest::Approx((2 * e + 1) * e));
  CHECK(node_named(page, "x")["gradient"]["elements"][1].get<double>() == doctest::Approx(x.grad().item(1)));
}

TEST_CASE("long graphs") {
  Tensor y = Tensor(1.0).requires_grad_();
  for (int i = 0; i < 100000; ++i) y = y + 1.0;
  graph::save(y, "long.dot");
  CHECK(std::filesystem::file_size("long.dot") > 5000000);
  const Json page = page_of(y);
  CHECK(page["nodes"].size() == 5000);
  CHECK(page["leftOut"] == 95001);
  CHECK(scalar(page["nodes"][0]["gradient"]) == 1.0);
}
