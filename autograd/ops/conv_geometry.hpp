#pragma once

#include <memory>

#include <autograd/kernels/convolution.hpp>
#include <autograd/ops/conv.hpp>

/// What the arguments of a convolution come to, checked.
namespace xtape {

/// A convolution of images with `axes` spatial axes.
struct ConvGeometry {
  std::size_t axes;
  kernels::Convolution sizes;
  bool channels_last;  ///< images lie so (channels_last.hpp), and oneDNN convolves them

  Shape input_shape() const;
  Shape weight_shape() const;
  Shape output_shape() const;
};
using ConvGeometryPtr = std::shared_ptr<const ConvGeometry>;  // shared by the rules of one op

/// Of conv(x, weight) for a batch of images, with a weight of the same dtype. Throws ShapeError.
ConvGeometryPtr conv_geometry(const char* op, std::size_t axes, const Tensor& x, const Shape& weight,
                              const ConvOptions& options);

/// Of the convolution whose transpose maps `x` with this weight: `x` has the shape of its output. Throws ShapeError.
ConvGeometryPtr conv_transpose_geometry(const char* op, std::size_t axes, const Tensor& x, const Shape& weight,
                                        const ConvTransposeOptions& options);

}  // namespace xtape
