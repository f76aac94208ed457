#pragma once

#include <autograd/kernels/reduce.hpp>
#include <autograd/ops/reduce.hpp>

/// How the reductions of this folder bring their input into the form that the kernels take.
namespace xtape {

/// The reduced axes merged in the middle of a contiguous array.
struct ReductionPlan {
  /// Throws IndexError or ShapeError naming `op` where the axes do not fit.
  ReductionPlan(const char* op, const Tensor& x, const Axes& axes);

  std::size_t count() const { return extent.length; }
  /// Throws ShapeError where there is no element to choose from.
  void require_elements(const char* op) const;

  /// A new result of type R, written by `kernel(input, extent, output)` for inputs of type T.
  template <class T, class R, class Kernel>
  Tensor run(KeepDims keep, const Kernel& kernel) const {
    Tensor result = Tensor::uninitialized(keep.keep ? kept : dropped, dtype_of<R>());
    kernel(input.data<T>(), extent, static_cast<R*>(result.mutable_data()));
    return result;
  }

  std::vector<bool> reduced;  // one flag per axis of the input
  Tensor input;               // contiguous, for its values alone
  kernels::Extent extent;
  Shape shape;    // of the input as it was given
  Shape kept;     // of the result with reduced axes of size 1
  Shape dropped;  // and without them
};

/// Sum and the like of floating magnitudes.
Tensor reduce_magnitudes(kernels::MagnitudeReduction reduction, const ReductionPlan& plan, KeepDims keep);

}  // namespace xtape
