#include <autograd/kernels/onednn.hpp>
#include <autograd/ops/conv_geometry.hpp>
#include <autograd/ops/window.hpp>

namespace xtape {

namespace {

Shape with_channels(std::size_t first, std::size_t second, const ConvGeometry& geometry,
                    std::size_t kernels::Window::*size) {
  Shape shape{first, second};
  const kernels::Windows& windows = geometry.sizes.windows;
  for (std::size_t i = windows.size() - geometry.axes; i < windows.size(); ++i) shape.push_back(windows[i].*size);
  return shape;
}

[[noreturn]] void throw_misfit(const char* op, const Shape& x, const Shape& weight, std::size_t groups,
                               const std::string& need) {
  throw ShapeError(std::string(op) + ": an input of shape " + to_string(x) + " and a weight of shape " +
                   to_string(weight) + " with groups = " + std::to_string(groups) + " do not fit: " + need);
}

// What holds for both directions: ranks, groups, and the channels that the weight's first axis holds.
void check(const char* op, std::size_t axes, const Shape& x, const Shape& weight, std::size_t groups, bool transposed) {
  const char* layout = transposed ? "(in, out / groups, kernel...)" : "(out, in / groups, kernel...)";
  if (weight.size() != axes + 2 || x.size() != axes + 2) {
    throw_misfit(op, x, weight, groups,
                 "they must be " + image_layout(axes) + " and " + layout + ", " + std::to_string(axes + 2) + " axes");
  }
  if (groups == 0 || weight[0] % groups != 0) {
    throw_misfit(op, x, weight, groups,
                 "groups must divide the weight's first size, " + std::to_string(weight[0]) + ", of " + layout);
  }
  const std::size_t channels = transposed ? weight[0] : weight[1] * groups;
  if (x[1] != channels) {
    throw_misfit(op, x, weight, groups,
                 "this weight, " + std::string(layout) + ", takes an input of " + std::to_string(channels) +
                     " channels, and the input has " + std::to_string(x[1]));
  }
  for (std::size_t i = 2; i < weight.size(); ++i) {
    if (weight[i] == 0) throw_misfit(op, x, weight, groups, "the kernel has no elements");
  }
}

WindowSizes window_sizes(const char* op, std::size_t axes, const Shape& weight, const PerAxis& stride,
                         const PerAxis& padding, const PerAxis& dilation) {
  return {last_sizes(weight, axes), stride.numbers(axes, 1, op, "stride"), padding.numbers(axes, 0, op, "padding"),
          dilation.numbers(axes, 1, op, "dilation")};
}

ConvGeometryPtr make_geometry(std::size_t axes, const kernels::Convolution& sizes, DType dtype) {
  const bool channels_last = dtype == float32 && kernels::onednn::can_convolve(sizes);
  return std::make_shared<const ConvGeometry>(ConvGeometry{axes, sizes, channels_last});
}

}  // namespace

Shape ConvGeometry::input_shape() const {
  return with_channels(sizes.batch, sizes.groups * sizes.in_channels, *this, &kernels::Window::input);
}
Shape ConvGeometry::weight_shape() const {
  return with_channels(sizes.groups * sizes.out_channels, sizes.in_channels, *this, &kernels::Window::kernel);
}
Shape ConvGeometry::output_shape() const {
  return with_channels(sizes.batch, sizes.groups * sizes.out_channels, *this, &kernels::Window::output);
}

ConvGeometryPtr conv_geometry(const char* op, std::size_t axes, const Tensor& image, const Shape& weight,
                              const ConvOptions& options) {
  const Shape& x = image.shape();
  check(op, axes, x, weight, options.groups, false);
  WindowSizes sizes = window_sizes(op, axes, weight, options.stride, options.padding, options.dilation);
  std::vector<std::size_t> input = last_sizes(x, axes), output = input;
  if (options.padding.same()) {
    for (std::size_t i = 0; i < axes; ++i) {
      if (sizes.stride[i] != 1) {
        throw ShapeError(std::string(op) + ": same_padding with stride " + to_string(sizes.stride) +
                         "; it is defined for stride 1");
      }
      sizes.padding[i] = sizes.dilation[i] * (sizes.kernel[i] - 1) / 2;
    }
  } else {
    output = window_places(op, x, sizes);
  }
  for (std::size_t i = 0; i < axes; ++i) {
    if (input[i] == 0) throw_misfit(op, x, weight, options.groups, "an image needs at least one element");
  }
  return make_geometry(
      axes, {x[0], options.groups, weight[1], weight[0] / options.groups, make_windows(sizes, input, output)},
      image.dtype());
}

ConvGeometryPtr conv_transpose_geometry(const char* op, std::size_t axes, const Tensor& image, const Shape& weight,
                                        const ConvTransposeOptions& options) {
  const Shape& x = image.shape();
  check(op, axes, x, weight, options.groups, true);
  const WindowSizes sizes = window_sizes(op, axes, weight, options.stride, options.padding, options.dilation);
  const auto more = options.output_padding.numbers(axes, 0, op, "output_padding");
  const std::vector<std::size_t> places = last_sizes(x, axes);
  std::vector<std::size_t> result;
  for (std::size_t i = 0; i < axes; ++i) {
    if (more[i] >= std::max(sizes.stride[i], sizes.dilation[i])) {
      throw ShapeError(std::string(op) + ": output_padding " + to_string(more) + " with stride " +
                       to_string(sizes.stride) + " and dilation " + to_string(sizes.dilation) +
                       "; it must be smaller than one of them on each axis");
    }
    if (places[i] == 0) throw_misfit(op, x, weight, options.groups, "an image needs at least one element");
    const std::size_t whole = (places[i] - 1) * sizes.stride[i] + sizes.dilation[i] * (sizes.kernel[i] - 1) + 1;
    if (whole + more[i] <= 2 * sizes.padding[i]) {
      throw_misfit(op, x, weight, options.groups,
                   "padding " + to_string(sizes.padding) + " takes off all of the result's " +
                       std::to_string(whole + more[i]) + " elements on spatial axis " + std::to_string(i));
    }
    result.push_back(whole + more[i] - 2 * sizes.padding[i]);
  }
  return make_geometry(
      axes, {x[0], options.groups, weight[1], weight[0] / options.groups, make_windows(sizes, result, places)},
      image.dtype());
}

}  // namespace xtape
