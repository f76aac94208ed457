#include <autograd/kernels/onednn.hpp>
#include <autograd/ops/channels_last.hpp>
#include <autograd/ops/conv.hpp>
#include <autograd/ops/conv_geometry.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/reduce.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/record.hpp>

namespace xtape {

namespace {

// Three maps, each linear in both arguments: convolve(x, w), its gradient in x, and its gradient in w. The rules of
// each are the other two, so that derivatives of every order are at hand.

Tensor transpose_convolve(const Tensor& y, const Tensor& w, const Tensor& bias, const ConvGeometryPtr& geometry);
Tensor weight_gradient(const Tensor& x, const Tensor& y, const ConvGeometryPtr& geometry);

const char* pick(const ConvGeometryPtr& geometry, const char* one, const char* two, const char* three) {
  return geometry->axes == 1 ? one : geometry->axes == 2 ? two : three;
}

// An image in the order that the geometry's loops take, its values alone, and a new image in that order.
Tensor in_order(const Tensor& x, const ConvGeometry& geometry) {
  return geometry.channels_last ? channels_last(x) : x.contiguous();
}
Tensor image_values(const Tensor& x, const ConvGeometry& geometry) { return in_order(x.detach(), geometry); }
Tensor new_image(const Shape& shape, DType dtype, const ConvGeometry& geometry) {
  return geometry.channels_last ? uninitialized_channels_last(shape, dtype) : Tensor::uninitialized(shape, dtype);
}

// The values of a weight or a bias, which may be undefined.
Tensor plain_values(const Tensor& w) { return w.defined() ? w.detach().contiguous() : w; }

template <class T>
const T* pointer(const Tensor& x) {
  return x.defined() ? static_cast<const T*>(x.raw_data()) : nullptr;
}

// Calls direct(a's values, b's, c's or null, result's) where the geometry is for oneDNN, else plain(...).
template <class Direct, class Plain>
void run(const ConvGeometry& geometry, const Tensor& a, const Tensor& b, const Tensor& c, const Tensor& result,
         const Direct& direct, const Plain& plain) {
  const auto call = [&]<class T>(TypeTag<T>, const auto& function) {
    function(pointer<T>(a), pointer<T>(b), pointer<T>(c), static_cast<T*>(result.mutable_data()));
  };
  if (geometry.channels_last) return call(TypeTag<float>(), direct);
  visit_floating(result.dtype(), [&]<class T>(TypeTag<T> type) { call(type, plain); });
}

// The gradient of a bias: the sum over all places of each channel.
Tensor sum_of_channels(const Tensor& g) {
  if (is_channels_last(g)) return sum(rows_of_channels(g), {0});
  return sum(sum(flatten(g, 2), {2}), {0});  // the planes first: their axes are neighbours
}

// Records both arguments and, where there is one, the bias.
template <class A, class B>
Tensor record_with_bias(const char* name, const Tensor& result, From<A> a, From<B> b, const Tensor& bias) {
  if (!bias.defined()) return record(name, result, std::move(a), std::move(b));
  return record(name, result, std::move(a), std::move(b), From{bias, sum_of_channels});
}

// The same for all three: a multiplication and an addition for each element of the output and of a kernel.
std::size_t flops_of(const ConvGeometry& geometry) {
  const Shape weight = geometry.weight_shape();
  return 2 * element_count(geometry.output_shape()) * element_count({weight.begin() + 1, weight.end()});
}

Tensor convolve(const Tensor& x, const Tensor& w, const Tensor& bias, const ConvGeometryPtr& geometry) {
  const char* name = pick(geometry, "conv1d", "conv2d", "conv3d");
  const profile::Op profiled(name, x, w, bias);
  profile::count_flops(flops_of(*geometry));
  const Tensor result = new_image(geometry->output_shape(), x.dtype(), *geometry);
  const kernels::Convolution& sizes = geometry->sizes;
  run(
      *geometry, image_values(x, *geometry), plain_values(w), plain_values(bias), result,
      [&](auto*... arrays) { kernels::onednn::convolution(sizes, arrays...); },
      [&](auto*... arrays) { kernels::convolution(sizes, arrays...); });
  return record_with_bias(
      name, result,
      From{x, [w = save(w), geometry](const Tensor& g) { return transpose_convolve(g, w.get(), {}, geometry); }},
      From{w, [x = save(x), geometry](const Tensor& g) { return weight_gradient(x.get(), g, geometry); }}, bias);
}

Tensor transpose_convolve(const Tensor& y, const Tensor& w, const Tensor& bias, const ConvGeometryPtr& geometry) {
  const char* name = pick(geometry, "conv_transpose1d", "conv_transpose2d", "conv_transpose3d");
  const profile::Op profiled(name, y, w, bias);
  profile::count_flops(flops_of(*geometry));
  const Tensor result = new_image(geometry->input_shape(), y.dtype(), *geometry);
  const kernels::Convolution& sizes = geometry->sizes;
  run(
      *geometry, image_values(y, *geometry), plain_values(w), plain_values(bias), result,
      [&](auto*... arrays) { kernels::onednn::convolution_input_gradient(sizes, arrays...); },
      [&](auto*... arrays) { kernels::convolution_input_gradient(sizes, arrays...); });
  return record_with_bias(
      name, result, From{y, [w = save(w), geometry](const Tensor& g) { return convolve(g, w.get(), {}, geometry); }},
      From{w, [y = save(y), geometry](const Tensor& g) { return weight_gradient(g, y.get(), geometry); }}, bias);
}

Tensor weight_gradient(const Tensor& x, const Tensor& y, const ConvGeometryPtr& geometry) {
  const char* name = pick(geometry, "conv1d_weight_gradient", "conv2d_weight_gradient", "conv3d_weight_gradient");
  const profile::Op profiled(name, x, y);
  profile::count_flops(flops_of(*geometry));
  const Tensor result = Tensor::uninitialized(geometry->weight_shape(), x.dtype());
  const kernels::Convolution& sizes = geometry->sizes;
  run(
      *geometry, image_values(x, *geometry), image_values(y, *geometry), {}, result,
      [&](auto* from, auto* upstream, auto*, auto* to) {
        kernels::onednn::convolution_weight_gradient(sizes, from, upstream, to);
      },
      [&](auto* from, auto* upstream, auto*, auto* to) {
        kernels::convolution_weight_gradient(sizes, from, upstream, to);
      });
  return record(
      name, result,
      From{x, [y = save(y), geometry](const Tensor& g) { return transpose_convolve(y.get(), g, {}, geometry); }},
      From{y, [x = save(x), geometry](const Tensor& g) { return convolve(x.get(), g, {}, geometry); }});
}

void check_bias(const char* op, const Tensor& bias, const Shape& result) {
  if (!bias.defined() || bias.shape() == Shape{result[1]}) return;
  throw ShapeError(std::string(op) + ": a bias of shape " + to_string(bias.shape()) + " for " +
                   std::to_string(result[1]) + " channels of output; it must be " + to_string(Shape{result[1]}));
}

// In the floating dtype of all, the image as a batch, calls function(x, weight, bias).
template <class F>
Tensor prepare(std::size_t axes, const Tensor& x, const Tensor& weight, const Tensor& bias, const F& function) {
  DType dtype = as_floating(promote(x.dtype(), weight.dtype()));
  if (bias.defined()) dtype = promote(dtype, bias.dtype());
  const bool single = x.dimension() == axes + 1;
  const Tensor batch = astype(single ? expand_dims(x, 0) : x, dtype);
  const Tensor result =
      function(batch, astype(weight, dtype).contiguous(), bias.defined() ? astype(bias, dtype) : bias);
  return single ? squeeze(result, {0}) : result;
}

Tensor conv(const char* op, std::size_t axes, const Tensor& x, const Tensor& weight, const Tensor& bias,
            const ConvOptions& options) {
  return prepare(axes, x, weight, bias, [&](const Tensor& image, const Tensor& w, const Tensor& b) {
    const ConvGeometryPtr geometry = conv_geometry(op, axes, image, w.shape(), options);
    check_bias(op, b, geometry->output_shape());
    return convolve(in_order(image, *geometry), w, b, geometry);
  });
}

Tensor conv_transpose(const char* op, std::size_t axes, const Tensor& x, const Tensor& weight, const Tensor& bias,
                      const ConvTransposeOptions& options) {
  return prepare(axes, x, weight, bias, [&](const Tensor& image, const Tensor& w, const Tensor& b) {
    const ConvGeometryPtr geometry = conv_transpose_geometry(op, axes, image, w.shape(), options);
    check_bias(op, b, geometry->input_shape());
    return transpose_convolve(in_order(image, *geometry), w, b, geometry);
  });
}

}  // namespace

Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvOptions& options) {
  return conv("conv1d", 1, x, weight, bias, options);
}
Tensor conv1d(const Tensor& x, const Tensor& weight, const ConvOptions& options) {
  return conv("conv1d", 1, x, weight, {}, options);
}
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvOptions& options) {
  return conv("conv2d", 2, x, weight, bias, options);
}
Tensor conv2d(const Tensor& x, const Tensor& weight, const ConvOptions& options) {
  return conv("conv2d", 2, x, weight, {}, options);
}
Tensor conv3d(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvOptions& options) {
  return conv("conv3d", 3, x, weight, bias, options);
}
Tensor conv3d(const Tensor& x, const Tensor& weight, const ConvOptions& options) {
  return conv("conv3d", 3, x, weight, {}, options);
}

Tensor conv_transpose1d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const ConvTransposeOptions& options) {
  return conv_transpose("conv_transpose1d", 1, x, weight, bias, options);
}
Tensor conv_transpose1d(const Tensor& x, const Tensor& weight, const ConvTransposeOptions& options) {
  return conv_transpose("conv_transpose1d", 1, x, weight, {}, options);
}
Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const ConvTransposeOptions& options) {
  return conv_transpose("conv_transpose2d", 2, x, weight, bias, options);
}
Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const ConvTransposeOptions& options) {
  return conv_transpose("conv_transpose2d", 2, x, weight, {}, options);
}
Tensor conv_transpose3d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const ConvTransposeOptions& options) {
  return conv_transpose("conv_transpose3d", 3, x, weight, bias, options);
}
Tensor conv_transpose3d(const Tensor& x, const Tensor& weight, const ConvTransposeOptions& options) {
  return conv_transpose("conv_transpose3d", 3, x, weight, {}, options);
}

std::vector<OpEntry> conv_ops() {
  return {
      {"conv1d",
       "convolutions",
       "y[n, o, p] = bias[o] + sum of weight[o, c, k] x[n, c, p stride + k dilation - padding]",
       {XTAPE_CASE(conv1d(x[0], x[1], x[2]), any_value(2, 2, 5), any_value(3, 2, 3), any_value(3)),
        XTAPE_CASE(conv1d(x[0], x[1], {.stride = 2, .padding = 1, .dilation = 2}), any_value(1, 2, 7),
                   any_value(2, 2, 3)),
        XTAPE_CASE(conv1d(x[0], x[1], {.padding = same_padding}), any_value(2, 5), any_value(2, 2, 4)),
        XTAPE_CASE(conv1d(x[0], x[1], {.groups = 2}), any_value(0, 2, 3), any_value(2, 1, 2))},
       {},
       {},
       {"g convolved with the kernel turned around", "x correlated with g", "g, summed over batch and places"}},
      {"conv2d",
       "convolutions",
       "the same for images",
       {XTAPE_CASE(conv2d(x[0], x[1], x[2], {.padding = 1}), any_value(2, 1, 3, 3), any_value(2, 1, 3, 3),
                   any_value(2)),
        XTAPE_CASE(conv2d(x[0], x[1], {.stride = {2, 1}, .padding = {0, 2}}), any_value(1, 2, 4, 3),
                   any_value(2, 2, 3, 2)),
        XTAPE_CASE(conv2d(x[0], x[1], x[2], {.groups = 2}), any_value(1, 4, 3, 3), any_value(4, 2, 2, 2), any_value(4)),
        XTAPE_CASE(conv2d(x[0], x[1], {.padding = 1, .dilation = {1, 2}, .groups = 3}), any_value(1, 3, 3, 4),
                   any_value(6, 1, 2, 2)),
        XTAPE_CASE(conv2d(x[0], x[1], x[2]), any_value(2, 3, 2, 2), any_value(2, 3, 1, 1), any_value(2)),
        XTAPE_CASE(conv2d(x[0], x[0]), any_value(2, 2, 2, 2))},
       {},
       {},
       {"g convolved with the kernel turned around", "x correlated with g", "g, summed over batch and places"}},
      {"conv3d",
       "convolutions",
       "the same for volumes",
       {XTAPE_CASE(conv3d(x[0], x[1], x[2]), any_value(1, 1, 3, 2, 3), any_value(1, 1, 2, 2, 2), any_value(1)),
        XTAPE_CASE(conv3d(x[0], x[1], {.stride = {1, 2, 1}, .padding = {1, 0, 0}, .groups = 2}),
                   any_value(2, 2, 3, 2, 2), any_value(2, 1, 2, 1, 2))}},
      {"conv_transpose1d",
       "convolutions",
       "the transpose of conv1d: y[n, o, i] = bias[o] + sum of weight[c, o, k] x[n, c, p] where p stride + k dilation "
       "- "
       "padding = i",
       {XTAPE_CASE(conv_transpose1d(x[0], x[1], x[2]), any_value(2, 2, 3), any_value(2, 3, 2), any_value(3)),
        XTAPE_CASE(conv_transpose1d(x[0], x[1], {.stride = 2, .padding = 1, .output_padding = 1, .dilation = 2}),
                   any_value(2, 4), any_value(2, 2, 3))}},
      {"conv_transpose2d",
       "convolutions",
       "the same for images",
       {XTAPE_CASE(conv_transpose2d(x[0], x[1], x[2], {.stride = 2}), any_value(1, 2, 2, 2), any_value(2, 2, 3, 2),
                   any_value(2)),
        XTAPE_CASE(conv_transpose2d(x[0], x[1], {.padding = {1, 0}, .groups = 2}), any_value(1, 4, 2, 2),
                   any_value(4, 2, 2, 2)),
        XTAPE_CASE(conv_transpose2d(x[0], x[1], x[2], {.groups = 2}), any_value(2, 2, 2, 2), any_value(2, 2, 2, 1),
                   any_value(4)),
        XTAPE_CASE(conv_transpose2d(x[0], x[1]), any_value(2, 3, 2, 2), any_value(3, 2, 1, 1))}},
      {"conv_transpose3d",
       "convolutions",
       "the same for volumes",
       {XTAPE_CASE(conv_transpose3d(x[0], x[1], x[2], {.stride = {1, 2, 1}, .output_padding = {0, 1, 0}}),
                   any_value(1, 1, 2, 2, 2), any_value(1, 2, 2, 1, 2), any_value(2))}},
  };
}

}  // namespace xtape
