#include <golden/nn/layer_table.hpp>

namespace golden {

namespace {

template <class Norm>
Layer channel_norm(const Options& o) {
  return layer(Norm(count(o, "num_features"), options_of<typename Norm::Options>(o)));
}

template <class Norm>
Layer of_last_axes(const Options& o) {
  return layer(Norm(o.shape("normalized_shape"), options_of<typename Norm::Options>(o)));
}

}  // namespace

LayerTable normalization_layers() {
  return {
      {"BatchNorm1d", channel_norm<nn::BatchNorm1d>},
      {"BatchNorm2d", channel_norm<nn::BatchNorm2d>},
      {"BatchNorm3d", channel_norm<nn::BatchNorm3d>},
      {"InstanceNorm1d", channel_norm<nn::InstanceNorm1d>},
      {"InstanceNorm2d", channel_norm<nn::InstanceNorm2d>},
      {"InstanceNorm3d", channel_norm<nn::InstanceNorm3d>},
      {"LayerNorm", of_last_axes<nn::LayerNorm>},
      {"RMSNorm", of_last_axes<nn::RMSNorm>},
      {"GroupNorm",
       [](const Options& o) {
         return layer(
             nn::GroupNorm(count(o, "num_groups"), count(o, "num_channels"), options_of<nn::GroupNorm::Options>(o)));
       }},
      {"LocalResponseNorm",
       [](const Options& o) {
         return layer(nn::LocalResponseNorm(count(o, "size"), options_of<nn::LocalResponseNorm::Options>(o)));
       }},
  };
}

}  // namespace golden
