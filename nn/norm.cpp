#include <nn/norm.hpp>

#include <autograd/factories.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/tape.hpp>

namespace xtape::nn {

// --- batch and instance normalisation

namespace {

// "(N, 64, H, W)" for 64 channels and "N, " as the batch.
std::string layout(const char* batch, std::size_t channels, std::size_t axes) {
  static constexpr const char* places[] = {")", ", L)", ", H, W)", ", D, H, W)"};
  return std::string("(") + batch + std::to_string(channels) + places[axes];
}

[[noreturn]] void refuse(const char* kind, std::size_t axes, const Tensor& x, const std::string& layouts) {
  throw ShapeError(kind + std::to_string(axes) + "d: an input of shape " + to_string(x.shape()) + "; it must be " +
                   layouts);
}

}  // namespace

ChannelNorm::ChannelNorm(std::size_t axes, std::size_t num_features, bool affine, bool track_running_stats)
    : m_axes(axes), m_features(num_features) {
  const Shape channels{num_features};
  if (affine) {
    weight = parameter("weight", ones(channels));
    bias = parameter("bias", zeros(channels));
  }
  if (track_running_stats) {
    running_mean = buffer("running_mean", zeros(channels));
    running_var = buffer("running_var", ones(channels));
    num_batches_tracked = buffer("num_batches_tracked", zeros({}, {.dtype = int64}));
  }
}

std::size_t ChannelNorm::multiply_adds(const Tensor& x, const Tensor&) const { return x.size(); }

BatchNorm::BatchNorm(std::size_t axes, std::size_t num_features, const Options& options)
    : ChannelNorm(axes, num_features, options.affine, options.track_running_stats), m_options(options) {}

Tensor BatchNorm::forward(const Tensor& x) {
  const bool vectors = m_axes == 1 && x.dimension() == 2;
  if (!(vectors || x.dimension() == m_axes + 2) || x.shape(1) != m_features) {
    const std::string alone = m_axes == 1 ? layout("N, ", m_features, 0) + " or " : "";
    refuse("BatchNorm", m_axes, x, alone + layout("N, ", m_features, m_axes));
  }
  const bool tracked = running_mean.defined();
  BatchNormOptions options{.running_mean = running_mean,
                           .running_var = running_var,
                           .training = is_training() || !tracked,
                           .momentum = m_options.momentum.value_or(0.0),
                           .eps = m_options.eps};
  if (!tracked || !options.training) return batch_norm(x, weight, bias, options);
  const std::int64_t batches = num_batches_tracked.item<std::int64_t>() + 1;
  if (!m_options.momentum) options.momentum = 1.0 / static_cast<double>(batches);
  const Tensor result = batch_norm(x, weight, bias, options);
  num_batches_tracked.assign(batches);  // now that nothing was thrown
  return result;
}

InstanceNorm::InstanceNorm(std::size_t axes, std::size_t num_features, const Options& options)
    : ChannelNorm(axes, num_features, options.affine, options.track_running_stats), m_options(options) {}

Tensor InstanceNorm::forward(const Tensor& x) {
  const bool single = x.dimension() == m_axes + 1;
  if (!(single || x.dimension() == m_axes + 2) || x.shape(single ? 0 : 1) != m_features) {
    refuse("InstanceNorm", m_axes, x, layout("N, ", m_features, m_axes) + " or " + layout("", m_features, m_axes));
  }
  const Tensor result = instance_norm(single ? expand_dims(x, 0) : x, weight, bias,
                                      {.running_mean = running_mean,
                                       .running_var = running_var,
                                       .use_input_stats = is_training() || !running_mean.defined(),
                                       .momentum = m_options.momentum,
                                       .eps = m_options.eps});
  return single ? squeeze(result, {0}) : result;
}

// --- over the last axes

LayerNorm::LayerNorm(const Shape& normalized_shape, const Options& options)
    : m_shape(normalized_shape), m_eps(options.eps) {
  if (!options.elementwise_affine) return;
  weight = parameter("weight", ones(m_shape));
  if (options.bias) bias = parameter("bias", zeros(m_shape));
}

Tensor LayerNorm::forward(const Tensor& x) { return layer_norm(x, m_shape, weight, bias, m_eps); }
std::size_t LayerNorm::multiply_adds(const Tensor& x, const Tensor&) const { return x.size(); }

RMSNorm::RMSNorm(const Shape& normalized_shape, const Options& options)
    : m_shape(normalized_shape), m_eps(options.eps) {
  if (options.elementwise_affine) weight = parameter("weight", ones(m_shape));
}

Tensor RMSNorm::forward(const Tensor& x) { return rms_norm(x, m_shape, weight, m_eps); }
std::size_t RMSNorm::multiply_adds(const Tensor& x, const Tensor&) const { return x.size(); }

// --- over channels

GroupNorm::GroupNorm(std::size_t num_groups, std::size_t num_channels, const Options& options)
    : m_groups(num_groups), m_channels(num_channels), m_eps(options.eps) {
  if (num_groups == 0 || num_channels % num_groups != 0) {
    throw ShapeError("GroupNorm: " + std::to_string(num_groups) + " groups do not divide " +
                     std::to_string(num_channels) + " channels");
  }
  if (!options.affine) return;
  weight = parameter("weight", ones({num_channels}));
  bias = parameter("bias", zeros({num_channels}));
}

Tensor GroupNorm::forward(const Tensor& x) {
  if (x.dimension() < 2 || x.shape(1) != m_channels) {
    throw ShapeError("GroupNorm: an input of shape " + to_string(x.shape()) + "; it must be (N, " +
                     std::to_string(m_channels) + ", ...)");
  }
  return group_norm(x, m_groups, weight, bias, m_eps);
}
std::size_t GroupNorm::multiply_adds(const Tensor& x, const Tensor&) const { return x.size(); }

Tensor LocalResponseNorm::forward(const Tensor& x) { return local_response_norm(x, m_size, m_options); }

}  // namespace xtape::nn
