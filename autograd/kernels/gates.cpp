#include <autograd/kernels/gates.hpp>
#include <autograd/kernels/gates_rows.hpp>
#include <autograd/kernels/parallel.hpp>
#include <autograd/kernels/simd_level.hpp>

namespace xtape::kernels {

namespace {

template <class T>
const GateRows<T>& chosen_rows() {
  static const GateTable& table = XTAPE_OF_SIMD_LEVEL(gate_rows);
  if constexpr (sizeof(T) == sizeof(float)) {
    return table.float_rows;
  } else {
    return table.double_rows;
  }
}

constexpr std::size_t cost = 40;  // of a state: several exponentials, in plain operations

}  // namespace

template <class T>
void lstm_gates(const T* gates, const T* c, std::size_t rows, std::size_t width, T* next_h, T* next_c) {
  parallel_rows(rows, width * cost, [&](std::size_t begin, std::size_t end) {
    const std::size_t at = begin * width;
    chosen_rows<T>().lstm(gates + 4 * at, c + at, end - begin, width, next_h + at, next_c + at);
  });
}

template <class T>
void lstm_gates_gradient(const T* gates, const T* c, const T* next_c, const T* g_h, const T* g_c, std::size_t rows,
                         std::size_t width, T* output) {
  parallel_rows(rows, width * cost, [&](std::size_t begin, std::size_t end) {
    const std::size_t at = begin * width;
    chosen_rows<T>().lstm_gradient(gates + 4 * at, c + at, next_c + at, g_h + at, g_c + at, end - begin, width,
                                   output + 4 * at);
  });
}

template <class T>
void lstm_state_gradient(const T* gates, const T* next_c, const T* g_h, const T* g_c, std::size_t rows,
                         std::size_t width, T* output) {
  parallel_rows(rows, width * cost, [&](std::size_t begin, std::size_t end) {
    const std::size_t at = begin * width;
    chosen_rows<T>().lstm_state_gradient(gates + 4 * at, next_c + at, g_h + at, g_c + at, end - begin, width,
                                         output + at);
  });
}

template <class T>
void lstm_step(T* gates, const T* c, std::size_t rows, std::size_t width, T* next_h, T* next_c) {
  chosen_rows<T>().lstm_step(gates, c, rows, width, next_h, next_c);
}

template <class T>
void lstm_step_gradient(const T* gates, const T* c, const T* next_c, const T* g_h, const T* g_c, const T* from_next_h,
                        T* from_next_c, std::size_t rows, std::size_t width, T* output) {
  chosen_rows<T>().lstm_step_gradient(gates, c, next_c, g_h, g_c, from_next_h, from_next_c, rows, width, output);
}

template <class T>
void gru_gates(const T* x_gates, const T* h_gates, const T* h, std::size_t rows, std::size_t width, T* next_h) {
  parallel_rows(rows, width * cost, [&](std::size_t begin, std::size_t end) {
    const std::size_t at = begin * width;
    chosen_rows<T>().gru(x_gates + 3 * at, h_gates + 3 * at, h + at, end - begin, width, next_h + at);
  });
}

template <class T>
void gru_gates_gradient(const T* x_gates, const T* h_gates, const T* h, const T* g, std::size_t rows, std::size_t width,
                        bool of_state, T* output) {
  parallel_rows(rows, width * cost, [&](std::size_t begin, std::size_t end) {
    const std::size_t at = begin * width;
    chosen_rows<T>().gru_gradient(x_gates + 3 * at, h_gates + 3 * at, h + at, g + at, end - begin, width, of_state,
                                  output + 3 * at);
  });
}

#define XTAPE_FOR(T)                                                                                                 \
  template void lstm_gates(const T*, const T*, std::size_t, std::size_t, T*, T*);                                    \
  template void lstm_gates_gradient(const T*, const T*, const T*, const T*, const T*, std::size_t, std::size_t, T*); \
  template void lstm_state_gradient(const T*, const T*, const T*, const T*, std::size_t, std::size_t, T*);           \
  template void lstm_step(T*, const T*, std::size_t, std::size_t, T*, T*);                                           \
  template void lstm_step_gradient(const T*, const T*, const T*, const T*, const T*, const T*, T*, std::size_t,      \
                                   std::size_t, T*);                                                                 \
  template void gru_gates(const T*, const T*, const T*, std::size_t, std::size_t, T*);                               \
  template void gru_gates_gradient(const T*, const T*, const T*, const T*, std::size_t, std::size_t, bool, T*);
XTAPE_FOR(float)
XTAPE_FOR(double)
#undef XTAPE_FOR

}  // namespace xtape::kernels
