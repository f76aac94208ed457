#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>

#include <autograd/kernels/sweep.hpp>
#include <autograd/ops/operand.hpp>

namespace xtape::fused {

/// What the tape needs of a formula of known arity.
struct Kernels {
  std::array<kernels::SweepKernel, 2> value, gradient;  // float32, float64
  Tensor (*on_tensors)(const void* formula, const Tensors& inputs);
};

/// A formula by name, without its type, shared by its nodes.
struct Formula {
  std::string name;
  Place place;
  const void* function;
};
using FormulaPtr = std::shared_ptr<const Formula>;

/// Runs the formula on the operands and records it as one node.
Tensor apply_fused(const FormulaPtr& formula, const Kernels& kernels, std::span<const Operand* const> operands);

}  // namespace xtape::fused
