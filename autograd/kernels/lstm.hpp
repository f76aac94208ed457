#pragma once

#include <cstddef>

/// A layer of long short-term memory over a whole sequence, behind the product with its input. Arrays are contiguous:
/// states (steps, batch, hidden), gates (steps, batch, 4 hidden). autograd/ops/recurrent.hpp has the formulas.
namespace xtape::kernels {

struct LstmExtent {
  std::size_t steps = 0;
  std::size_t batch = 0;
  std::size_t hidden = 0;
  bool reverse = false;  // from the last step to the first

  std::size_t states() const noexcept { return batch * hidden; }                                       // of one step
  std::size_t at(std::size_t number) const noexcept { return reverse ? steps - 1 - number : number; }  // place in time
};

/// The states after each step. `gates` holds what the input contributes and becomes the gates behind their functions;
/// `to_gates` is weight_hh transposed, (hidden, 4 hidden).
template <class T>
void lstm_forward(const LstmExtent& extent, T* gates, const T* to_gates, const T* h0, const T* c0, T* h, T* c);

/// Gradients of what entered the gates and of the first states, from those of all states. `gates` is as lstm_forward()
/// left it, `weight_hh` (4 hidden, hidden).
template <class T>
void lstm_backward(const LstmExtent& extent, const T* gates, const T* weight_hh, const T* c0, const T* c, const T* g_h,
                   const T* g_c, T* g_gates, T* g_h0, T* g_c0);

}  // namespace xtape::kernels
