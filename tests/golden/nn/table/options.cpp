#include <golden/nn/layer_table.hpp>

namespace golden {

namespace {

// What PyTorch's word for an option means here.
template <class T>
void read_word(const Options& o, const char* name, T& field, const std::map<std::string, T>& words) {
  field = words.at(o.get<std::string>(name));
}

}  // namespace

void read_option(const Options& o, const char* name, PerAxis& field) { field = o.per_axis(name); }

void read_option(const Options& o, const char* name, Padding& field) {
  field = o.is(name, "same") ? Padding(same_padding) : Padding(o.per_axis(name));
}

void read_option(const Options& o, const char* name, PadMode& field) {
  read_word(o, name, field,
            {{"zeros", PadMode::constant},
             {"reflect", PadMode::reflect},
             {"replicate", PadMode::edge},
             {"circular", PadMode::wrap}});
}

void read_option(const Options& o, const char* name, Reduce& field) {
  read_word(o, name, field,
            {{"none", Reduce::none}, {"mean", Reduce::mean}, {"sum", Reduce::sum}, {"batchmean", Reduce::mean}});
}

void read_option(const Options& o, const char* name, Interpolation& field) {
  read_word(
      o, name, field,
      {{"nearest", Interpolation::nearest}, {"linear", Interpolation::linear}, {"bilinear", Interpolation::bilinear}});
}

void read_option(const Options& o, const char* name, ScaleFactors& field) {
  if (o.json(name).is_number()) {
    field = o.get<double>(name);
  } else {
    const auto factors = o.get<std::vector<double>>(name);
    field = ScaleFactors{factors.at(0), factors.at(1)};
  }
}

void read_option(const Options& o, const char* name, Shape& field) { field = o.shape(name); }

void read_option(const Options& o, const char* name, std::function<Tensor(const Tensor&)>& field) {
  using Function = std::function<Tensor(const Tensor&)>;
  read_word<Function>(o, name, field,
                      {{"relu", [](const Tensor& x) { return relu(x); }},
                       {"tanh", [](const Tensor& x) { return tanh(x); }},
                       {"gelu", [](const Tensor& x) { return gelu(x); }}});
}

void read_option(const Options& o, const char* name, Tensor& field) { field = ones(o.shape(name), {.dtype = float64}); }

}  // namespace golden
