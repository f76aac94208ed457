// Gates of recurrent cells: their formulas, the kernels against the tensor expressions, errors. Gradients by
// differences are in op_table_test.cpp.
#include <doctest/doctest.h>

#include <xtape.hpp>

#include <expectations.hpp>
#include <known_values.hpp>
#include <limits>

using namespace xtape;
using known::distance;
using known::wave;

namespace {

// The formulas, written in elementwise operations.
LstmGates lstm_formula(const Tensor& gates, const Tensor& c) {
  const Tensors parts = split(gates, 4, -1);
  const Tensor next = sigmoid(parts[1]) * c + sigmoid(parts[0]) * tanh(parts[2]);
  return {sigmoid(parts[3]) * tanh(next), next};
}
Tensor gru_formula(const Tensor& x_gates, const Tensor& h_gates, const Tensor& h) {
  const Tensors x = split(x_gates, 3, -1), y = split(h_gates, 3, -1);
  const Tensor reset = sigmoid(x[0] + y[0]), update = sigmoid(x[1] + y[1]);
  return (1.0 - update) * tanh(x[2] + reset * y[2]) + update * h;
}

Tensors gradients_of(const TensorFunction& function, const Tensors& values) {
  Tensors inputs;
  for (const Tensor& value : values) inputs.push_back(value.detach().clone().requires_grad_());
  const Tensor y = function(inputs);
  return grad(y, inputs, {.gradient = known::other_wave(y.shape(), 0.7)});
}

// Values and gradients of an operation and of its formula.
void check_same(const TensorFunction& function, const TensorFunction& formula, const Tensors& values) {
  CHECK(distance(function(values), formula(values)) < 1e-12);
  const Tensors left = gradients_of(function, values), right = gradients_of(formula, values);
  for (std::size_t i = 0; i < left.size(); ++i) {
    INFO("input " << i);
    CHECK(distance(left[i], right[i]) < 1e-12);
  }
}

}  // namespace

TEST_CASE("lstm_gates and gru_gates are their formulas, for rows of every length") {
  for (const std::size_t width : {1u, 3u, 4u, 7u, 8u, 16u, 19u, 35u}) {
    CAPTURE(width);
    const Tensors lstm{wave({5, 4 * width}), known::other_wave({5, width}, 0.9)};
    check_same([](const Tensors& x) { return lstm_gates(x[0], x[1]).h; },
               [](const Tensors& x) { return lstm_formula(x[0], x[1]).h; }, lstm);
    check_same([](const Tensors& x) { return lstm_gates(x[0], x[1]).c; },
               [](const Tensors& x) { return lstm_formula(x[0], x[1]).c; }, lstm);
    const auto both = [](const LstmGates& gates) { return gates.h * gates.c; };
    check_same([&](const Tensors& x) { return both(lstm_gates(x[0], x[1])); },
               [&](const Tensors& x) { return both(lstm_formula(x[0], x[1])); }, lstm);
    check_same([](const Tensors& x) { return gru_gates(x[0], x[1], x[2]); },
               [](const Tensors& x) { return gru_formula(x[0], x[1], x[2]); },
               {wave({5, 3 * width}), known::other_wave({5, 3 * width}, 0.4), known::other_wave({5, width}, 0.9)});
  }
}

TEST_CASE("kernels of gates agree with tensor expressions") {
  const auto lstm = [](const Tensors& x) {
    const auto [h, c] = lstm_gates(x[0], x[1]);
    return concatenate({h, c});
  };
  known::check_kernels(lstm, {wave({3, 40}), wave({3, 10})});
  known::check_kernels([](const Tensors& x) { return gru_gates(x[0], x[1], x[2]); },
                       {wave({3, 30}), wave({3, 30}) * 0.5, wave({3, 10})});
}

TEST_CASE("gates take many rows, views, and float32 with float64") {
  const Tensor gates = randn({3000, 4 * 33}), c = randn({3000, 33});
  const auto [h, next] = lstm_gates(gates, c);
  const auto [expected_h, expected_next] = lstm_formula(gates, c);
  CHECK(distance(h, expected_h) < 1e-5);
  CHECK(distance(next, expected_next) < 1e-5);
  const Tensor turned = transpose(wave({8, 3})), state = transpose(wave({2, 3}));
  CHECK(distance(lstm_gates(turned, state).h, lstm_formula(turned, state).h) < 1e-12);
  CHECK(lstm_gates(ones({4}), ones({1}, {.dtype = float64})).c.dtype() == float64);
  CHECK(gru_gates(ones({3}), ones({3}), ones({1}, {.dtype = float64})).dtype() == float64);
  CHECK(gru_gates(ones({3}), ones({3}), ones({1})).dtype() == float32);
}

TEST_CASE("gates of large values saturate without nan") {
  const double large = std::numeric_limits<float>::max();
  const Tensor gates = xt::xarray<float>{3e38f, 3e38f, -3e38f, -3e38f};
  const Tensor c = xt::xarray<float>{2.0f};
  CHECK(lstm_gates(gates, c).c.item() == 1.0);
  CHECK(lstm_gates(gates, c).h.item() == 0.0);
  const Tensor update = xt::xarray<float>{0.0f, static_cast<float>(large), 0.0f};
  CHECK(gru_gates(update, zeros({3}), c).item() == 2.0);
  CHECK(gru_gates(-update, zeros({3}), c).item() == 0.0);
}

TEST_CASE("gates name the shapes that do not fit") {
  check_says(message_of<ShapeError>([] {
               lstm_gates(ones({2, 8}), ones({2, 3}));
             }),
             {"lstm_gates", "(2, 8)", "(2, 3)", "(..., 4 H)"});
  CHECK_THROWS_AS(lstm_gates(ones({8}), ones({2, 2})), ShapeError);
  CHECK_THROWS_AS(lstm_gates(Tensor(1.0), Tensor(1.0)), ShapeError);
  check_says(message_of<ShapeError>([] {
               gru_gates(ones({2, 6}), ones({6}), ones({2, 2}));
             }),
             {"gru_gates", "(2, 6)", "(6,)", "(2, 2)", "(..., 3 H)"});
  CHECK_THROWS_AS(gru_gates(ones({2, 6}), ones({2, 6}), ones({2, 3})), ShapeError);
}
