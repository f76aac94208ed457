#include <golden/table.hpp>

namespace golden {

namespace {

Reduce reduction(const Options& o) {
  const std::map<std::string, Reduce> reductions = {
      {"none", Reduce::none}, {"mean", Reduce::mean}, {"sum", Reduce::sum}};
  return reductions.at(o.get<std::string>("reduction"));
}

double eps(const Options& o) { return o.get("eps", 1e-5); }

BatchNormOptions batch(const Inputs& x, const Options& o, bool training) {
  return {.running_mean = x[1],
          .running_var = x[2],
          .training = training,
          .momentum = o.get("momentum", 0.1),
          .eps = eps(o)};
}

Interpolation interpolation(const Options& o) {
  const std::map<std::string, Interpolation> modes = {
      {"nearest", Interpolation::nearest}, {"linear", Interpolation::linear}, {"bilinear", Interpolation::bilinear}};
  return modes.at(o.get<std::string>("mode"));
}

AttentionOptions attention(const Inputs& x, const Options& o) {
  AttentionOptions options{.mask = x[3], .causal = o.get("causal", false)};
  if (o.has("scale")) options.scale = o.get<double>("scale");
  return options;
}

}  // namespace

Table networks_table() {
  return {
      {"batch_norm_inference",
       [](const Inputs& x, const Options& o) { return batch_norm(x[0], x[3], x[4], batch(x, o, false)); }},
      {"batch_norm_training",
       [](const Inputs& x, const Options& o) {
         return Tensors{batch_norm(x[0], x[3], x[4], batch(x, o, true)), x[1], x[2]};
       }},
      {"cross_entropy", [](const Inputs& x, const Options& o) { return cross_entropy(x[0], x[1], reduction(o)); }},
      {"group_norm",
       [](const Inputs& x, const Options& o) {
         return group_norm(x[0], o.get<std::size_t>("groups"), x[1], x[2], eps(o));
       }},
      {"instance_norm",
       [](const Inputs& x, const Options& o) { return instance_norm(x[0], x[1], x[2], {.eps = eps(o)}); }},
      {"interpolate",
       [](const Inputs& x, const Options& o) {
         return interpolate(
             x[0], {.size = o.shape("size"), .mode = interpolation(o), .align_corners = o.get("align_corners", false)});
       }},
      {"layer_norm", [](const Inputs& x, const Options& o) { return layer_norm(x[0], o.shape(), x[1], x[2], eps(o)); }},
      {"local_response_norm",
       [](const Inputs& x, const Options& o) {
         return local_response_norm(x[0], o.get<std::size_t>("size"),
                                    {.alpha = o.get("alpha", 1e-4), .beta = o.get("beta", 0.75), .k = o.get("k", 1.0)});
       }},
      {"log_softmax", [](const Inputs& x, const Options& o) { return log_softmax(x[0], o.axis()); }},
      {"mse_loss", [](const Inputs& x, const Options& o) { return nn::mse_loss(x[0], x[1], reduction(o)); }},
      {"normalize", [](const Inputs& x, const Options& o) { return normalize(x[0], o.get<double>("p"), {o.axis()}); }},
      {"rms_norm", [](const Inputs& x, const Options& o) { return rms_norm(x[0], o.shape(), x[1], eps(o)); }},
      {"scaled_dot_product_attention",
       [](const Inputs& x, const Options& o) {
         return scaled_dot_product_attention(x[0], x[1], x[2], attention(x, o));
       }},
      {"softmax", [](const Inputs& x, const Options& o) { return softmax(x[0], o.axis()); }},
      {"softmin", [](const Inputs& x, const Options& o) { return softmin(x[0], o.axis()); }},
  };
}

}  // namespace golden
