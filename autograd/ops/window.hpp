#pragma once

#include <autograd/kernels/window.hpp>
#include <autograd/ops/per_axis.hpp>

/// For the ops that move a window over an image: what their arguments mean, and what does not fit.
namespace xtape {

/// Sizes of a window's parts, one number an axis.
struct WindowSizes {
  std::vector<std::size_t> kernel, stride, padding, dilation;
};

/// "(3, 3)", for messages.
std::string to_string(const std::vector<std::size_t>& numbers);

/// "(N, C, H, W) or (C, H, W)": how the op reads an image of 1, 2 or 3 axes.
std::string image_layout(std::size_t axes);

/// Throws ShapeError where `x` is neither a batch of images of `axes` axes nor a single one.
void require_image(const char* op, const Shape& x, std::size_t axes);

/// The places of a window along each of the last axes of `input`, by PyTorch's formula: floor((input + 2 padding -
/// dilation (kernel - 1) - 1) / stride) + 1. With `ceil_mode` it rounds up, as long as the last window starts inside
/// the input or the padding in front. Throws ShapeError where the window is larger than the padded input.
std::vector<std::size_t> window_places(const char* op, const Shape& input, const WindowSizes& sizes,
                                       bool ceil_mode = false);

/// The kernel's description of the same; `input` and `output` are sizes of the axes.
kernels::Windows make_windows(const WindowSizes& sizes, const std::vector<std::size_t>& input,
                              const std::vector<std::size_t>& output);

/// The last `axes` sizes of a shape.
std::vector<std::size_t> last_sizes(const Shape& shape, std::size_t axes);

}  // namespace xtape
