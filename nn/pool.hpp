#pragma once

#include <autograd/ops/pool.hpp>
#include <nn/module.hpp>

/// Pooling as layers; the functions of the same names say what is computed, for which shapes and options, and what is
/// thrown. Inputs are (N, C, spatial...) or (C, spatial...). Example: `nn::MaxPool2d(3, {.stride = 2})`.
namespace xtape::nn {

/// What the pooling layers with a window have in common.
template <class PoolOptions, Tensor (*pool)(const Tensor&, const PerAxis&, const PoolOptions&)>
struct WindowPool : Module {
  using Options = PoolOptions;

  /// `kernel_size` is one number for all spatial axes or one for each; the stride is the same unless it is given.
  explicit WindowPool(const PerAxis& kernel_size, const Options& options = {})
      : m_kernel_size(kernel_size), m_options(options) {}
  Tensor forward(const Tensor& x) override { return pool(x, m_kernel_size, m_options); }

 private:
  PerAxis m_kernel_size;
  Options m_options;
};

/// Largest element of each window; see max_pool1d().
struct MaxPool1d : WindowPool<MaxPoolOptions, max_pool1d> {
  using WindowPool::WindowPool;
};
/// See max_pool2d(). Example: `nn::MaxPool2d(2)`.
struct MaxPool2d : WindowPool<MaxPoolOptions, max_pool2d> {
  using WindowPool::WindowPool;
};
/// Mean of each window; see avg_pool1d().
struct AvgPool1d : WindowPool<AvgPoolOptions, avg_pool1d> {
  using WindowPool::WindowPool;
};
/// See avg_pool2d(). Example: `nn::AvgPool2d({2, 3}, {.padding = 1, .count_include_pad = false})`.
struct AvgPool2d : WindowPool<AvgPoolOptions, avg_pool2d> {
  using WindowPool::WindowPool;
};

/// What the adaptive pooling layers have in common.
template <Tensor (*pool)(const Tensor&, const PerAxis&)>
struct AdaptivePool : Module {
  /// `output_size` is one number for all spatial axes of the result or one for each.
  explicit AdaptivePool(const PerAxis& output_size) : m_output_size(output_size) {}
  Tensor forward(const Tensor& x) override { return pool(x, m_output_size); }

 private:
  PerAxis m_output_size;
};

/// Means of windows that share the axis out evenly; see adaptive_avg_pool1d().
struct AdaptiveAvgPool1d : AdaptivePool<adaptive_avg_pool1d> {
  using AdaptivePool::AdaptivePool;
};
/// See adaptive_avg_pool2d(). Example: `nn::AdaptiveAvgPool2d(1)` takes the mean of every channel.
struct AdaptiveAvgPool2d : AdaptivePool<adaptive_avg_pool2d> {
  using AdaptivePool::AdaptivePool;
};
/// Largest elements of such windows; see adaptive_max_pool1d().
struct AdaptiveMaxPool1d : AdaptivePool<adaptive_max_pool1d> {
  using AdaptivePool::AdaptivePool;
};
/// See adaptive_max_pool2d().
struct AdaptiveMaxPool2d : AdaptivePool<adaptive_max_pool2d> {
  using AdaptivePool::AdaptivePool;
};

}  // namespace xtape::nn
