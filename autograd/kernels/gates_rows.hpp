#pragma once

#include <cstddef>

namespace xtape::kernels {

/// The loops behind gates.hpp for one SIMD level, with its arguments.
template <class T>
struct GateRows {
  void (*lstm)(const T* gates, const T* c, std::size_t rows, std::size_t width, T* next_h, T* next_c);
  void (*lstm_gradient)(const T* gates, const T* c, const T* next_c, const T* g_h, const T* g_c, std::size_t rows,
                        std::size_t width, T* output);
  void (*lstm_state_gradient)(const T* gates, const T* next_c, const T* g_h, const T* g_c, std::size_t rows,
                              std::size_t width, T* output);
  void (*lstm_step)(T* gates, const T* c, std::size_t rows, std::size_t width, T* next_h, T* next_c);
  void (*lstm_step_gradient)(const T* gates, const T* c, const T* next_c, const T* g_h, const T* g_c,
                             const T* from_next_h, T* from_next_c, std::size_t rows, std::size_t width, T* output);
  void (*gru)(const T* x_gates, const T* h_gates, const T* h, std::size_t rows, std::size_t width, T* next_h);
  void (*gru_gradient)(const T* x_gates, const T* h_gates, const T* h, const T* g, std::size_t rows, std::size_t width,
                       bool of_state, T* output);
};

struct GateTable {
  GateRows<float> float_rows;
  GateRows<double> double_rows;
};

extern const GateTable gate_rows_baseline;
#ifdef XTAPE_X86_LEVELS
extern const GateTable gate_rows_avx2;
extern const GateTable gate_rows_avx512;
#endif

}  // namespace xtape::kernels
