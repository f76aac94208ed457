#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/recurrent.hpp>
#include <autograd/ops/slice.hpp>

namespace xtape {

namespace {

// Whether `gates` has the shape of `state` with `count` times its last size.
bool has_gates(const Tensor& gates, const Tensor& state, std::size_t count) {
  if (state.dimension() == 0) return false;
  Shape expected = state.shape();
  expected.back() *= count;
  return gates.shape() == expected;
}

}  // namespace

LstmGates lstm_gates(const Tensor& gates, const Tensor& c) {
  if (!has_gates(gates, c, 4)) {
    throw ShapeError("lstm_gates: gates of shape " + to_string(gates.shape()) + " and a state of shape " +
                     to_string(c.shape()) + "; they must be (..., 4 H) and (..., H)");
  }
  const Tensors parts = split(gates, 4, -1);
  const Tensor next = sigmoid(parts[1]) * c + sigmoid(parts[0]) * tanh(parts[2]);
  return {sigmoid(parts[3]) * tanh(next), next};
}

Tensor gru_gates(const Tensor& x_gates, const Tensor& h_gates, const Tensor& h) {
  if (!has_gates(x_gates, h, 3) || h_gates.shape() != x_gates.shape()) {
    throw ShapeError("gru_gates: gates of shapes " + to_string(x_gates.shape()) + " and " + to_string(h_gates.shape()) +
                     " and a state of shape " + to_string(h.shape()) +
                     "; they must be (..., 3 H), (..., 3 H) and (..., H)");
  }
  const Tensors x = split(x_gates, 3, -1), y = split(h_gates, 3, -1);
  const Tensor reset = sigmoid(x[0] + y[0]), update = sigmoid(x[1] + y[1]);
  return lerp(tanh(x[2] + reset * y[2]), h, update);
}

std::vector<OpEntry> recurrent_ops() {
  return {
      {"lstm_gates",
       "recurrent",
       "one step of a long short-term memory behind its matrix products",
       {XTAPE_CASE(lstm_gates(x[0], x[1]).h, any_value(2, 12), any_value(2, 3)),
        XTAPE_CASE(lstm_gates(x[0], x[1]).c, any_value(2, 12), any_value(2, 3)),
        XTAPE_CASE(lstm_gates(x[0], x[1]).h, any_value(8), any_value(2)),
        XTAPE_CASE(lstm_gates(x[0], x[1]).h, any_value(0, 4), any_value(0, 1))}},
      {"gru_gates",
       "recurrent",
       "one step of a gated recurrent unit behind its matrix products",
       {XTAPE_CASE(gru_gates(x[0], x[1], x[2]), any_value(2, 9), any_value(2, 9), any_value(2, 3)),
        XTAPE_CASE(gru_gates(x[0], x[1], x[2]), any_value(6), any_value(6), any_value(2)),
        XTAPE_CASE(gru_gates(x[0], x[1], x[2]), any_value(0, 3), any_value(0, 3), any_value(0, 1))}},
  };
}

}  // namespace xtape
