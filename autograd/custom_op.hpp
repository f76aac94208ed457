#pragma once

#include <functional>
#include <string>

#include <autograd/tensor.hpp>

namespace xtape {

/// An operation of one's own: how its value is computed, and its local backward rule.
struct CustomOp {
  std::string name;
  /// The value from the inputs; nothing in it is recorded, so that it may use any code.
  std::function<Tensor(const Tensors& inputs)> forward;
  /// The gradient of every input from that of the result, the inputs and the result; undefined stands for zero. Written
  /// in tensor operations it can be differentiated again, and serves forward mode.
  std::function<Tensors(const Tensor& upstream, const Tensors& inputs, const Tensor& output)> backward;
};

/// Applies the operation and records it as one node. In backward, throws GradError where the rule gives a number of
/// gradients other than that of the inputs.
/// Example: `custom_op({.name = "double", .forward = f, .backward = rule}, {x})`
Tensor custom_op(const CustomOp& op, const Tensors& inputs);

}  // namespace xtape
