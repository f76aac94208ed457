// The update rules over spans. CMake compiles this file once for each SIMD level.

#include <autograd/kernels/simd_batch.hpp>
#include <optim/update_loops.hpp>

#if defined(XTAPE_LEVEL_AVX512)
#define XTAPE_TABLE update_loops_avx512
#elif defined(XTAPE_LEVEL_AVX2)
#define XTAPE_TABLE update_loops_avx2
#else
#define XTAPE_TABLE update_loops_baseline
#endif

namespace xtape::optim {

namespace {

// Calls formula(values, g) for every batch: `values` holds one batch of each array and is stored back, `g` is the
// gradient's. The last elements go through one batch padded with zeros, so that all see the same arithmetic.
template <class Arch, class T, std::size_t array_count, class F>
void update_spans(T* const (&arrays)[array_count], const T* gradient, std::size_t count, const F& formula) {
  using Batch = xsimd::batch<T, Arch>;
  constexpr std::size_t width = Batch::size;
  Batch values[array_count];
  std::size_t n = 0;
  for (; n + width <= count; n += width) {
    for (std::size_t a = 0; a < array_count; ++a) values[a] = Batch::load_unaligned(arrays[a] + n);
    formula(values, Batch::load_unaligned(gradient + n));
    for (std::size_t a = 0; a < array_count; ++a) values[a].store_unaligned(arrays[a] + n);
  }
  if (n == count) return;
  const std::size_t rest = (count - n) * sizeof(T);
  alignas(64) T padded[array_count + 1][width] = {};
  for (std::size_t a = 0; a < array_count; ++a) {
    std::memcpy(padded[a], arrays[a] + n, rest);
    values[a] = Batch::load_unaligned(padded[a]);
  }
  std::memcpy(padded[array_count], gradient + n, rest);
  formula(values, Batch::load_unaligned(padded[array_count]));
  for (std::size_t a = 0; a < array_count; ++a) {
    values[a].store_unaligned(padded[a]);
    std::memcpy(arrays[a] + n, padded[a], rest);
  }
}

template <class Arch, class T>
void sgd(const SgdUpdate& update, T* parameter, const T* gradient, T* velocity, std::size_t count) {
  using Batch = xsimd::batch<T, Arch>;
  const Batch rate(static_cast<T>(update.learning_rate)), decay(static_cast<T>(update.weight_decay));
  const Batch momentum(static_cast<T>(update.momentum));
  const Batch keep(static_cast<T>(update.keep)), take(static_cast<T>(update.take));
  const bool decays = update.weight_decay != 0.0, nesterov = update.nesterov;
  if (!velocity) {
    T* const arrays[] = {parameter};
    update_spans<Arch>(arrays, gradient, count, [&](Batch* values, Batch g) {
      if (decays) g += decay * values[0];
      values[0] -= rate * g;
    });
    return;
  }
  T* const arrays[] = {parameter, velocity};
  update_spans<Arch>(arrays, gradient, count, [&](Batch* values, Batch g) {
    if (decays) g += decay * values[0];
    values[1] = keep * values[1] + take * g;
    values[0] -= rate * (nesterov ? g + momentum * values[1] : values[1]);
  });
}

template <class Arch, class T>
void adam(const AdamUpdate& update, T* parameter, const T* gradient, T* mean, T* square, std::size_t count) {
  using Batch = xsimd::batch<T, Arch>;
  const Batch decay(static_cast<T>(update.weight_decay)), eps(static_cast<T>(update.eps));
  const Batch new1(static_cast<T>(1.0 - update.beta1));
  const Batch beta2(static_cast<T>(update.beta2)), new2(static_cast<T>(1.0 - update.beta2));
  const Batch step(static_cast<T>(update.step)), root_scale(static_cast<T>(update.root_scale));
  const bool decays = update.weight_decay != 0.0;
  T* const arrays[] = {parameter, mean, square};
  update_spans<Arch>(arrays, gradient, count, [&](Batch* values, Batch g) {
    if (decays) g += decay * values[0];
    values[1] += new1 * (g - values[1]);
    values[2] = beta2 * values[2] + new2 * g * g;
    values[0] -= step * values[1] / (xsimd::sqrt(values[2]) * root_scale + eps);
  });
}

}  // namespace

const UpdateTable XTAPE_TABLE = {
    {sgd<kernels::Architecture, float>, adam<kernels::Architecture, float>},
    {sgd<kernels::Architecture, double>, adam<kernels::Architecture, double>},
};

}  // namespace xtape::optim
