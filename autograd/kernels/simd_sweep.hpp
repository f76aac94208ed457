#pragma once

// Sweeps of hand-written loops over contiguous runs, in SIMD batches and, for the rest of a run, in single elements.
// Included only by sources that are compiled once for each SIMD level; see simd_batch.hpp.

#include <autograd/kernels/simd_batch.hpp>

namespace xtape::kernels {

/// Names the type that a step of a sweep computes with: a batch, or the element type itself.
template <class V>
struct Step {
  using Value = V;
};

/// Calls `body(Step<V>{}, i)` for i in [0, count): with V a batch while whole ones are left, then with V = T.
template <class Arch, class T, class F>
void sweep(std::size_t count, const F& body) {
  using Batch = xsimd::batch<T, Arch>;
  std::size_t i = 0;
  for (; i + Batch::size <= count; i += Batch::size) body(Step<Batch>{}, i);
  for (; i < count; ++i) body(Step<T>{}, i);
}

// The names differ from xsimd's load() and store(), which argument-dependent lookup would prefer, and which want
// aligned memory.

template <class Arch, class V, class T>
V load_step(const T* from) {
  if constexpr (std::is_arithmetic_v<V>) {
    return *from;
  } else {
    return V::load_unaligned(from);
  }
}

template <class Arch, class V, class T>
void store_step(T* to, const V& value) {
  if constexpr (std::is_arithmetic_v<V>) {
    *to = value;
  } else {
    value.store_unaligned(to);
  }
}

/// The sum of what the steps of a sweep add.
template <class Arch, class T>
struct Total {
  using Batch = xsimd::batch<T, Arch>;
  void add(const Batch& values) { lanes += values; }
  void add(T value) { rest += value; }
  T value() const {
    alignas(64) T lane[Batch::size];
    lanes.store_aligned(lane);
    T sum = rest;
    for (std::size_t i = 0; i < Batch::size; ++i) sum += lane[i];
    return sum;
  }

  Batch lanes = Batch(T(0));  // braces would name the lanes one by one
  T rest = T(0);
};

}  // namespace xtape::kernels
