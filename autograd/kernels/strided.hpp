#pragma once

#include <span>

#include <autograd/dtype.hpp>
#include <autograd/kernels/map_kernel.hpp>
#include <autograd/shape.hpp>

/// Walks over strided arrays: the one place that knows how broadcast, permuted and mixed-type operands are read.
namespace xtape::kernels {

/// An array to read, with one stride per axis of the shape that is walked.
struct Source {
  const void* data = nullptr;
  DType dtype = float32;
  Strides strides;
};

/// An array to write, likewise.
struct Target {
  void* data = nullptr;
  DType dtype = float32;
  Strides strides;
};

/// Runs `kernel` over every element of `shape` on inputs read as `compute` (float32, float64 or int64), and stores the
/// result as `output_dtype` in the contiguous `output`. Operands that are not contiguous spans of the compute type are
/// brought into that form block by block, in cache. An input without data is passed on as null.
void map(MapKernel kernel, DType compute, std::span<const Source> inputs, const Shape& shape, void* output,
         DType output_dtype);

/// Copies, broadcasts and converts every element of `shape`.
void strided_copy(const Source& source, const Target& target, const Shape& shape);

}  // namespace xtape::kernels
