#pragma once

#include <array>

#include <autograd/kernels/strided.hpp>
#include <autograd/ops/elementwise/rules.hpp>
#include <autograd/tensor.hpp>

namespace xtape::rules {

inline constexpr std::size_t most_operands = 3;

/// What becomes of integers: the op computes on floating values, it keeps them, or its result is boolean.
enum class Kind : std::uint8_t { floating, numeric, boolean };

/// How the gradient of one input is had.
enum class Form : std::uint8_t { by_formula, passed_on, flat };

/// A local rule on tensors, differentiable again.
using TensorRule = Tensor (*)(const Tensor& upstream, const Tensor* inputs, const Tensor& output);

/// One row of the table as the tape uses it.
struct ElementwiseOp {
  struct Gradient {
    Form form = Form::flat;
    std::uint8_t uses = 0;                       // as used_arguments()
    std::array<kernels::MapKernel, 2> kernel{};  // float32, float64; for small arrays and as a reference
    TensorRule rule = nullptr;
  };

  const char* name;
  Id id;
  Kind kind;
  std::uint8_t arity;
  std::array<kernels::MapKernel, 3> value;  // float32, float64, int64
  std::array<Gradient, most_operands> gradient;
};

const ElementwiseOp& elementwise_op(Id id);

/// The same loops for SIMD: value and gradients of one row, for float32 and float64.
struct SimdKernels {
  std::array<kernels::MapKernel, 2> value;
  std::array<std::array<kernels::MapKernel, 2>, most_operands> gradient;
};

/// The row's loops for the SIMD level in use.
const SimdKernels& simd_kernels(Id id);

}  // namespace xtape::rules
