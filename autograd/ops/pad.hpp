#pragma once

#include <utility>

#include <autograd/tensor.hpp>

namespace xtape {

/// What stands in the margins that pad() adds to {1, 2, 3}, two before and two behind:
enum class PadMode {
  constant,   ///< a value: {0, 0, 1, 2, 3, 0, 0}
  reflect,    ///< mirrored at the outermost element: {3, 2, 1, 2, 3, 2, 1}
  symmetric,  ///< mirrored behind the outermost element: {2, 1, 1, 2, 3, 3, 2}
  edge,       ///< the outermost element again; PyTorch's "replicate": {1, 1, 1, 2, 3, 3, 3}
  wrap,       ///< from the other end; PyTorch's "circular": {2, 3, 1, 2, 3, 1, 2}
};

/// Options of pad.
struct PadOptions {
  PadMode mode = PadMode::constant;
  double value = 0.0;  ///< of PadMode::constant, converted to the tensor's dtype
};

/// How many elements pad() adds before and behind those of an axis.
using PadWidth = std::pair<std::ptrdiff_t, std::ptrdiff_t>;

/// `x` with margins: a (before, behind) pair for every axis, in order. Throws ShapeError where the number of pairs is
/// not that of the axes, a width is negative, or an axis has too few elements to fill a margin from: `wrap` and
/// `symmetric` take at most its size, `reflect` one less, `edge` any where there is an element.
/// Example: `pad(x, {{1, 1}, {0, 2}}, {.mode = PadMode::reflect})`.
Tensor pad(const Tensor& x, const std::vector<PadWidth>& widths, PadOptions options = {});

}  // namespace xtape
