// Property: whatever smooth expression graph is drawn, over whatever broadcastable shapes, reverse mode agrees with
// central differences, and forward mode with reverse mode.

#include <doctest/doctest.h>

#include <rapidcheck.h>
#include <xtape.hpp>

#include <functional>

using namespace xtape;

namespace {

using Unary = std::function<Tensor(const Tensor&)>;
using Binary = std::function<Tensor(const Tensor&, const Tensor&)>;

// Smooth everywhere, and bounded or damped, so that fifty of them in a row stay in range of central differences.
const std::vector<Unary>& unary_operations() {
  static const std::vector<Unary> operations{
      [](const Tensor& x) { return tanh(x); },
      [](const Tensor& x) { return sin(x); },
      [](const Tensor& x) { return sigmoid(x) * x; },
      [](const Tensor& x) { return log1p(exp(x * 0.5)); },
      [](const Tensor& x) { return sqrt(x * x + 1.0); },
      [](const Tensor& x) { return atan(x) - 0.5; },
      [](const Tensor& x) { return softmax(x, -1); },
      [](const Tensor& x) { return x - mean(x, {-1}, keep_dims); },
      [](const Tensor& x) { return sum(x, {0}, keep_dims) * 0.3; },
      [](const Tensor& x) { return logsumexp(x, {-1}, keep_dims); },
      [](const Tensor& x) {
        return view(x, {xt::all(), xt::range(xt::placeholders::_, xt::placeholders::_, -1)});
      },
      [](const Tensor& x) { return reshape(transpose(x), x.shape()); },
      [](const Tensor& x) {
        return concatenate({x, x * 0.5}, 0);
      },
      [](const Tensor& x) { return tanh(matmul(transpose(x), x)); },
  };
  return operations;
}

const std::vector<Binary>& binary_operations() {
  static const std::vector<Binary> operations{
      [](const Tensor& a, const Tensor& b) { return a + b; },
      [](const Tensor& a, const Tensor& b) { return a - 0.5 * b; },
      [](const Tensor& a, const Tensor& b) { return tanh(a) * b; },
      [](const Tensor& a, const Tensor& b) { return a / (b * b + 1.0); },
      [](const Tensor& a, const Tensor& b) { return exp(-a * a) * b; },
  };
  return operations;
}

struct Step {
  std::size_t operation, first, second;
};

// Every step works on two of the values so far; operands that do not broadcast are reduced to rows of one, and what has
// grown is cut down, so that every draw is a graph.
Tensor evaluate(const std::vector<Step>& steps, const Tensors& leaves) {
  Tensors values = leaves;
  for (const Step& step : steps) {
    const Tensor& a = values[step.first % values.size()];
    const std::size_t unary = unary_operations().size(),
                      operation = step.operation % (unary + binary_operations().size());
    Tensor result;
    if (operation < unary) {
      result = unary_operations()[operation](a);
    } else {
      Tensor b = values[step.second % values.size()];
      if (!broadcasts_to(a.shape(), b.shape()) && !broadcasts_to(b.shape(), a.shape())) b = mean(b, {0, 1}, keep_dims);
      result = binary_operations()[operation - unary](a, b);
    }
    if (result.size() > 24) result = view(result, {xt::range(0, 3), xt::range(0, 4)});
    values.push_back(result);
  }
  Tensor total = values.back();
  for (std::size_t i = leaves.size(); i + 1 < values.size(); ++i) total = total + 0.1 * sum(values[i]);
  return total;
}

Tensor draw(const Shape& shape, std::uint64_t seed) {
  random::Generator generator(seed);
  return randn(shape, {.dtype = float64}, generator);
}

}  // namespace

TEST_CASE("property: random expression graphs of 5 to 50 operations agree with gradcheck, and jvp with vjp") {
  CHECK(rc::check("gradients of random graphs", [] {
    const auto count = *rc::gen::inRange<std::size_t>(5, 51);
    const std::size_t rows = *rc::gen::inRange<std::size_t>(1, 4), columns = *rc::gen::inRange<std::size_t>(1, 5);
    Tensors leaves, directions;
    for (int i = 0; i < 3; ++i) {
      const Shape shape{*rc::gen::arbitrary<bool>() ? rows : 1, *rc::gen::arbitrary<bool>() ? columns : 1};
      leaves.push_back(draw(shape, *rc::gen::arbitrary<std::uint64_t>()));
      directions.push_back(draw(shape, *rc::gen::arbitrary<std::uint64_t>()));
    }
    const auto number = rc::gen::inRange<std::size_t>(0, 1000);
    const auto steps = *rc::gen::container<std::vector<Step>>(count, rc::gen::construct<Step>(number, number, number));
    const TensorFunction graph = [&](const Tensors& in) { return evaluate(steps, in); };

    const GradcheckResult checked = gradcheck(graph, leaves);
    if (!checked.ok) RC_FAIL(checked.message);
    const auto [y, tangent] = jvp(graph, leaves, directions);
    const auto [same, gradients] = vjp(graph, leaves, ones(y.shape(), {.dtype = float64}));
    double reverse = 0.0;
    for (std::size_t i = 0; i < leaves.size(); ++i) reverse += sum(gradients[i] * directions[i]).item();
    const double forward = sum(tangent).item();
    RC_ASSERT(std::abs(forward - reverse) <= 1e-9 * std::max(1.0, std::abs(reverse)));
  }));
}
