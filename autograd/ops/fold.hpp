#pragma once

#include <autograd/ops/per_axis.hpp>
#include <autograd/tensor.hpp>

namespace xtape {

/// Options of unfold and fold: one number for both axes or one for each.
struct FoldOptions {
  PerAxis stride = 1;
  PerAxis padding = 0;
  PerAxis dilation = 1;
};

/// What a window reads at each of its places, as columns (im2col): from (N, C, H, W) or (C, H, W) to (N, C * h * w, L)
/// or (C * h * w, L) for a kernel of (h, w) and L places, numbered row-major; the padding reads as zero. Any dtype.
/// Throws ShapeError where the window does not fit. Example: `unfold(image, 3, {.padding = 1})`.
Tensor unfold(const Tensor& x, const PerAxis& kernel, const FoldOptions& options = {});

/// The transpose of unfold (col2im): adds every element of the columns to the element that unfold reads it from, in an
/// image of `size` (H, W). From (N, C * h * w, L) or (C * h * w, L) to (N, C, H, W) or (C, H, W). Integers and booleans
/// sum as int64. Throws ShapeError where the columns do not fit the places of the window.
/// Example: `fold(unfold(image, 2, {.stride = 2}), {8, 8}, 2, {.stride = 2})` is the image again.
Tensor fold(const Tensor& x, const PerAxis& size, const PerAxis& kernel, const FoldOptions& options = {});

}  // namespace xtape
