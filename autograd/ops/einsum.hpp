#pragma once

#include <string_view>

#include <autograd/tensor.hpp>

namespace xtape {

/// Einstein's sum: every letter labels an axis; axes of one label are walked together, and labels that the output does
/// not have are summed over.
///
/// - `"ij,jk->ik"` is a matrix product, `"bij,bjk->bik"` one for each b, `"ii->i"` a diagonal, `"ii->"` a trace.
/// - Without `->` the output has the labels that occur once, in alphabetical order, capitals first.
/// - `...` stands for any number of axes, which broadcast; in an output without arrow they come first. Where an output
///   with arrow has none, they are summed over, as in PyTorch.
/// - Spaces are ignored. Size 1 broadcasts against other sizes of its label in other operands.
///
/// Dtypes are promoted to a floating one, as matmul's. Any number of operands is contracted in pairs, at each step the
/// pair whose result adds least memory; pairs that share a summed label become (batched) matrix products, others
/// elementwise ones. The result may share memory with a lone operand.
/// Throws Error for subscripts that cannot be read, ShapeError where shapes do not fit them.
/// Example: `einsum("bqhd,bkhd->bhqk", {queries, keys})`.
Tensor einsum(std::string_view subscripts, const Tensors& operands);

}  // namespace xtape
