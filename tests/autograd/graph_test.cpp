#include <doctest/doctest.h>

#include <xtape.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace xtape;

namespace {

std::string content_of(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

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
  CHECK(content_of("price.dot") == graph::to_dot(price));
  CHECK_THROWS_AS(graph::save(price, "price.txt"), IoError);
  CHECK_THROWS_WITH_AS(graph::save(price, "no/such/folder/price.dot"), doctest::Contains("no/such/folder"), IoError);
  if (std::system("dot -V > /dev/null 2>&1") == 0) {
    graph::save(price, "price.svg");
    CHECK(content_of("price.svg").find("<svg") != std::string::npos);
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
