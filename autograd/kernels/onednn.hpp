#pragma once

#include <autograd/kernels/convolution.hpp>

/// The convolutions of convolution.hpp by oneDNN, where xtape was built with it: of float32 images with their channels
/// last in memory, x (batch, input..., groups * in_channels) and y (batch, output..., groups * out_channels). Weights
/// are as there.
namespace xtape::kernels::onednn {

/// Whether oneDNN was built in and has loops for these sizes that were compiled for this processor.
bool can_convolve(const Convolution& sizes);

/// The three maps; `bias` may be null.
void convolution(const Convolution& sizes, const float* x, const float* w, const float* bias, float* y);
void convolution_input_gradient(const Convolution& sizes, const float* y, const float* w, const float* bias, float* x);
void convolution_weight_gradient(const Convolution& sizes, const float* x, const float* y, float* w);

}  // namespace xtape::kernels::onednn
