#include <golden/nn/layer_table.hpp>

namespace golden {

namespace {

template <class Activation>
Layer plain(const Options&) {
  return layer(Activation());
}

// One with a number that may be left out.
template <class Activation, class Number = double>
auto with(const char* name) {
  return [name](const Options& o) { return layer(o.has(name) ? Activation(o.get<Number>(name)) : Activation()); };
}

// One with two, which are given both or not at all.
template <class Activation>
auto with(const char* first, const char* second) {
  return [=](const Options& o) {
    const bool given = o.has(first) || o.has(second);
    return layer(given ? Activation(o.get<double>(first), o.get<double>(second)) : Activation());
  };
}

Layer gelu_layer(const Options& o) {
  using Approximate = nn::GELU::Approximate;
  if (!o.has("approximate")) return layer(nn::GELU());
  return layer(nn::GELU(o.is("approximate", "tanh") ? Approximate::tanh : Approximate::none));
}

}  // namespace

LayerTable activation_layers() {
  return {
      {"Identity", plain<nn::Identity>},
      {"ReLU", plain<nn::ReLU>},
      {"ReLU6", plain<nn::ReLU6>},
      {"LeakyReLU", with<nn::LeakyReLU>("negative_slope")},
      {"ELU", with<nn::ELU>("alpha")},
      {"SELU", plain<nn::SELU>},
      {"CELU", with<nn::CELU>("alpha")},
      {"GELU", gelu_layer},
      {"SiLU", plain<nn::SiLU>},
      {"Mish", plain<nn::Mish>},
      {"Sigmoid", plain<nn::Sigmoid>},
      {"LogSigmoid", plain<nn::LogSigmoid>},
      {"Tanh", plain<nn::Tanh>},
      {"Softplus", with<nn::Softplus>("beta")},
      {"Softsign", plain<nn::Softsign>},
      {"Hardtanh", with<nn::Hardtanh>("min_val", "max_val")},
      {"Hardsigmoid", plain<nn::Hardsigmoid>},
      {"Hardswish", plain<nn::Hardswish>},
      {"Tanhshrink", plain<nn::Tanhshrink>},
      {"Softshrink", with<nn::Softshrink>("lambd")},
      {"Hardshrink", with<nn::Hardshrink>("lambd")},
      {"Threshold",
       [](const Options& o) { return layer(nn::Threshold(o.get<double>("threshold"), o.get<double>("value"))); }},
      {"PReLU", with<nn::PReLU, std::size_t>("num_parameters")},
      {"RReLU", with<nn::RReLU>("lower", "upper")},
      {"GLU", with<nn::GLU, std::ptrdiff_t>("dim")},
      {"Softmax", with<nn::Softmax, std::ptrdiff_t>("dim")},
      {"Softmin", with<nn::Softmin, std::ptrdiff_t>("dim")},
      {"Softmax2d", plain<nn::Softmax2d>},
      {"LogSoftmax", with<nn::LogSoftmax, std::ptrdiff_t>("dim")},
  };
}

}  // namespace golden
