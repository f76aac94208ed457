#include <golden/table.hpp>

namespace golden {

namespace {

ConvOptions convolution(const Options& o) {
  return {.stride = o.per_axis("stride", 1),
          .padding = o.is("padding", "same") ? Padding(same_padding) : o.per_axis<Padding>("padding", 0),
          .dilation = o.per_axis("dilation", 1),
          .groups = o.get("groups", std::size_t{1})};
}

ConvTransposeOptions transposed(const Options& o) {
  return {.stride = o.per_axis("stride", 1),
          .padding = o.per_axis("padding", 0),
          .output_padding = o.per_axis("output_padding", 0),
          .groups = o.get("groups", std::size_t{1}),
          .dilation = o.per_axis("dilation", 1)};
}

template <class R>
Op pool(R (*f)(const Tensor&, const PerAxis&, const MaxPoolOptions&)) {
  return [f](const Inputs& x, const Options& o) {
    return f(x[0], o.per_axis("kernel"),
             {.stride = o.per_axis("stride", {}),
              .padding = o.per_axis("padding", 0),
              .dilation = o.per_axis("dilation", 1),
              .ceil_mode = o.get("ceil_mode", false)});
  };
}

Op pool(Tensor (*f)(const Tensor&, const PerAxis&, const AvgPoolOptions&)) {
  return [f](const Inputs& x, const Options& o) {
    return f(x[0], o.per_axis("kernel"),
             {.stride = o.per_axis("stride", {}),
              .padding = o.per_axis("padding", 0),
              .ceil_mode = o.get("ceil_mode", false),
              .count_include_pad = o.get("count_include_pad", true)});
  };
}

FoldOptions windows(const Options& o) {
  return {
      .stride = o.per_axis("stride", 1), .padding = o.per_axis("padding", 0), .dilation = o.per_axis("dilation", 1)};
}

}  // namespace

Table convolutions_table() {
  return {
      {"adaptive_avg_pool1d",
       [](const Inputs& x, const Options& o) { return adaptive_avg_pool1d(x[0], o.per_axis("size")); }},
      {"adaptive_avg_pool2d",
       [](const Inputs& x, const Options& o) { return adaptive_avg_pool2d(x[0], o.per_axis("size")); }},
      {"adaptive_max_pool1d",
       [](const Inputs& x, const Options& o) { return adaptive_max_pool1d(x[0], o.per_axis("size")); }},
      {"adaptive_max_pool2d",
       [](const Inputs& x, const Options& o) { return adaptive_max_pool2d(x[0], o.per_axis("size")); }},
      {"avg_pool1d", pool(avg_pool1d)},
      {"avg_pool2d", pool(avg_pool2d)},
      {"conv1d", [](const Inputs& x, const Options& o) { return conv1d(x[0], x[1], x[2], convolution(o)); }},
      {"conv2d", [](const Inputs& x, const Options& o) { return conv2d(x[0], x[1], x[2], convolution(o)); }},
      {"conv3d", [](const Inputs& x, const Options& o) { return conv3d(x[0], x[1], x[2], convolution(o)); }},
      {"conv_transpose1d",
       [](const Inputs& x, const Options& o) { return conv_transpose1d(x[0], x[1], x[2], transposed(o)); }},
      {"conv_transpose2d",
       [](const Inputs& x, const Options& o) { return conv_transpose2d(x[0], x[1], x[2], transposed(o)); }},
      {"conv_transpose3d",
       [](const Inputs& x, const Options& o) { return conv_transpose3d(x[0], x[1], x[2], transposed(o)); }},
      {"fold", [](const Inputs& x,
                  const Options& o) { return fold(x[0], o.per_axis("size"), o.per_axis("kernel"), windows(o)); }},
      {"max_pool1d", pool(max_pool1d)},
      {"max_pool1d_with_indices", pool(max_pool1d_with_indices)},
      {"max_pool2d", pool(max_pool2d)},
      {"max_pool2d_with_indices", pool(max_pool2d_with_indices)},
      {"unfold", [](const Inputs& x, const Options& o) { return unfold(x[0], o.per_axis("kernel"), windows(o)); }},
  };
}

}  // namespace golden
