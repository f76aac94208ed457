#pragma once

#include <cstddef>
#include <span>

#include <autograd/kernels/strided.hpp>

namespace xtape::kernels {

/// What a sweep reads: a contiguous span, or one element that stands for every one.
struct SweepInput {
  const void* data = nullptr;
  bool uniform = false;
};

inline constexpr std::size_t most_sweep_inputs = 13;  // an upstream and twelve inputs

/// A loop over spans of one element type with several outputs: computes `count` elements of every output that is not
/// null. `past_the_cache` says that what is written will not be read while it would still be in the cache.
using SweepKernel = void (*)(const void* formula, const SweepInput* inputs, void* const* outputs, std::size_t count,
                             bool past_the_cache);

/// Runs the kernel over `count` elements of type `compute` (float32 or float64), in pieces on several threads.
void sweep(SweepKernel kernel, const void* formula, DType compute, std::span<const SweepInput> inputs,
           std::size_t count, std::span<void* const> outputs);

/// Runs the kernel over every element of `shape` on inputs read as `compute` (float32 or float64) into contiguous
/// outputs of that type. Inputs that are strided or of another type are brought into form block by block, in cache.
void sweep(SweepKernel kernel, const void* formula, DType compute, std::span<const Source> inputs, const Shape& shape,
           std::span<void* const> outputs);

}  // namespace xtape::kernels
