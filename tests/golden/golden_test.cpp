// Every op's results and gradients agree with PyTorch's, on the cases that generate.py recorded.

#include <cmath>
#include <cstdio>
#include <set>

#include <golden/table.hpp>

using namespace golden;

namespace {

constexpr double tolerance = 1e-10;
constexpr std::size_t shown = 5;  // failures of one op that are told in full

// A file of the folder: the cases' descriptions, and the values that they point into.
struct Family {
  explicit Family(const std::string& name) {
    const StateDict arrays = data::npz::load(std::string(XTAPE_TESTS_DIR) + "/golden/" + name + ".npz");
    const auto* text = arrays.at("cases").data<std::uint8_t>();
    cases = Json::parse(text, text + arrays.at("cases").size());
    values = arrays.at("values");
  }

  // The array at a place {dtype, shape, at}; its gradient lies elsewhere, with the same shape.
  Tensor array(const Json& place, const char* at = "at") const {
    const std::map<std::string, DType> dtypes = {
        {"boolean", boolean}, {"int64", int64}, {"float32", float32}, {"float64", float64}};
    const Shape shape = Options(place).shape();
    const auto first = place.at(at).get<std::ptrdiff_t>();
    const auto last = first + static_cast<std::ptrdiff_t>(element_count(shape));
    const Tensor flat = view(values, {xt::range(first, last)}).clone();
    return astype(reshape(flat, shape), dtypes.at(place.at("dtype").get<std::string>()));
  }

  Json cases;
  Tensor values;
};

bool close(double value, double expected) {
  if (std::isnan(expected) || std::isinf(expected))
    return value == expected || (std::isnan(value) && std::isnan(expected));
  return std::abs(value - expected) <= tolerance * std::max(1.0, std::abs(expected));
}

// What is wrong with a result; "" where nothing is.
std::string difference(const Tensor& result, const Tensor& expected) {
  if (result.dtype() != expected.dtype())
    return std::string("is ") + to_string(result.dtype()) + ", not " + to_string(expected.dtype());
  if (result.shape() != expected.shape())
    return "has the shape " + to_string(result.shape()) + ", not " + to_string(expected.shape());
  for (std::size_t i = 0; i < result.size(); ++i) {
    const auto index = static_cast<std::ptrdiff_t>(i);
    const double value = result.item(index), wanted = expected.item(index);
    if (close(value, wanted)) continue;
    char text[100];
    std::snprintf(text, sizeof text, "is %.17g at %zu, not %.17g", value, i, wanted);
    return text;
  }
  return "";
}

// The sum of results times their given upstream gradients.
Tensor loss_of(const Family& family, const Tensors& results, const Json& outputs) {
  Tensor loss = zeros({}, {.dtype = float64});
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!outputs[i].contains("upstream")) continue;
    Json place = outputs[i];
    place["dtype"] = "float64";
    loss = loss + sum(results[i] * family.array(place, "upstream"));
  }
  return loss;
}

// Runs a case; says what is wrong.
std::string failure_of(const Family& family, const Json& test, const Op& op) {
  Tensors inputs;
  for (const Json& place : test.at("inputs")) {
    inputs.push_back(family.array(place));
    if (place.contains("gradient")) inputs.back().requires_grad_();
  }
  const Json& outputs = test.at("outputs");
  const Tensors results = op(Inputs(inputs), Options(test.at("options"))).tensors;
  if (results.size() != outputs.size()) {
    return std::to_string(results.size()) + " results, not " + std::to_string(outputs.size());
  }
  for (std::size_t i = 0; i < results.size(); ++i) {
    const std::string wrong = difference(results[i], family.array(outputs[i]));
    if (!wrong.empty()) return "result " + std::to_string(i) + " " + wrong;
  }
  const Tensor loss = loss_of(family, results, outputs);
  if (loss.requires_grad()) loss.backward();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Json& place = test.at("inputs")[i];
    if (!place.contains("gradient")) continue;
    const Tensor gradient = inputs[i].grad().defined() ? inputs[i].grad() : zeros_like(inputs[i]);
    const std::string wrong = difference(gradient, family.array(place, "gradient"));
    if (!wrong.empty()) return "gradient " + std::to_string(i) + " " + wrong;
  }
  return "";
}

// "conv2d (1, 2, 5, 5) (3, 2, 3, 3) {"stride":2}", for messages.
std::string title(const Json& test) {
  std::string text = test.at("op").get<std::string>();
  for (const Json& place : test.at("inputs")) text.append(1, ' ').append(to_string(Options(place).shape()));
  return text.append(1, ' ').append(test.at("options").dump());
}

class Results {
 public:
  void run(const std::string& name, const Table& table) {
    const Family family(name);
    for (const Json& test : family.cases) {
      const std::string op = test.at("op").get<std::string>();
      ++m_cases;
      const bool first = m_seen.insert(op).second;
      const auto found = table.find(op);
      if (found != table.end()) {
        const std::string wrong = attempt(family, test, found->second);
        if (!wrong.empty()) fail(op, title(test) + ": " + wrong);
      } else if (first) {
        fail(op, "has no line in the table " + name);
      }
    }
    for (const auto& entry : table) {
      if (!m_seen.contains(entry.first)) fail(entry.first, "has a line in the table " + name + " and no case");
    }
  }

  std::size_t ops() const { return m_seen.size(); }
  std::size_t cases() const { return m_cases; }
  std::size_t failures() const { return m_failures; }

 private:
  static std::string attempt(const Family& family, const Json& test, const Op& op) {
    try {
      return failure_of(family, test, op);
    } catch (const std::exception& error) {
      return std::string("throws: ") + error.what();
    }
  }

  void fail(const std::string& op, const std::string& what) {
    ++m_failures;
    if (++m_failures_of[op] <= shown) MESSAGE(op << ": " << what);
  }

  std::set<std::string> m_seen;
  std::size_t m_cases = 0, m_failures = 0;
  std::map<std::string, std::size_t> m_failures_of;
};

}  // namespace

TEST_CASE("golden values: ops agree with PyTorch") {
  Results results;
  results.run("elementwise", elementwise_table());
  results.run("reductions", reductions_table());
  results.run("shape", shape_table());
  results.run("index", index_table());
  results.run("linear_algebra", linear_algebra_table());
  results.run("convolutions", convolutions_table());
  results.run("networks", networks_table());
  std::printf("golden values: %zu ops, %zu cases, %zu failures\n", results.ops(), results.cases(), results.failures());
  CHECK(results.failures() == 0);
  CHECK(results.ops() >= 100);
  CHECK(results.cases() >= 1500);
}
