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

/// One step of a gated recurrent unit (Cho et al. 2014, in PyTorch's form) from what the input and the state `h`
/// (..., H) contribute to the gates, `x_gates` and `h_gates` (..., 3 H), which hold r, z and n side by side:
/// r = sigmoid(x_r + h_r), z = sigmoid(x_z + h_z), n = tanh(x_n + r h_n) and h' = (1 - z) n + z h, (..., H). Dtypes are
/// promoted to one floating dtype. Throws ShapeError. Example: `h = gru_gates(linear(x, w, b), linear(h, u, v), h);`
Tensor gru_gates(const Tensor& x_gates, const Tensor& h_gates, const Tensor& h);

}  // namespace xtape
