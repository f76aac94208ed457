#pragma once

#include <autograd/ops/per_axis.hpp>
#include <autograd/tensor.hpp>

/// Convolution (in the sense of neural networks: cross-correlation) and its transpose, with PyTorch's layouts, options
/// and defaults. Where oneDNN is built in, it convolves float32 images, and results lie in memory with their channels
/// last (channels_last.hpp): values and shapes are the same, but data() asks for contiguous() first.
namespace xtape {

/// Options of a convolution; `stride`, `padding` and `dilation` hold one number for all spatial axes or one for each.
struct ConvOptions {
  PerAxis stride = 1;
  Padding padding = 0;  ///< zeros on both sides of each axis, or `same_padding` (stride 1 only)
  PerAxis dilation = 1;
  std::size_t groups = 1;  ///< channels are cut into so many groups that see nothing of each other
};

/// y[n, o, p] = bias[o] + sum over c, k of weight[o, c, k] x[n, c, p * stride + k * dilation - padding], where
/// positions outside of the input read as zero.
///
/// x is (N, C, spatial...) or a single (C, spatial...), weight (out, C / groups, kernel...), bias (out,) or left out;
/// the result is (N, out, (size + 2 padding - dilation (kernel - 1) - 1) / stride + 1, ...). Integers become floating.
/// Throws ShapeError where shapes, groups or options do not fit together. Dumoulin and Visin 2016 (arXiv:1603.07285)
/// draw all of it. Example: `conv2d(image, w, bias, {.stride = {2, 1}, .padding = 1})`.
Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvOptions& options = {});
Tensor conv1d(const Tensor& x, const Tensor& weight, const ConvOptions& options = {});
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvOptions& options = {});
Tensor conv2d(const Tensor& x, const Tensor& weight, const ConvOptions& options = {});
Tensor conv3d(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvOptions& options = {});
Tensor conv3d(const Tensor& x, const Tensor& weight, const ConvOptions& options = {});

/// Options of a transposed convolution: those of the convolution that it is the transpose of.
struct ConvTransposeOptions {
  PerAxis stride = 1;
  PerAxis padding = 0;         ///< taken off both sides of the result
  PerAxis output_padding = 0;  ///< added at the end of each axis; a stride maps several sizes to one, this says which
  std::size_t groups = 1;
  PerAxis dilation = 1;
};

/// The transpose, as a linear map, of the convolution with these options: y[n, o, i] = bias[o] + sum of
/// weight[c, o, k] x[n, c, p] over all c, p, k with p * stride + k * dilation - padding = i.
///
/// x is (N, C, spatial...) or a single (C, spatial...), weight (C, out / groups, kernel...), bias (out,) or left out;
/// the result is (N, out, (size - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1, ...). Integers
/// become floating. Throws ShapeError. Example: `conv_transpose2d(x, w, {.stride = 2, .output_padding = 1})`.
Tensor conv_transpose1d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const ConvTransposeOptions& options = {});
Tensor conv_transpose1d(const Tensor& x, const Tensor& weight, const ConvTransposeOptions& options = {});
Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const ConvTransposeOptions& options = {});
Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const ConvTransposeOptions& options = {});
Tensor conv_transpose3d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const ConvTransposeOptions& options = {});
Tensor conv_transpose3d(const Tensor& x, const Tensor& weight, const ConvTransposeOptions& options = {});

}  // namespace xtape
