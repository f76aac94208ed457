#include <golden/table.hpp>

namespace golden {

namespace {

Op over(Tensor (*f)(const Tensor&, const Axes&, KeepDims)) {
  return [f](const Inputs& x, const Options& o) { return f(x[0], o.axes(), o.keep()); };
}
Op deviation(Tensor (*f)(const Tensor&, const Axes&, Deviation, KeepDims)) {
  return [f](const Inputs& x, const Options& o) {
    return f(x[0], o.axes(), {.ddof = o.get("ddof", std::size_t{0})}, o.keep());
  };
}
Op place(Tensor (*flat)(const Tensor&), Tensor (*along)(const Tensor&, std::ptrdiff_t, KeepDims)) {
  return [flat, along](const Inputs& x, const Options& o) {
    return o.has("axis") ? along(x[0], o.axis(), o.keep()) : flat(x[0]);
  };
}

Op along(Tensor (*f)(const Tensor&, std::ptrdiff_t)) {
  return [f](const Inputs& x, const Options& o) { return f(x[0], o.axis()); };
}

}  // namespace

Table reductions_table() {
  return {
      {"all", over(all)},
      {"amax", over(amax)},
      {"amin", over(amin)},
      {"any", over(any)},
      {"argmax", place(argmax, argmax)},
      {"argmin", place(argmin, argmin)},
      {"argsort", [](const Inputs& x,
                     const Options& o) { return argsort(x[0], o.axis(), {.descending = o.get("descending", false)}); }},
      {"count_nonzero", over(count_nonzero)},
      {"cumprod", along(cumprod)},
      {"cumsum", along(cumsum)},
      {"logcumsumexp", along(logcumsumexp)},
      {"logsumexp", over(logsumexp)},
      {"mean", over(mean)},
      {"median", place(median, median)},
      {"nanmean", over(nanmean)},
      {"nansum", over(nansum)},
      {"norm",
       [](const Inputs& x, const Options& o) {
         return norm(x[0], std::stod(o.get<std::string>("order", "2")), o.axes(), o.keep());
       }},
      {"prod", over(prod)},
      {"quantile",
       [](const Inputs& x, const Options& o) {
         return o.has("axis") ? quantile(x[0], o.get<double>("q"), o.axis(), o.keep())
                              : quantile(x[0], o.get<double>("q"));
       }},
      {"sort", [](const Inputs& x,
                  const Options& o) { return sort(x[0], o.axis(), {.descending = o.get("descending", false)}); }},
      {"stddev", deviation(stddev)},
      {"sum", over(sum)},
      {"sum_to_shape", [](const Inputs& x, const Options& o) { return sum_to_shape(x[0], o.shape()); }},
      {"topk",
       [](const Inputs& x, const Options& o) {
         return topk(x[0], o.get<std::size_t>("k"), o.axis(), {.largest = o.get("largest", true)});
       }},
      {"unique", [](const Inputs& x, const Options&) { return unique(x[0]); }},
      {"variance", deviation(variance)},
  };
}

}  // namespace golden
