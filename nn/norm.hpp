#pragma once

#include <autograd/ops/norm.hpp>
#include <nn/module.hpp>

/// Normalisations as layers; batch_norm(), layer_norm() and their like say what is computed. Weights start at 1, biases
/// at 0. Every element counts as one multiplication with its addition.
namespace xtape::nn {

/// What batch and instance normalisation have in common: a weight and a bias for each channel, and running statistics.
struct ChannelNorm : Module {
  std::size_t multiply_adds(const Tensor& x, const Tensor& y) const override;

  Tensor weight;               ///< (C); undefined unless affine
  Tensor bias;                 ///< (C); likewise
  Tensor running_mean;         ///< (C), a buffer that starts at 0; undefined unless tracked
  Tensor running_var;          ///< (C), a buffer that starts at 1; likewise
  Tensor num_batches_tracked;  ///< (), int64, a buffer; likewise

 protected:
  /// For images with `axes` spatial axes.
  ChannelNorm(std::size_t axes, std::size_t num_features, bool affine, bool track_running_stats);

  std::size_t m_axes, m_features;
};

/// Options of BatchNorm1d, BatchNorm2d and BatchNorm3d.
struct BatchNormSettings {
  double eps = 1e-5;
  std::optional<double> momentum = 0.1;  ///< share of the new value in an update; none: the mean of all batches so far
  bool affine = true;                    ///< whether weight and bias are learned
  bool track_running_stats = true;       ///< false: the batch's own statistics are used in evaluation, too
};

/// What BatchNorm1d, BatchNorm2d and BatchNorm3d have in common: each channel is normalised over all examples and
/// places, in training mode with the batch's own statistics, which also update the running ones, in evaluation mode
/// with the running ones.
struct BatchNorm : ChannelNorm {
  using Options = BatchNormSettings;
  /// Throws ShapeError for another number of axes or channels and, in training, for one value per channel.
  Tensor forward(const Tensor& x) override;

 protected:
  BatchNorm(std::size_t axes, std::size_t num_features, const Options& options);

 private:
  Options m_options;
};

/// Batch normalisation of (N, C) or (N, C, L). Example: `nn::BatchNorm1d(100)`.
struct BatchNorm1d : BatchNorm {
  explicit BatchNorm1d(std::size_t num_features, const Options& options = {}) : BatchNorm(1, num_features, options) {}
};
/// Of images (N, C, H, W). Example: `nn::BatchNorm2d(64, {.momentum = 0.01})`.
struct BatchNorm2d : BatchNorm {
  explicit BatchNorm2d(std::size_t num_features, const Options& options = {}) : BatchNorm(2, num_features, options) {}
};
/// Of volumes (N, C, D, H, W).
struct BatchNorm3d : BatchNorm {
  explicit BatchNorm3d(std::size_t num_features, const Options& options = {}) : BatchNorm(3, num_features, options) {}
};

/// Options of InstanceNorm1d, InstanceNorm2d and InstanceNorm3d.
struct InstanceNormSettings {
  double eps = 1e-5;
  double momentum = 0.1;
  bool affine = false;
  bool track_running_stats = false;
};

/// What InstanceNorm1d, InstanceNorm2d and InstanceNorm3d have in common: each channel of each example is normalised
/// over its places; in evaluation mode, where statistics are tracked, with the running ones.
struct InstanceNorm : ChannelNorm {
  using Options = InstanceNormSettings;
  /// Throws ShapeError for another number of axes or channels, and for one place per channel.
  Tensor forward(const Tensor& x) override;

 protected:
  InstanceNorm(std::size_t axes, std::size_t num_features, const Options& options);

 private:
  Options m_options;
};

/// Instance normalisation of (N, C, L) or (C, L).
struct InstanceNorm1d : InstanceNorm {
  explicit InstanceNorm1d(std::size_t num_features, const Options& options = {})
      : InstanceNorm(1, num_features, options) {}
};
/// Of images (N, C, H, W) or (C, H, W). Example: `nn::InstanceNorm2d(64, {.affine = true})`.
struct InstanceNorm2d : InstanceNorm {
  explicit InstanceNorm2d(std::size_t num_features, const Options& options = {})
      : InstanceNorm(2, num_features, options) {}
};
/// Of volumes (N, C, D, H, W) or (C, D, H, W).
struct InstanceNorm3d : InstanceNorm {
  explicit InstanceNorm3d(std::size_t num_features, const Options& options = {})
      : InstanceNorm(3, num_features, options) {}
};

/// Options of LayerNorm.
struct LayerNormSettings {
  double eps = 1e-5;
  bool elementwise_affine = true;  ///< whether weight and bias are learned
  bool bias = true;                ///< false: only the weight is
};

/// Layer normalisation over the last axes, whose sizes are `normalized_shape`. Throws ShapeError for an input that does
/// not end with them. Example: `nn::LayerNorm(64)`, `nn::LayerNorm({8, 8})`.
struct LayerNorm : Module {
  using Options = LayerNormSettings;

  explicit LayerNorm(const Shape& normalized_shape, const Options& options = {});
  explicit LayerNorm(std::size_t size, const Options& options = {}) : LayerNorm(Shape{size}, options) {}
  Tensor forward(const Tensor& x) override;
  std::size_t multiply_adds(const Tensor& x, const Tensor& y) const override;

  Tensor weight;  ///< normalized_shape; undefined unless affine
  Tensor bias;    ///< likewise

 private:
  Shape m_shape;
  double m_eps;
};

/// Options of RMSNorm.
struct RMSNormSettings {
  std::optional<double> eps = {};  ///< by default the epsilon of the input's dtype
  bool elementwise_affine = true;
};

/// Root mean square normalisation over the last axes; see rms_norm(). Throws as LayerNorm. Example: `nn::RMSNorm(64)`.
struct RMSNorm : Module {
  using Options = RMSNormSettings;

  explicit RMSNorm(const Shape& normalized_shape, const Options& options = {});
  explicit RMSNorm(std::size_t size, const Options& options = {}) : RMSNorm(Shape{size}, options) {}
  Tensor forward(const Tensor& x) override;
  std::size_t multiply_adds(const Tensor& x, const Tensor& y) const override;

  Tensor weight;  ///< normalized_shape; undefined unless affine

 private:
  Shape m_shape;
  std::optional<double> m_eps;
};

/// Options of GroupNorm.
struct GroupNormSettings {
  double eps = 1e-5;
  bool affine = true;
};

/// Group normalisation of (N, C, ...): C / groups channels that follow one another are normalised together. Throws
/// ShapeError where the groups do not divide the channels, and for an input of other channels.
/// Example: `nn::GroupNorm(4, 64)`.
struct GroupNorm : Module {
  using Options = GroupNormSettings;

  GroupNorm(std::size_t num_groups, std::size_t num_channels, const Options& options = {});
  Tensor forward(const Tensor& x) override;
  std::size_t multiply_adds(const Tensor& x, const Tensor& y) const override;

  Tensor weight;  ///< (C); undefined unless affine
  Tensor bias;    ///< (C); likewise

 private:
  std::size_t m_groups, m_channels;
  double m_eps;
};

/// Local response normalisation of (N, C, ...); see local_response_norm(). Example: `nn::LocalResponseNorm(5)`.
struct LocalResponseNorm : Module {
  using Options = LocalResponseOptions;

  explicit LocalResponseNorm(std::size_t size, const Options& options = {}) : m_size(size), m_options(options) {}
  Tensor forward(const Tensor& x) override;

 private:
  std::size_t m_size;
  Options m_options;
};

}  // namespace xtape::nn
