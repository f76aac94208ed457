#include <golden/table.hpp>

namespace golden {

namespace {

// An index or [start, stop, step] for each axis.
Slices slices(const Options& o) {
  Slices result;
  for (const Json& slice : o.json("slices")) {
    if (slice.is_array()) {
      result.push_back(
          xt::range(slice[0].get<std::ptrdiff_t>(), slice[1].get<std::ptrdiff_t>(), slice[2].get<std::ptrdiff_t>()));
    } else {
      result.push_back(slice.get<std::ptrdiff_t>());
    }
  }
  return result;
}

DType dtype(const Options& o) {
  const std::map<std::string, DType> dtypes = {
      {"boolean", boolean}, {"int64", int64}, {"float32", float32}, {"float64", float64}};
  return dtypes.at(o.get<std::string>("dtype"));
}

PadOptions margins(const Options& o) {
  const std::map<std::string, PadMode> modes = {
      {"constant", PadMode::constant}, {"reflect", PadMode::reflect}, {"edge", PadMode::edge}, {"wrap", PadMode::wrap}};
  return {.mode = modes.at(o.get<std::string>("mode", "constant")), .value = o.get("value", 0.0)};
}

}  // namespace

Table shape_table() {
  return {
      {"astype", [](const Inputs& x, const Options& o) { return astype(x[0], dtype(o)); }},
      {"broadcast_tensors", [](const Inputs& x, const Options&) { return broadcast_tensors(x.all()); }},
      {"broadcast_to", [](const Inputs& x, const Options& o) { return broadcast_to(x[0], o.shape()); }},
      {"chunk", [](const Inputs& x, const Options& o) { return chunk(x[0], o.get<std::size_t>("count"), o.axis()); }},
      {"concatenate", [](const Inputs& x, const Options& o) { return concatenate(x.all(), o.axis()); }},
      {"diag", [](const Inputs& x, const Options& o) { return diag(x[0], o.number("offset")); }},
      {"diagonal",
       [](const Inputs& x, const Options& o) {
         return diagonal(x[0], o.number("offset"), o.number("first"), o.number("second"));
       }},
      {"expand_dims", [](const Inputs& x, const Options& o) { return expand_dims(x[0], o.axis()); }},
      {"flatten",
       [](const Inputs& x, const Options& o) {
         return flatten(x[0], o.get<std::ptrdiff_t>("first", 0), o.get<std::ptrdiff_t>("last", -1));
       }},
      {"flip", [](const Inputs& x, const Options& o) { return flip(x[0], o.axes()); }},
      {"hstack", [](const Inputs& x, const Options&) { return hstack(x.all()); }},
      {"meshgrid", [](const Inputs& x, const Options&) { return meshgrid(x.all()); }},
      {"moveaxis", [](const Inputs& x, const Options& o) { return moveaxis(x[0], o.axes("source"), o.axes("to")); }},
      {"pad",
       [](const Inputs& x, const Options& o) { return pad(x[0], o.get<std::vector<PadWidth>>("widths"), margins(o)); }},
      {"repeat",
       [](const Inputs& x, const Options& o) {
         return o.list("counts").size() == 1 ? repeat(x[0], o.list("counts")[0], o.axis())
                                             : repeat(x[0], o.list("counts"), o.axis());
       }},
      {"reshape", [](const Inputs& x, const Options& o) { return reshape(x[0], o.list("shape")); }},
      {"roll",
       [](const Inputs& x, const Options& o) {
         return o.list("shifts").size() == 1 ? roll(x[0], o.list("shifts")[0], o.axes())
                                             : roll(x[0], o.list("shifts"), o.axes());
       }},
      {"rot90", [](const Inputs& x, const Options& o) { return rot90(x[0], o.number("times"), o.axes()); }},
      {"split",
       [](const Inputs& x, const Options& o) {
         return o.has("parts") ? split(x[0], o.get<std::size_t>("parts"), o.axis())
                               : split(x[0], o.get<std::vector<std::size_t>>("sizes"), o.axis());
       }},
      {"squeeze", [](const Inputs& x, const Options& o) { return squeeze(x[0], o.axes()); }},
      {"stack", [](const Inputs& x, const Options& o) { return stack(x.all(), o.axis()); }},
      {"swapaxes", [](const Inputs& x, const Options& o) { return swapaxes(x[0], o.number("a"), o.number("b")); }},
      {"tile", [](const Inputs& x, const Options& o) { return tile(x[0], o.list("repetitions")); }},
      {"trace", [](const Inputs& x, const Options&) { return trace(x[0]); }},
      {"transpose",
       [](const Inputs& x, const Options& o) {
         return o.has("order") ? transpose(x[0], o.list("order")) : transpose(x[0]);
       }},
      {"tril", [](const Inputs& x, const Options& o) { return tril(x[0], o.number("offset")); }},
      {"triu", [](const Inputs& x, const Options& o) { return triu(x[0], o.number("offset")); }},
      {"unbind", [](const Inputs& x, const Options& o) { return unbind(x[0], o.axis()); }},
      {"view", [](const Inputs& x, const Options& o) { return view(x[0], slices(o)); }},
      {"vstack", [](const Inputs& x, const Options&) { return vstack(x.all()); }},
  };
}

}  // namespace golden
