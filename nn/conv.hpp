#pragma once

#include <autograd/ops/conv.hpp>
#include <autograd/ops/pad.hpp>
#include <nn/module.hpp>

/// Convolutions as layers, with PyTorch's names, layouts, defaults and initial values: weight and bias start uniform in
/// [-b, b], b = 1 / sqrt(fan_in), where fan_in is the product of the weight's sizes but the first.
namespace xtape::nn {

/// Options of Conv1d, Conv2d and Conv3d; one number for all spatial axes or one for each.
struct ConvolutionOptions {
  PerAxis stride = 1;
  Padding padding = 0;  ///< on both sides of each axis, or `same_padding` (stride 1 only)
  PerAxis dilation = 1;
  std::size_t groups = 1;  ///< channels are cut into so many groups that see nothing of each other
  bool bias = true;        ///< whether one is added
  PadMode padding_mode =
      PadMode::constant;  ///< what the padding holds: zeros, or the image mirrored, repeated, wrapped
};

/// What Conv1d, Conv2d and Conv3d have in common; see conv2d() for the formula.
struct Convolution : Module {
  using Options = ConvolutionOptions;

  /// x (N, in, ...) or (in, ...) -> (N, out, ...) or (out, ...). Throws ShapeError for another shape.
  Tensor forward(const Tensor& x) override;
  std::size_t multiply_adds(const Tensor& x, const Tensor& y) const override;

  Tensor weight;  ///< (out, in / groups, kernel...)
  Tensor bias;    ///< (out); undefined without bias

 protected:
  Convolution(std::size_t axes, std::size_t in_channels, std::size_t out_channels, const PerAxis& kernel_size,
              const Options& options);

 private:
  Tensor padded(const Tensor& x) const;

  std::size_t m_axes;
  Options m_options;
};

/// Convolution of signals (N, in, L). Throws ShapeError for sizes or options that do not fit together.
/// Example: `nn::Conv1d conv(16, 32, 3, {.stride = 2});`
struct Conv1d : Convolution {
  Conv1d(std::size_t in_channels, std::size_t out_channels, const PerAxis& kernel_size, const Options& options = {})
      : Convolution(1, in_channels, out_channels, kernel_size, options) {}
};
/// The same for images (N, in, H, W). Example: `nn::Conv2d conv(3, 8, {3, 5}, {.padding = {1, 2}, .bias = false});`
struct Conv2d : Convolution {
  Conv2d(std::size_t in_channels, std::size_t out_channels, const PerAxis& kernel_size, const Options& options = {})
      : Convolution(2, in_channels, out_channels, kernel_size, options) {}
};
/// The same for volumes (N, in, D, H, W).
struct Conv3d : Convolution {
  Conv3d(std::size_t in_channels, std::size_t out_channels, const PerAxis& kernel_size, const Options& options = {})
      : Convolution(3, in_channels, out_channels, kernel_size, options) {}
};

/// Options of ConvTranspose1d, ConvTranspose2d and ConvTranspose3d: those of the convolution that it is the transpose
/// of.
struct TransposedConvolutionOptions {
  PerAxis stride = 1;
  PerAxis padding = 0;         ///< taken off both sides of the result
  PerAxis output_padding = 0;  ///< added at the end of each axis; a stride maps several sizes to one, this says which
  std::size_t groups = 1;
  bool bias = true;
  PerAxis dilation = 1;
};

/// What ConvTranspose1d, ConvTranspose2d and ConvTranspose3d have in common; see conv_transpose2d() for the formula.
struct TransposedConvolution : Module {
  using Options = TransposedConvolutionOptions;

  /// x (N, in, ...) or (in, ...) -> (N, out, ...) or (out, ...). Throws ShapeError for another shape.
  Tensor forward(const Tensor& x) override;
  std::size_t multiply_adds(const Tensor& x, const Tensor& y) const override;

  Tensor weight;  ///< (in, out / groups, kernel...)
  Tensor bias;    ///< (out); undefined without bias

 protected:
  TransposedConvolution(std::size_t axes, std::size_t in_channels, std::size_t out_channels, const PerAxis& kernel_size,
                        const Options& options);

 private:
  std::size_t m_axes;
  Options m_options;
};

/// Transposed convolution of signals (N, in, L). Throws ShapeError for sizes or options that do not fit together.
/// Example: `nn::ConvTranspose1d up(32, 16, 4, {.stride = 2, .padding = 1});` doubles the length.
struct ConvTranspose1d : TransposedConvolution {
  ConvTranspose1d(std::size_t in_channels, std::size_t out_channels, const PerAxis& kernel_size,
                  const Options& options = {})
      : TransposedConvolution(1, in_channels, out_channels, kernel_size, options) {}
};
/// The same for images (N, in, H, W).
struct ConvTranspose2d : TransposedConvolution {
  ConvTranspose2d(std::size_t in_channels, std::size_t out_channels, const PerAxis& kernel_size,
                  const Options& options = {})
      : TransposedConvolution(2, in_channels, out_channels, kernel_size, options) {}
};
/// The same for volumes (N, in, D, H, W).
struct ConvTranspose3d : TransposedConvolution {
  ConvTranspose3d(std::size_t in_channels, std::size_t out_channels, const PerAxis& kernel_size,
                  const Options& options = {})
      : TransposedConvolution(3, in_channels, out_channels, kernel_size, options) {}
};

}  // namespace xtape::nn
