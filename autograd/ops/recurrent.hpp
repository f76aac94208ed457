#pragma once

#include <autograd/tensor.hpp>

/// The gates of recurrent cells: what a cell computes behind its matrix products.
namespace xtape {

/// What lstm_gates() gives.
struct LstmGates {
  Tensor h;  ///< the output
  Tensor c;  ///< the cell's state
};

/// One step of a long short-term memory (Hochreiter and Schmidhuber 1997; Gers et al. 2000) from `gates` (..., 4 H),
/// which holds i, f, g and o side by side before their functions, and the state `c` (..., H) before the step:
/// c' = sigmoid(f) c + sigmoid(i) tanh(g) and h' = sigmoid(o) tanh(c'), both (..., H). Dtypes are promoted to one
/// floating dtype. Throws ShapeError. Example: `auto [h, c] = lstm_gates(linear(x, w, b) + linear(h0, u), c0);`
LstmGates lstm_gates(const Tensor& gates, const Tensor& c);

/// The parameters of lstm(), with PyTorch's names and shapes.
struct LstmWeights {
  Tensor weight_ih;     ///< (4 H, X), the gates i, f, g and o one below the other
  Tensor weight_hh;     ///< (4 H, H)
  Tensor bias_ih = {};  ///< (4 H); undefined: none
  Tensor bias_hh = {};  ///< (4 H); undefined: none
};

/// A layer of long short-term memory over a whole sequence `x` (steps, batch, X), from the states `h0` and `c0` (batch,
/// H): lstm_gates(weight_ih x[t] + bias_ih + weight_hh h + bias_hh, c) for one step after the other, with `reverse`
/// from the last to the first. Gives h and c after each step, both (steps, batch, H). Dtypes are promoted to one
/// floating dtype. Throws ShapeError; a sequence needs one step or more. Example: `auto [h, c] = lstm(x, zeros({20,
/// 64}), zeros({20, 64}), {w_ih, w_hh});`
LstmGates lstm(const Tensor& x, const Tensor& h0, const Tensor& c0, const LstmWeights& weights, bool reverse = false);

/// One step of a gated recurrent unit (Cho et al. 2014, in PyTorch's form) from what the input and the state `h`
/// (..., H) contribute to the gates, `x_gates` and `h_gates` (..., 3 H), which hold r, z and n side by side:
/// r = sigmoid(x_r + h_r), z = sigmoid(x_z + h_z), n = tanh(x_n + r h_n) and h' = (1 - z) n + z h, (..., H). Dtypes are
/// promoted to one floating dtype. Throws ShapeError. Example: `h = gru_gates(linear(x, w, b), linear(h, u, v), h);`
Tensor gru_gates(const Tensor& x_gates, const Tensor& h_gates, const Tensor& h);

}  // namespace xtape
