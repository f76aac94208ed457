#pragma once

#include <autograd/ops/interpolate.hpp>
#include <nn/module.hpp>

namespace xtape::nn {

/// Images or signals (N, C, ...) resized along the axes behind the channels; see interpolate() for options and errors.
/// Example: `nn::Upsample({.scale_factor = 2, .mode = Interpolation::bilinear})`.
struct Upsample : Module {
  using Options = InterpolateOptions;

  explicit Upsample(const Options& options) : m_options(options) {}
  Tensor forward(const Tensor& x) override { return interpolate(x, m_options); }

 private:
  Options m_options;
};

}  // namespace xtape::nn
