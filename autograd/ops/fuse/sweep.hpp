#pragma once

#include <cstdint>

#include <autograd/kernels/sweep.hpp>
#include <autograd/ops/fuse/scalar.hpp>

/// A fused formula as loops over spans, instantiated where fuse() is called, for the SIMD level of that source.
namespace xtape::fused {

/// `outputs = formula(inputs)` over `count` elements, where formula maps an array of batches to one.
template <class T, std::size_t input_count, std::size_t output_count, class Formula>
void run(const Formula& formula, const kernels::SweepInput* inputs, void* const* outputs, std::size_t count,
         bool past_the_cache) {
  using Batch = xsimd::batch<T, kernels::Architecture>;
  constexpr std::size_t width = Batch::size;
  // A span shorter than a batch goes through a full one, padded with ones, so that every element sees the same
  // arithmetic.
  const bool padded = count < width;
  alignas(64) T filled[input_count][width];
  alignas(64) T results[output_count][width];
  const T* from[input_count];
  std::size_t step[input_count];
  T* to[output_count];
  for (std::size_t i = 0; i < input_count; ++i) {
    const T* const span = static_cast<const T*>(inputs[i].data);
    const bool uniform = inputs[i].uniform;
    step[i] = uniform ? 0 : 1;
    from[i] = uniform || padded ? filled[i] : span;
    if (uniform) {
      Batch(*span).store_aligned(filled[i]);
    } else if (padded) {
      for (std::size_t k = 0; k < width; ++k) filled[i][k] = k < count ? span[k] : T(1);
    }
  }
  for (std::size_t i = 0; i < output_count; ++i) {
    to[i] = padded && outputs[i] ? results[i] : static_cast<T*>(outputs[i]);
    past_the_cache = past_the_cache && reinterpret_cast<std::uintptr_t>(to[i]) % 64 == 0;
  }

  // The last batch ends with the span: it computes some elements of the one before once more. No output is an input.
  const std::size_t last = padded ? 0 : count - width;
  for (std::size_t n = 0;; n = n + width < last ? n + width : last) {
    std::array<Batch, input_count> x;
    for (std::size_t i = 0; i < input_count; ++i) x[i] = Batch::load_unaligned(from[i] + n * step[i]);
    const std::array<Batch, output_count> y = formula(x);
    for (std::size_t i = 0; i < output_count; ++i) {
      if (!to[i]) continue;
      if (past_the_cache && n % width == 0) {
        kernels::stream_batch(to[i] + n, y[i]);
      } else {
        y[i].store_unaligned(to[i] + n);
      }
    }
    if (n == last) break;
  }
  if (past_the_cache) kernels::end_of_stream();
  for (std::size_t i = 0; padded && i < output_count; ++i) {
    if (outputs[i]) std::copy_n(results[i], count, static_cast<T*>(outputs[i]));
  }
}

/// The value: output 0 from the inputs. Flattened, as the next: a call inside the loop would pass batches in memory.
template <class F, class T, std::size_t arity>
[[gnu::flatten]] void value_sweep(const void* formula, const kernels::SweepInput* inputs, void* const* outputs,
                                  std::size_t count, bool past_the_cache) {
  using Batch = xsimd::batch<T, kernels::Architecture>;
  const F& f = *static_cast<const F*>(formula);
  const auto value = [&f](const std::array<Batch, arity>& x) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return std::array<Batch, 1>{value_of<Batch>(f(Scalar<Batch, 0u>{x[I], {}}...))};
    }
    (std::make_index_sequence<arity>{});
  };
  run<T, arity, 1>(value, inputs, outputs, count, past_the_cache);
}

/// The gradient of every input: output i from the upstream, which is input 0, and the inputs, which follow. The value
/// is computed again on the way; nothing of it was kept.
template <class F, class T, std::size_t arity>
[[gnu::flatten]] void gradient_sweep(const void* formula, const kernels::SweepInput* inputs, void* const* outputs,
                                     std::size_t count, bool past_the_cache) {
  using Batch = xsimd::batch<T, kernels::Architecture>;
  const F& f = *static_cast<const F*>(formula);
  const auto gradients = [&f](const std::array<Batch, arity + 1>& x) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      const auto y = f(Scalar<Batch, 1u << I>{x[I + 1], {Batch(1)}}...);
      std::array<Batch, arity> result{(void(I), Batch(0))...};
      if constexpr (FusedScalar<std::remove_cvref_t<decltype(y)>>) {
        for_each_input<Traits<std::remove_cvref_t<decltype(y)>>::inputs>(
            [&]<unsigned i>() { result[i] = x[0] * y.template by<i>(); });
      }
      return result;
    }
    (std::make_index_sequence<arity>{});
  };
  run<T, arity + 1, arity>(gradients, inputs, outputs, count, past_the_cache);
}

}  // namespace xtape::fused
