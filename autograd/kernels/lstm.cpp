#include <autograd/kernels/gates.hpp>
#include <autograd/kernels/gemm.hpp>
#include <autograd/kernels/lstm.hpp>
#include <autograd/kernels/parallel.hpp>

namespace xtape::kernels {

namespace {

// Examples do not depend on each other: a thread takes some of them through all steps.
template <class F>
void share_examples(const LstmExtent& extent, const F& function) {
  constexpr std::size_t multiplications = 16;  // take as long as an element of cheap work
  parallel_rows(extent.batch, extent.steps * 4 * extent.hidden * extent.hidden / multiplications, function);
}

}  // namespace

template <class T>
void lstm_forward(const LstmExtent& extent, T* gates, const T* to_gates, const T* h0, const T* c0, T* h, T* c) {
  const std::size_t hidden = extent.hidden, width = 4 * hidden;
  share_examples(extent, [&](std::size_t begin, std::size_t end) {
    const std::size_t first = begin * hidden, rows = end - begin;
    const T *last_h = h0 + first, *last_c = c0 + first;
    for (std::size_t number = 0; number < extent.steps; ++number) {
      const std::size_t at = extent.at(number) * extent.states() + first;
      gemm<T>(rows, width, hidden, {last_h, static_cast<std::ptrdiff_t>(hidden), false},
              {to_gates, static_cast<std::ptrdiff_t>(width), false}, gates + 4 * at, true);
      lstm_step(gates + 4 * at, last_c, rows, hidden, h + at, c + at);
      last_h = h + at;
      last_c = c + at;
    }
  });
}

template <class T>
void lstm_backward(const LstmExtent& extent, const T* gates, const T* weight_hh, const T* c0, const T* c, const T* g_h,
                   const T* g_c, T* g_gates, T* g_h0, T* g_c0) {
  const std::size_t hidden = extent.hidden, width = 4 * hidden;
  share_examples(extent, [&](std::size_t begin, std::size_t end) {
    const std::size_t first = begin * hidden, rows = end - begin;
    std::fill_n(g_h0 + first, rows * hidden, T(0));
    std::fill_n(g_c0 + first, rows * hidden, T(0));
    for (std::size_t number = extent.steps; number-- > 0;) {
      const std::size_t at = extent.at(number) * extent.states() + first;
      const T* last_c = number > 0 ? c + extent.at(number - 1) * extent.states() + first : c0 + first;
      lstm_step_gradient(gates + 4 * at, last_c, c + at, g_h + at, g_c + at, g_h0 + first, g_c0 + first, rows, hidden,
                         g_gates + 4 * at);
      gemm<T>(rows, hidden, width, {g_gates + 4 * at, static_cast<std::ptrdiff_t>(width), false},
              {weight_hh, static_cast<std::ptrdiff_t>(hidden), false}, g_h0 + first);
    }
  });
}

#define XTAPE_FOR(T)                                                                                                 \
  template void lstm_forward(const LstmExtent&, T*, const T*, const T*, const T*, T*, T*);                           \
  template void lstm_backward(const LstmExtent&, const T*, const T*, const T*, const T*, const T*, const T*, T*, T*, \
                              T*);
XTAPE_FOR(float)
XTAPE_FOR(double)
#undef XTAPE_FOR

}  // namespace xtape::kernels
