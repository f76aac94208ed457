#pragma once

// SIMD batches with the names that formulas use, and the loop that runs a formula over spans. Included only by sources
// that are compiled once for each SIMD level: everything here is a template over the architecture, so that no function
// compiled for one level can stand in for that of another.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include <autograd/kernels/map_kernel.hpp>

// A few of xsimd's functions are not templates; compiled for AVX under one name, the linker could take them for the
// baseline's. So each level has its xsimd in a namespace of its own.
#if defined(XTAPE_LEVEL_AVX512)
#define xsimd xsimd_avx512
#elif defined(XTAPE_LEVEL_AVX2)
#define xsimd xsimd_avx2
#endif
#include <xsimd/xsimd.hpp>

namespace xtape::kernels {

#if defined(XTAPE_LEVEL_AVX512)
using Architecture = xsimd::avx512bw;
#elif defined(XTAPE_LEVEL_AVX2)
using Architecture = xsimd::fma3<xsimd::avx2>;
#else
using Architecture = xsimd::default_arch;
#endif

template <class T, class A>
void store_batch(T* to, const xsimd::batch<T, A>& values) {
  values.store_unaligned(to);
}
template <class T, class A>
void store_batch(T* to, const xsimd::batch_bool<T, A>& truth) {
  xsimd::select(truth, xsimd::batch<T, A>(T(1)), xsimd::batch<T, A>(T(0))).store_unaligned(to);
}

#if defined(__SSE2__)
// Past the cache, a line that is written whole need not be read first.
template <class A>
void stream_batch(float* to, const xsimd::batch<float, A>& values) {
#if defined(__AVX512F__)
  if constexpr (sizeof(values) == 64) return _mm512_stream_ps(to, values);
#endif
#if defined(__AVX__)
  if constexpr (sizeof(values) == 32) return _mm256_stream_ps(to, values);
#endif
  if constexpr (sizeof(values) == 16) _mm_stream_ps(to, values);
}
template <class A>
void stream_batch(double* to, const xsimd::batch<double, A>& values) {
#if defined(__AVX512F__)
  if constexpr (sizeof(values) == 64) return _mm512_stream_pd(to, values);
#endif
#if defined(__AVX__)
  if constexpr (sizeof(values) == 32) return _mm256_stream_pd(to, values);
#endif
  if constexpr (sizeof(values) == 16) _mm_stream_pd(to, values);
}
inline void end_of_stream() { _mm_sfence(); }
#else
template <class T, class A>
void stream_batch(T* to, const xsimd::batch<T, A>& values) {
  values.store_unaligned(to);
}
inline void end_of_stream() {}
#endif

/// What a formula gets for an argument that it leaves unnamed.
struct Unread {};

/// Whether a loop knows MapMode::adds.
enum class Adding { never, on_demand };

/// `output[n] = formula(inputs[0][n], inputs[1][n], ...)`; bit i of `uses` says whether input i is read.
template <class Arch, unsigned uses, class T, Adding adding, class F, std::size_t... I>
void map_spans(const F& formula, const void* const* inputs, MapMode mode, void* output, std::size_t count,
               std::index_sequence<I...>) {
  using Batch = xsimd::batch<T, Arch>;
  constexpr std::size_t width = Batch::size;
  // A span shorter than a batch goes through a full one, padded with ones, so that every element sees the same
  // arithmetic.
  const bool padded = count < width;
  alignas(64) T filled[sizeof...(I)][width];
  const T* from[sizeof...(I)];
  std::size_t step[sizeof...(I)];
  const auto open = [&]<std::size_t A>() {
    if constexpr ((uses >> A & 1u) != 0) {
      const T* const span = static_cast<const T*>(inputs[A]);
      const bool constant = (mode.uniform >> A & 1u) != 0;
      from[A] = constant || padded ? filled[A] : span;
      step[A] = constant ? 0 : 1;
      if (constant || padded) Batch(constant ? *span : T(1)).store_aligned(filled[A]);
      if (padded && !constant) std::memcpy(filled[A], span, count * sizeof(T));
    }
  };
  (open.template operator()<I>(), ...);
  const auto load = [&]<std::size_t A>(std::size_t n) {
    if constexpr ((uses >> A & 1u) != 0) {
      return Batch::load_unaligned(from[A] + n * step[A]);
    } else {
      return Unread{};
    }
  };

  // The last batch ends with the span, over the one before it. It is computed first: the output may be an input.
  const std::size_t last = padded ? 0 : count - width;
  auto* const out = static_cast<T*>(output);
  alignas(64) T result[width];
  if (padded && adding == Adding::on_demand) {
    Batch(T(0)).store_aligned(result);
    std::memcpy(result, out, count * sizeof(T));
  }
  const auto value = [&]([[maybe_unused]] std::size_t n, [[maybe_unused]] const T* before) {
    auto values = formula(load.template operator()<I>(n)...);
    if constexpr (adding == Adding::on_demand) {
      if (mode.adds) values += Batch::load_unaligned(before);
    }
    return values;
  };
  const auto at_end = value(last, padded ? result : out + last);
  constexpr bool numbers = std::is_same_v<std::remove_const_t<decltype(at_end)>, Batch>;
  const bool stream = numbers && mode.past_the_cache && reinterpret_cast<std::uintptr_t>(out) % sizeof(Batch) == 0;
  for (std::size_t n = 0; n < last; n += width) {
    const auto values = value(n, out + n);
    if constexpr (numbers) {
      if (stream) {
        stream_batch(out + n, values);
        continue;
      }
    }
    store_batch(out + n, values);
  }
  if (stream) end_of_stream();
  if (!padded) return store_batch(out + last, at_end);
  store_batch(result, at_end);
  std::memcpy(out, result, count * sizeof(T));
}

}  // namespace xtape::kernels

namespace xtape::rules {

template <class T, class A>
xsimd::batch<T, A> where(const xsimd::batch_bool<T, A>& condition, const std::type_identity_t<xsimd::batch<T, A>>& a,
                         const std::type_identity_t<xsimd::batch<T, A>>& b) {
  return xsimd::select(condition, a, b);
}
template <class T, class A>
xsimd::batch<T, A> where(const xsimd::batch<T, A>& condition, const std::type_identity_t<xsimd::batch<T, A>>& a,
                         const std::type_identity_t<xsimd::batch<T, A>>& b) {
  return xsimd::select(condition != xsimd::batch<T, A>(T(0)), a, b);
}
template <class T, class A>
xsimd::batch_bool<T, A> equal(const xsimd::batch<T, A>& a, const std::type_identity_t<xsimd::batch<T, A>>& b) {
  return a == b;
}

/// f on the lanes of two batches, one after the other: for what cannot be done with batches.
template <class F, class T, class A>
xsimd::batch<T, A> each_lane(const F& f, const xsimd::batch<T, A>& a, const xsimd::batch<T, A>& b) {
  alignas(64) T left[xsimd::batch<T, A>::size];
  alignas(64) T right[xsimd::batch<T, A>::size];
  a.store_aligned(left);
  b.store_aligned(right);
  for (std::size_t i = 0; i < xsimd::batch<T, A>::size; ++i) left[i] = f(left[i], right[i]);
  return xsimd::batch<T, A>::load_aligned(left);
}

}  // namespace xtape::rules
