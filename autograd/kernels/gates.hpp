#pragma once

#include <cstddef>

/// The gates of recurrent cells, for contiguous rows: states (rows, width), gates (rows, 4 width) or (rows, 3 width).
/// autograd/ops/recurrent.hpp has the formulas. No output may be an input.
namespace xtape::kernels {

/// h' and c' from the gates i, f, g, o and the state c.
template <class T>
void lstm_gates(const T* gates, const T* c, std::size_t rows, std::size_t width, T* next_h, T* next_c);

/// Gradient of the gates, from those of h' and c'.
template <class T>
void lstm_gates_gradient(const T* gates, const T* c, const T* next_c, const T* g_h, const T* g_c, std::size_t rows,
                         std::size_t width, T* output);

/// Gradient of the state c, from those of h' and c'.
template <class T>
void lstm_state_gradient(const T* gates, const T* next_c, const T* g_h, const T* g_c, std::size_t rows,
                         std::size_t width, T* output);

/// The same as lstm_gates() on the calling thread, for a step of a sequence: `gates` become those behind their
/// functions, from which lstm_step_gradient() computes without an exponential but that of c'.
template <class T>
void lstm_step(T* gates, const T* c, std::size_t rows, std::size_t width, T* next_h, T* next_c);

/// Gradient of the gates that entered lstm_step(), from `gates` as it left them and the gradients of h' and c': those
/// of this step's results and those from the next step. The gradient of c takes the place of `from_next_c`.
template <class T>
void lstm_step_gradient(const T* gates, const T* c, const T* next_c, const T* g_h, const T* g_c, const T* from_next_h,
                        T* from_next_c, std::size_t rows, std::size_t width, T* output);

/// h' from what the input and the state contribute to the gates r, z, n, and the state.
template <class T>
void gru_gates(const T* x_gates, const T* h_gates, const T* h, std::size_t rows, std::size_t width, T* next_h);

/// Gradient of what the input contributes, or, with `of_state`, the state.
template <class T>
void gru_gates_gradient(const T* x_gates, const T* h_gates, const T* h, const T* g, std::size_t rows, std::size_t width,
                        bool of_state, T* output);

}  // namespace xtape::kernels
