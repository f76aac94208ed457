#include <nn/conv.hpp>

#include <autograd/ops/window.hpp>
#include <nn/initial.hpp>

namespace xtape::nn {

namespace {

std::string layer_name(const char* kind, std::size_t axes) { return kind + std::to_string(axes) + "d"; }

// (first, second / groups, kernel...), and what reaches one output through it.
Shape weight_shape(const std::string& layer, std::size_t axes, std::size_t first, std::size_t second,
                   std::size_t groups, const PerAxis& kernel_size) {
  if (groups == 0 || first % groups != 0 || second % groups != 0) {
    throw ShapeError(layer + ": groups = " + std::to_string(groups) + " must divide both numbers of channels, " +
                     std::to_string(first) + " and " + std::to_string(second));
  }
  Shape shape{first, second / groups};
  for (const std::size_t size : kernel_size.numbers(axes, 1, layer.c_str(), "kernel_size")) shape.push_back(size);
  return shape;
}

std::size_t fan_in_of(const Shape& weight) { return weight[0] > 0 ? element_count(weight) / weight[0] : 0; }

}  // namespace

Convolution::Convolution(std::size_t axes, std::size_t in_channels, std::size_t out_channels,
                         const PerAxis& kernel_size, const Options& options)
    : m_axes(axes), m_options(options) {
  const std::string layer = layer_name("Conv", axes);
  const Shape shape = weight_shape(layer, axes, out_channels, in_channels, options.groups, kernel_size);
  for (const std::size_t step : options.stride.numbers(axes, 1, layer.c_str(), "stride")) {
    if (options.padding.same() && step != 1) {
      throw ShapeError(layer + ": same_padding with a stride of " + std::to_string(step) +
                       "; it is defined for stride 1");
    }
  }
  weight = parameter("weight", uniform_by_fan_in(shape, fan_in_of(shape)));
  if (options.bias) bias = parameter("bias", uniform_by_fan_in({out_channels}, fan_in_of(shape)));
}

// With the margins that the convolution would fill with zeros, as padding_mode says.
Tensor Convolution::padded(const Tensor& x) const {
  const std::string layer = layer_name("Conv", m_axes);
  require_image(layer.c_str(), x.shape(), m_axes);
  const std::vector<std::size_t> dilation = m_options.dilation.numbers(m_axes, 1, layer.c_str(), "dilation");
  const std::vector<std::size_t> padding = m_options.padding.numbers(m_axes, 0, layer.c_str(), "padding");
  std::vector<PadWidth> widths(x.dimension(), PadWidth{0, 0});
  for (std::size_t i = 0; i < m_axes; ++i) {
    const std::size_t both = m_options.padding.same() ? dilation[i] * (weight.shape()[i + 2] - 1) : 2 * padding[i];
    widths[x.dimension() - m_axes + i] = {static_cast<std::ptrdiff_t>(both / 2),
                                          static_cast<std::ptrdiff_t>(both - both / 2)};
  }
  return pad(x, widths, {.mode = m_options.padding_mode});
}

Tensor Convolution::forward(const Tensor& x) {
  using Op = Tensor(const Tensor&, const Tensor&, const Tensor&, const ConvOptions&);
  static constexpr Op* ops[] = {conv1d, conv2d, conv3d};
  const bool zeros_around = m_options.padding_mode == PadMode::constant;
  return ops[m_axes - 1](zeros_around ? x : padded(x), weight, bias,
                         {.stride = m_options.stride,
                          .padding = zeros_around ? m_options.padding : Padding(0),
                          .dilation = m_options.dilation,
                          .groups = m_options.groups});
}

// Every element of the result takes a product for each weight that leads to its channel.
std::size_t Convolution::multiply_adds(const Tensor&, const Tensor& y) const {
  return y.size() * fan_in_of(weight.shape());
}

TransposedConvolution::TransposedConvolution(std::size_t axes, std::size_t in_channels, std::size_t out_channels,
                                             const PerAxis& kernel_size, const Options& options)
    : m_axes(axes), m_options(options) {
  const Shape shape =
      weight_shape(layer_name("ConvTranspose", axes), axes, in_channels, out_channels, options.groups, kernel_size);
  weight = parameter("weight", uniform_by_fan_in(shape, fan_in_of(shape)));
  if (options.bias) bias = parameter("bias", uniform_by_fan_in({out_channels}, fan_in_of(shape)));
}

Tensor TransposedConvolution::forward(const Tensor& x) {
  using Op = Tensor(const Tensor&, const Tensor&, const Tensor&, const ConvTransposeOptions&);
  static constexpr Op* ops[] = {conv_transpose1d, conv_transpose2d, conv_transpose3d};
  return ops[m_axes - 1](x, weight, bias,
                         {.stride = m_options.stride,
                          .padding = m_options.padding,
                          .output_padding = m_options.output_padding,
                          .groups = m_options.groups,
                          .dilation = m_options.dilation});
}

// Every element of the input is multiplied by each weight that its channel has.
std::size_t TransposedConvolution::multiply_adds(const Tensor& x, const Tensor&) const {
  return x.size() * fan_in_of(weight.shape());
}

}  // namespace xtape::nn
