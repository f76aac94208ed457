// Gates of recurrent cells over rows. CMake compiles this file once for each SIMD level.

#include <autograd/kernels/gates_rows.hpp>
#include <autograd/kernels/simd_batch.hpp>

#if defined(XTAPE_LEVEL_AVX512)
#define XTAPE_TABLE gate_rows_avx512
#elif defined(XTAPE_LEVEL_AVX2)
#define XTAPE_TABLE gate_rows_avx2
#else
#define XTAPE_TABLE gate_rows_baseline
#endif

namespace xtape::kernels {

namespace {

// The next elements of a row: a whole batch of them, or at its end fewer, padded with zeros, since a scalar exponential
// costs as much as a batch of them.
template <class Arch, class T>
struct Lanes {
  using Batch = xsimd::batch<T, Arch>;
  std::size_t count;

  Batch load(const T* from) const {
    if (count == Batch::size) return Batch::load_unaligned(from);
    alignas(64) T part[Batch::size] = {};
    for (std::size_t i = 0; i < count; ++i) part[i] = from[i];
    return Batch::load_aligned(part);
  }
  void store(T* to, const Batch& values) const {
    if (count == Batch::size) return values.store_unaligned(to);
    alignas(64) T part[Batch::size];
    values.store_aligned(part);
    for (std::size_t i = 0; i < count; ++i) to[i] = part[i];
  }
};

// Calls `body(lanes, at, gates_at)` over all states, where `at` counts in arrays of one state a row, and `gates_at` in
// arrays of `gates` a row.
template <class Arch, class T, class F>
void over_states(std::size_t rows, std::size_t width, std::size_t gates, const F& body) {
  constexpr std::size_t step = xsimd::batch<T, Arch>::size;
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t i = 0; i < width; i += step) {
      const Lanes<Arch, T> lanes{width - i < step ? width - i : step};
      body(lanes, r * width + i, r * gates * width + i);
    }
  }
}

template <class T, class Arch>
xsimd::batch<T, Arch> logistic(const xsimd::batch<T, Arch>& x) {
  return T(1) / (T(1) + xsimd::exp(-x));
}

template <class Arch, class T>
void lstm(const T* gates, const T* c, std::size_t rows, std::size_t width, T* next_h, T* next_c) {
  over_states<Arch, T>(rows, width, 4, [&](const auto& lanes, std::size_t at, std::size_t gates_at) {
    const T* gate = gates + gates_at;
    const auto kept = logistic(lanes.load(gate + width)) * lanes.load(c + at);
    const auto next = kept + logistic(lanes.load(gate)) * xsimd::tanh(lanes.load(gate + 2 * width));
    lanes.store(next_c + at, next);
    lanes.store(next_h + at, logistic(lanes.load(gate + 3 * width)) * xsimd::tanh(next));
  });
}

template <class Arch, class T>
void lstm_gradient(const T* gates, const T* c, const T* next_c, const T* g_h, const T* g_c, std::size_t rows,
                   std::size_t width, T* output) {
  over_states<Arch, T>(rows, width, 4, [&](const auto& lanes, std::size_t at, std::size_t gates_at) {
    const T* gate = gates + gates_at;
    T* out = output + gates_at;
    const auto i = logistic(lanes.load(gate)), f = logistic(lanes.load(gate + width));
    const auto g = xsimd::tanh(lanes.load(gate + 2 * width)), o = logistic(lanes.load(gate + 3 * width));
    const auto t = xsimd::tanh(lanes.load(next_c + at)), from_h = lanes.load(g_h + at);
    const auto total = lanes.load(g_c + at) + from_h * o * (T(1) - t * t);  // of c'
    lanes.store(out, total * g * i * (T(1) - i));
    lanes.store(out + width, total * lanes.load(c + at) * f * (T(1) - f));
    lanes.store(out + 2 * width, total * i * (T(1) - g * g));
    lanes.store(out + 3 * width, from_h * t * o * (T(1) - o));
  });
}

template <class Arch, class T>
void lstm_state_gradient(const T* gates, const T* next_c, const T* g_h, const T* g_c, std::size_t rows,
                         std::size_t width, T* output) {
  over_states<Arch, T>(rows, width, 4, [&](const auto& lanes, std::size_t at, std::size_t gates_at) {
    const T* gate = gates + gates_at;
    const auto f = logistic(lanes.load(gate + width)), o = logistic(lanes.load(gate + 3 * width));
    const auto t = xsimd::tanh(lanes.load(next_c + at));
    lanes.store(output + at, (lanes.load(g_c + at) + lanes.load(g_h + at) * o * (T(1) - t * t)) * f);
  });
}

template <class Arch, class T>
void lstm_step(T* gates, const T* c, std::size_t rows, std::size_t width, T* next_h, T* next_c) {
  over_states<Arch, T>(rows, width, 4, [&](const auto& lanes, std::size_t at, std::size_t gates_at) {
    T* gate = gates + gates_at;
    const auto i = logistic(lanes.load(gate)), f = logistic(lanes.load(gate + width));
    const auto g = xsimd::tanh(lanes.load(gate + 2 * width)), o = logistic(lanes.load(gate + 3 * width));
    const auto next = f * lanes.load(c + at) + i * g;
    lanes.store(gate, i);
    lanes.store(gate + width, f);
    lanes.store(gate + 2 * width, g);
    lanes.store(gate + 3 * width, o);
    lanes.store(next_c + at, next);
    lanes.store(next_h + at, o * xsimd::tanh(next));
  });
}

template <class Arch, class T>
void lstm_step_gradient(const T* gates, const T* c, const T* next_c, const T* g_h, const T* g_c, const T* from_next_h,
                        T* from_next_c, std::size_t rows, std::size_t width, T* output) {
  over_states<Arch, T>(rows, width, 4, [&](const auto& lanes, std::size_t at, std::size_t gates_at) {
    const T* gate = gates + gates_at;
    T* out = output + gates_at;
    const auto i = lanes.load(gate), f = lanes.load(gate + width);
    const auto g = lanes.load(gate + 2 * width), o = lanes.load(gate + 3 * width);
    const auto t = xsimd::tanh(lanes.load(next_c + at));
    const auto of_h = lanes.load(g_h + at) + lanes.load(from_next_h + at);
    const auto of_c = lanes.load(g_c + at) + lanes.load(from_next_c + at) + of_h * o * (T(1) - t * t);
    lanes.store(out, of_c * g * i * (T(1) - i));
    lanes.store(out + width, of_c * lanes.load(c + at) * f * (T(1) - f));
    lanes.store(out + 2 * width, of_c * i * (T(1) - g * g));
    lanes.store(out + 3 * width, of_h * t * o * (T(1) - o));
    lanes.store(from_next_c + at, of_c * f);
  });
}

template <class Arch, class T>
void gru(const T* x_gates, const T* h_gates, const T* h, std::size_t rows, std::size_t width, T* next_h) {
  over_states<Arch, T>(rows, width, 3, [&](const auto& lanes, std::size_t at, std::size_t gates_at) {
    const T *x = x_gates + gates_at, *y = h_gates + gates_at;
    const auto r = logistic(lanes.load(x) + lanes.load(y));
    const auto z = logistic(lanes.load(x + width) + lanes.load(y + width));
    const auto n = xsimd::tanh(lanes.load(x + 2 * width) + r * lanes.load(y + 2 * width));
    lanes.store(next_h + at, n + z * (lanes.load(h + at) - n));
  });
}

template <class Arch, class T>
void gru_gradient(const T* x_gates, const T* h_gates, const T* h, const T* g, std::size_t rows, std::size_t width,
                  bool of_state, T* output) {
  over_states<Arch, T>(rows, width, 3, [&](const auto& lanes, std::size_t at, std::size_t gates_at) {
    const T *x = x_gates + gates_at, *y = h_gates + gates_at;
    T* out = output + gates_at;
    const auto r = logistic(lanes.load(x) + lanes.load(y));
    const auto z = logistic(lanes.load(x + width) + lanes.load(y + width));
    const auto from_state = lanes.load(y + 2 * width);
    const auto n = xsimd::tanh(lanes.load(x + 2 * width) + r * from_state);
    const auto upstream = lanes.load(g + at);
    const auto of_n = upstream * (T(1) - z) * (T(1) - n * n);
    lanes.store(out, of_n * from_state * r * (T(1) - r));
    lanes.store(out + width, upstream * (lanes.load(h + at) - n) * z * (T(1) - z));
    lanes.store(out + 2 * width, of_state ? of_n * r : of_n);
  });
}

template <class T>
constexpr GateRows<T> loops{
    lstm<Architecture, T>,        lstm_gradient<Architecture, T>,      lstm_state_gradient<Architecture, T>,
    lstm_step<Architecture, T>,   lstm_step_gradient<Architecture, T>, gru<Architecture, T>,
    gru_gradient<Architecture, T>};

}  // namespace

const GateTable XTAPE_TABLE = {loops<float>, loops<double>};

}  // namespace xtape::kernels
