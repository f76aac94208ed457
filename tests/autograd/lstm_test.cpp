// lstm(): the kernels over whole sequences against steps of lstm_gates(), derivatives of higher orders and in forward
// mode, errors. PyTorch's numbers are in tests/nn/recurrent_test.cpp, gradients by differences in op_table_test.cpp.
#include <doctest/doctest.h>

#include <xtape.hpp>

#include <expectations.hpp>
#include <known_values.hpp>

using namespace xtape;
using known::check_kernels, known::distance, known::other_wave, known::wave;

namespace {

// h and c after every step, one behind the other; the last inputs are the biases, if any.
Tensor states(const Tensors& in, bool reverse) {
  const auto bias = [&](std::size_t i) { return i < in.size() ? in[i] : Tensor(); };
  const auto [h, c] = lstm(in[0], in[1], in[2], {in[3], in[4], bias(5), bias(6)}, reverse);
  return concatenate({h, c});
}

Tensor states_by_steps(const Tensors& in, bool reverse) {
  Tensor x_gates = linear(in[0], in[3]);
  for (std::size_t i = 5; i < in.size(); ++i) x_gates = x_gates + in[i];
  const std::size_t steps = in[0].shape(0);
  Tensors h(steps), c(steps);
  LstmGates state{in[1], in[2]};
  for (std::size_t number = 0; number < steps; ++number) {
    const std::size_t t = reverse ? steps - 1 - number : number;
    state = lstm_gates(view(x_gates, {static_cast<std::ptrdiff_t>(t)}) + linear(state.h, in[4]), state.c);
    h[t] = state.h;
    c[t] = state.c;
  }
  return concatenate({stack(h), stack(c)});
}

Tensors inputs(std::size_t steps, std::size_t batch, std::size_t size, std::size_t hidden, std::size_t biases) {
  Tensors in{wave({steps, batch, size}), other_wave({batch, hidden}, 0.9), other_wave({batch, hidden}, 0.4),
             0.3 * other_wave({4 * hidden, size}, 1.1), 0.3 * other_wave({4 * hidden, hidden}, 0.7)};
  for (std::size_t i = 0; i < biases; ++i) in.push_back(other_wave({4 * hidden}, 0.5 + static_cast<double>(i)));
  return in;
}

}  // namespace

TEST_CASE("lstm is lstm_gates one step after the other, its gradients those of that expression") {
  for (const bool reverse : {false, true}) {
    for (const std::size_t hidden : {1u, 3u, 8u, 19u}) {
      for (const std::size_t biases : {0u, 1u, 2u}) {
        CAPTURE(reverse);
        CAPTURE(hidden);
        CAPTURE(biases);
        const Tensors in = inputs(4, 3, 5, hidden, biases);
        CHECK(distance(states(in, reverse), states_by_steps(in, reverse)) < 1e-13);
        check_kernels([&](const Tensors& x) { return states(x, reverse); }, in);
      }
    }
  }
  const Tensors one_step = inputs(1, 2, 3, 4, 2);
  CHECK(distance(states(one_step, false), states(one_step, true)) == 0.0);
  check_kernels([](const Tensors& x) { return states(x, true); }, one_step);
}

TEST_CASE("lstm takes views, gives a gradient to those who want one, and shares out a large batch") {
  const Tensors in = inputs(3, 4, 6, 5, 2);
  Tensors turned;
  for (const Tensor& x : in) {
    const Tensor backwards = flip(x).clone();
    turned.push_back(flip(backwards));
  }
  turned[3] = transpose(transpose(in[3]).clone());
  turned[4] = transpose(transpose(in[4]).clone());
  CHECK(distance(states(turned, false), states(in, false)) < 1e-14);
  check_kernels(
      [](const Tensors& x) {
        return states({flip(x[0]), x[1], x[2], x[3], flip(flip(x[4]))}, false);
      },
      inputs(3, 4, 6, 5, 0));

  for (std::size_t wanted = 0; wanted < in.size(); ++wanted) {
    Tensors some = in;
    some[wanted] = in[wanted].clone().requires_grad_();
    const Tensor y = states(some, false);
    const Tensor expected = grad(states_by_steps(some, false), some[wanted], {.gradient = wave(y.shape())});
    CHECK(distance(grad(y, some[wanted], {.gradient = wave(y.shape())}), expected) < 1e-13);
  }

  Tensors large = inputs(3, 64, 40, 48, 2);
  CHECK(distance(states(large, false), states_by_steps(large, false)) < 1e-13);
  check_kernels([](const Tensors& x) { return states(x, false); }, large);
  for (Tensor& x : large) x = astype(x, float32);
  CHECK(states(large, false).dtype() == float32);
  CHECK(distance(states(large, false), states_by_steps(large, false)) < 1e-5);
  large[0] = astype(large[0], float64);
  CHECK(states(large, false).dtype() == float64);
}

TEST_CASE("lstm in forward mode, and under a second backward") {
  const Tensors in = inputs(3, 2, 2, 3, 2);
  Tensors directions;
  for (const Tensor& x : in) directions.push_back(other_wave(x.shape(), 1.7));
  const auto fused = [](const Tensors& x) { return states(x, false); };
  const auto steps = [](const Tensors& x) { return states_by_steps(x, false); };
  CHECK(distance(jvp(fused, in, directions).second, jvp(steps, in, directions).second) < 1e-13);

  const Tensor x = in[0].clone().requires_grad_();
  const Tensor y = sum(square(states({x, in[1], in[2], in[3], in[4]}, false)));
  const Tensor first = grad(y, x, {.retain_graph = true});
  CHECK(identical(first, grad(y, x)));
  CHECK_THROWS_AS(y.backward(), GradError);
}

TEST_CASE("lstm refuses to go back over a result that was overwritten") {
  const Tensors in = inputs(2, 1, 1, 1, 0);
  const Tensor x = in[0].clone().requires_grad_();
  const Tensor h = lstm(x, in[1], in[2], {in[3], in[4]}).h;
  h.detach().assign(zeros(h.shape()));
  check_says(message_of<GradError>([&] { sum(h).backward(); }), {"lstm", "changed in place"});
}

TEST_CASE("lstm names the shapes that do not fit") {
  const auto call = [](const Tensor& x, const Tensor& h, const Tensor& c, const LstmWeights& w) {
    return message_of<ShapeError>([&] { lstm(x, h, c, w); });
  };
  const Tensor x = ones({3, 2, 4}), h = ones({2, 5}), ih = ones({20, 4}), hh = ones({20, 5}), bias = ones({20});
  lstm(x, h, h, {ih, hh, bias, bias});
  check_says(call(x, h, h, {ones({20, 3}), hh}), {"lstm", "(3, 2, 4)", "(20, 3)", "(4 H, X)"});
  check_says(call(x, ones({5}), h, {ih, hh}), {"(5,)", "(batch, H)"});
  check_says(call(x, h, ones({3, 5}), {ih, hh}), {"(3, 5)"});
  check_says(call(x, h, h, {ih, ones({15, 5})}), {"(15, 5)"});
  check_says(call(x, h, h, {ih, hh, bias, ones({19})}), {"biases of shapes (20,), (19,)"});
  check_says(call(ones({0, 2, 4}), h, h, {ih, hh}), {"(0, 2, 4)", "one step or more"});
  check_says(call(ones({2, 4}), h, h, {ih, hh}), {"(2, 4)"});
}
