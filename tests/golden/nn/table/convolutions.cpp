#include <golden/nn/layer_table.hpp>

namespace golden {

namespace {

template <class Conv>
Layer convolution(const Options& o) {
  return layer(Conv(count(o, "in_channels"), count(o, "out_channels"), o.per_axis("kernel_size"),
                    options_of<typename Conv::Options>(o)));
}

template <class Pool>
Layer pooling(const Options& o) {
  return layer(Pool(o.per_axis("kernel_size"), options_of<typename Pool::Options>(o)));
}

template <class Pool>
Layer adaptive(const Options& o) {
  return layer(Pool(o.per_axis("output_size")));
}

}  // namespace

LayerTable convolution_layers() {
  return {
      {"Conv1d", convolution<nn::Conv1d>},
      {"Conv2d", convolution<nn::Conv2d>},
      {"Conv3d", convolution<nn::Conv3d>},
      {"ConvTranspose1d", convolution<nn::ConvTranspose1d>},
      {"ConvTranspose2d", convolution<nn::ConvTranspose2d>},
      {"ConvTranspose3d", convolution<nn::ConvTranspose3d>},
      {"MaxPool1d", pooling<nn::MaxPool1d>},
      {"MaxPool2d", pooling<nn::MaxPool2d>},
      {"AvgPool1d", pooling<nn::AvgPool1d>},
      {"AvgPool2d", pooling<nn::AvgPool2d>},
      {"AdaptiveAvgPool1d", adaptive<nn::AdaptiveAvgPool1d>},
      {"AdaptiveAvgPool2d", adaptive<nn::AdaptiveAvgPool2d>},
      {"AdaptiveMaxPool1d", adaptive<nn::AdaptiveMaxPool1d>},
      {"AdaptiveMaxPool2d", adaptive<nn::AdaptiveMaxPool2d>},
  };
}

}  // namespace golden
