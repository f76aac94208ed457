#include <golden/table.hpp>

namespace golden {

Table index_table() {
  return {
      {"argwhere", [](const Inputs& x, const Options&) { return argwhere(x[0]); }},
      {"embedding", [](const Inputs& x, const Options&) { return embedding(x[0], x[1]); }},
      {"gather", [](const Inputs& x, const Options& o) { return gather(x[0], o.axis(), x[1]); }},
      {"index", [](const Inputs& x, const Options&) { return index(x[0], x.from(1)); }},
      {"index_add", [](const Inputs& x, const Options& o) { return index_add(x[0], o.axis(), x[1], x[2]); }},
      {"index_put",
       [](const Inputs& x, const Options& o) {
         return index_put(x[0], x.from(2), x[1], {.accumulate = o.get("accumulate", false)});
       }},
      {"index_select", [](const Inputs& x, const Options& o) { return index_select(x[0], o.axis(), x[1]); }},
      {"masked_fill",
       [](const Inputs& x, const Options& o) { return masked_fill(x[0], x[1], o.get<double>("value")); }},
      {"masked_select", [](const Inputs& x, const Options&) { return masked_select(x[0], x[1]); }},
      {"nonzero", [](const Inputs& x, const Options&) { return nonzero(x[0]); }},
      {"one_hot",
       [](const Inputs& x, const Options& o) { return one_hot(x[0], o.get<std::size_t>("classes"), int64); }},
      {"scatter", [](const Inputs& x, const Options& o) { return scatter(x[0], o.axis(), x[1], x[2]); }},
      {"scatter_add", [](const Inputs& x, const Options& o) { return scatter_add(x[0], o.axis(), x[1], x[2]); }},
      {"take", [](const Inputs& x, const Options& o) { return take(x[0], x[1], o.axis()); }},
      {"take_along_axis", [](const Inputs& x, const Options& o) { return take_along_axis(x[0], x[1], o.axis()); }},
  };
}

}  // namespace golden
