#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <folder.hpp>
#include <golden/table.hpp>
#include <set>

/// What the golden tests share: the files, how results are compared, and how failures are counted and told.
namespace golden {

/// A file of the folder: the cases' descriptions, and the values that they point into.
struct Family {
  explicit Family(const std::string& name) {
    const StateDict arrays = data::npz::load(tests_folder() / "golden" / (name + ".npz"));
    const auto* text = arrays.at("cases").data<std::uint8_t>();
    cases = Json::parse(text, text + arrays.at("cases").size());
    values = arrays.at("values");
  }

  /// The array at a place {dtype, shape, at}; its gradient lies elsewhere, with the same shape.
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

inline bool close(double value, double expected, double tolerance) {
  if (std::isnan(expected) || std::isinf(expected))
    return value == expected || (std::isnan(value) && std::isnan(expected));
  return std::abs(value - expected) <= tolerance * std::max(1.0, std::abs(expected));
}

/// What is wrong with a result; "" where nothing is.
inline std::string difference(const Tensor& result, const Tensor& expected, double tolerance) {
  if (result.dtype() != expected.dtype())
    return std::string("is ") + to_string(result.dtype()) + ", not " + to_string(expected.dtype());
  if (result.shape() != expected.shape())
    return "has the shape " + to_string(result.shape()) + ", not " + to_string(expected.shape());
  for (std::size_t i = 0; i < result.size(); ++i) {
    const auto index = static_cast<std::ptrdiff_t>(i);
    const double value = result.item(index), wanted = expected.item(index);
    if (close(value, wanted, tolerance)) continue;
    char text[100];
    std::snprintf(text, sizeof text, "is %.17g at %zu, not %.17g", value, i, wanted);
    return text;
  }
  return "";
}

/// The sum of results times their given upstream gradients.
inline Tensor loss_of(const Family& family, const Tensors& results, const Json& outputs) {
  Tensor loss = zeros({}, {.dtype = float64});
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!outputs[i].contains("upstream")) continue;
    Json place = outputs[i];
    place["dtype"] = "float64";
    loss = loss + sum(results[i] * family.array(place, "upstream"));
  }
  return loss;
}

/// "conv2d (1, 2, 5, 5) (3, 2, 3, 3) {"stride":2}", for messages.
inline std::string title(const Json& test) {
  std::string text = test.at("op").get<std::string>();
  for (const Json& place : test.at("inputs")) text.append(1, ' ').append(to_string(Options(place).shape()));
  return text.append(1, ' ').append(test.at("options").dump());
}

/// The inputs of a case; those with a gradient in the file require one.
inline Tensors inputs_of(const Family& family, const Json& test) {
  Tensors inputs;
  for (const Json& place : test.at("inputs")) {
    inputs.push_back(family.array(place));
    if (place.contains("gradient")) inputs.back().requires_grad_();
  }
  return inputs;
}

/// What is wrong with the results of a case.
inline std::string results_differ(const Family& family, const Tensors& results, const Json& outputs, double tolerance) {
  if (results.size() != outputs.size()) {
    return std::to_string(results.size()) + " results, not " + std::to_string(outputs.size());
  }
  for (std::size_t i = 0; i < results.size(); ++i) {
    const std::string wrong = difference(results[i], family.array(outputs[i]), tolerance);
    if (!wrong.empty()) return "result " + std::to_string(i) + " " + wrong;
  }
  return "";
}

/// What is wrong with the gradient of a tensor; none at all counts as zeros.
inline std::string gradient_differs(const Family& family, const Tensor& tensor, const Json& place, double tolerance) {
  const Tensor gradient = tensor.grad().defined() ? tensor.grad() : zeros_like(tensor.detach());
  const std::string wrong = difference(gradient, family.array(place, "gradient"), tolerance);
  return wrong.empty() ? "" : "gradient " + wrong;
}

/// What is wrong with the gradients of the inputs of a case.
inline std::string gradients_differ(const Family& family, const Tensors& inputs, const Json& test, double tolerance) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Json& place = test.at("inputs")[i];
    if (!place.contains("gradient")) continue;
    const std::string wrong = gradient_differs(family, inputs[i], place, tolerance);
    if (!wrong.empty()) return "input " + std::to_string(i) + ": " + wrong;
  }
  return "";
}

/// Options of a case that the table's line never asked for.
inline std::string options_left(const Options& options) {
  const std::string names = options.unread();
  return names.empty() ? "" : "options that the table does not read:" + names;
}

/// Runs the cases of tables, counts them, and tells what fails.
class Results {
 public:
  /// `failure_of(family, test, line)` says what is wrong with a case, given its line of the table.
  template <class Lines, class F>
  void run(const std::string& name, const Lines& table, const F& failure_of) {
    const Family family(name);
    for (const Json& test : family.cases) {
      const std::string op = test.at("op").get<std::string>();
      ++m_cases;
      const bool first = m_seen.insert(op).second;
      const auto found = table.find(op);
      if (found != table.end()) {
        const std::string wrong = attempt([&] { return failure_of(family, test, found->second); });
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
  static constexpr std::size_t shown = 5;  // failures of one op that are told in full

  template <class F>
  static std::string attempt(const F& run) {
    try {
      return run();
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

}  // namespace golden
