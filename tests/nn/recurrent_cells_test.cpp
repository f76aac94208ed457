// Cells against PyTorch 1.13: torch_numbers.hpp says what the numbers are. Inputs are cos(1.3 i), states cos(0.9 i) and
// cos(0.4 i), float64; 2 examples, 4 inputs, 3 outputs.
#include <doctest/doctest.h>

#include <xtape.hpp>

#include <cmath>
#include <expectations.hpp>
#include <nn/torch_numbers.hpp>

using namespace xtape;
using known::check_layer;
using known::other_wave;

namespace {

Tensor inputs() { return other_wave({2, 4}, 1.3); }
Tensor states() { return other_wave({2, 3}, 0.9); }

std::vector<std::string> names_of(const nn::Module& module) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : module.named_parameters()) names.push_back(name);
  return names;
}

}  // namespace

TEST_CASE("RNNCell has PyTorch's values and gradients") {
  nn::RNNCell cell(4, 3);
  const auto run = [&](const Tensors& in) { return Tensors{cell(in[0], in[1])}; };
  check_layer(
      cell, {inputs(), states()}, run,
      {0.824131033238, 0.886355220689, 1.23107894764, 0.665157041666, -0.124989472136, 0.153965732223, 0.153965732223});
  nn::RNNCell rectified(4, 3, {.bias = false, .nonlinearity = relu});
  check_layer(rectified, {inputs(), states()}, [&](const Tensors& in) { return Tensors{rectified(in[0], in[1])}; },
              {-0.113256784623, 0.192178898127, 0.412055424683, -0.385987710418, 0.886931035313});
  nn::RNNCell single(4, 3);
  check_layer(single, {view(inputs(), {0})}, [&](const Tensors& in) { return Tensors{single(in[0])}; },
              {-0.136538042626, 0.141452654866, 0.788319539778, 0, 1.30994294831, 1.30994294831});
}

TEST_CASE("LSTMCell has PyTorch's values and gradients") {
  nn::LSTMCell cell(4, 3);
  const auto run = [&](const Tensors& in) {
    const auto [h, c] = cell(in[0], in[1], in[2]);
    return Tensors{h, c};
  };
  check_layer(cell, {inputs(), states(), other_wave({2, 3}, 0.4)}, run,
              {0.516421915457, 1.168387169, -0.9305729212, -0.501298673472, 1.6726836755, 1.08800735908, 0.898981601323,
               -0.333247177568, -0.333247177568});
  nn::LSTMCell plain(4, 3, {.bias = false});
  const auto run_plain = [&](const Tensors& in) {
    const auto [h, c] = plain(in[0]);
    return Tensors{h, c};
  };
  check_layer(plain, {inputs()}, run_plain, {0.211362952899, 0.422413686097, -0.692103187679, 0.475112976965, 0});
  CHECK(identical(plain.forward(inputs()), plain(inputs()).h));
}

TEST_CASE("GRUCell has PyTorch's values and gradients") {
  nn::GRUCell cell(4, 3);
  const auto run = [&](const Tensors& in) { return Tensors{cell(in[0], in[1])}; };
  check_layer(cell, {inputs(), states()}, run,
              {1.90557915577, -0.239368805275, 1.27466901689, 0.245800340415, 0.251543733002, -0.616199178752,
               -0.403087583784});
  nn::GRUCell plain(4, 3, {.bias = false});
  check_layer(plain, {view(inputs(), {0}), view(states(), {0})},
              [&](const Tensors& in) { return Tensors{plain(in[0], in[1])}; },
              {1.02203667917, -0.0133991723895, 0.630257421579, 0.158696830879, 0.113490979513});
}

TEST_CASE("cells name their parameters as PyTorch does, and start them uniform in +-1/sqrt(hidden_size)") {
  manual_seed(1);
  const nn::LSTMCell cell(50, 64);
  CHECK(names_of(cell) == std::vector<std::string>{"weight_ih", "weight_hh", "bias_ih", "bias_hh"});
  CHECK(names_of(nn::GRUCell(2, 2, {.bias = false})) == std::vector<std::string>{"weight_ih", "weight_hh"});
  CHECK(cell.weight_ih.shape() == Shape({256, 50}));
  CHECK(cell.bias_hh.shape() == Shape{256});
  for (const Tensor& parameter : cell.parameters()) {
    CHECK(amax(abs(parameter)).item() <= 0.125);
    CHECK(stddev(parameter).item() == doctest::Approx(0.125 / std::sqrt(3.0)).epsilon(0.1));
  }
}

TEST_CASE("cells fit into a Sequential, count their products, and call hooks once") {
  nn::Sequential net(nn::GRUCell(4, 3), nn::RNNCell(3, 2));
  CHECK(net(ones({5, 4})).shape() == Shape({5, 2}));
  nn::LSTMCell cell(4, 3);
  CHECK(cell.multiply_adds(ones({5, 4}), ones({5, 3})) == 5 * 12 * (4 + 3));
  int calls = 0;
  cell.register_forward_hook([&](nn::Module&, const Tensor& x, const Tensor& h) {
    ++calls;
    CHECK(x.shape() == Shape({5, 4}));
    return h * 2.0;
  });
  const auto [h, c] = cell(ones({5, 4}));
  CHECK(calls == 1);
  CHECK(identical(h, 2.0 * cell.forward(ones({5, 4}))));
}

TEST_CASE("cells name what does not fit") {
  nn::GRUCell gru(4, 3);
  check_says(message_of<ShapeError>([&] { gru(ones({2, 5})); }), {"GRUCell", "(2, 5)", "(batch, 4)", "(4,)"});
  check_says(message_of<ShapeError>([&] { gru(ones({2, 2, 4})); }), {"GRUCell", "(2, 2, 4)"});
  check_says(message_of<ShapeError>([&] { gru(ones({2, 4}), ones({3})); }), {"GRUCell", "state h", "(3,)", "(2, 3)"});
  nn::LSTMCell lstm(4, 3);
  check_says(message_of<ShapeError>([&] {
               lstm(ones({2, 4}), ones({2, 3}), ones({2, 4}));
             }),
             {"LSTMCell", "state c", "(2, 4)", "(2, 3)"});
  check_says(message_of<ShapeError>([&] { nn::RNNCell(4, 3)(Tensor(1.0)); }), {"RNNCell", "()"});
}
