#include <golden/table.hpp>

namespace golden {

namespace {

ProductScale scale(const Options& o) { return {.beta = o.get("beta", 1.0), .alpha = o.get("alpha", 1.0)}; }

}  // namespace

Table linear_algebra_table() {
  return {
      {"addmm", [](const Inputs& x, const Options& o) { return addmm(x[0], x[1], x[2], scale(o)); }},
      {"baddbmm", [](const Inputs& x, const Options& o) { return baddbmm(x[0], x[1], x[2], scale(o)); }},
      {"bilinear", [](const Inputs& x, const Options&) { return bilinear(x[0], x[1], x[2], x[3]); }},
      {"cholesky", [](const Inputs& x, const Options&) { return cholesky(x[0]); }},
      {"det", [](const Inputs& x, const Options&) { return det(x[0]); }},
      {"dot", [](const Inputs& x, const Options&) { return dot(x[0], x[1]); }},
      {"eigvalsh", [](const Inputs& x, const Options&) { return eigh(x[0]).eigenvalues; }},
      {"einsum", [](const Inputs& x, const Options& o) { return einsum(o.get<std::string>("subscripts"), x.all()); }},
      {"inverse", [](const Inputs& x, const Options&) { return inverse(x[0]); }},
      {"linear", [](const Inputs& x, const Options&) { return linear(x[0], x[1], x[2]); }},
      {"lstsq", [](const Inputs& x, const Options&) { return lstsq(x[0], x[1]); }},
      {"matmul", [](const Inputs& x, const Options&) { return matmul(x[0], x[1]); }},
      {"matrix_power",
       [](const Inputs& x, const Options& o) { return matrix_power(x[0], o.get<std::int64_t>("exponent")); }},
      {"outer", [](const Inputs& x, const Options&) { return outer(x[0], x[1]); }},
      {"qr",
       [](const Inputs& x, const Options&) {
         const auto [q, r] = qr(x[0]);
         return Tensors{q, r};
       }},
      {"slogdet",
       [](const Inputs& x, const Options&) {
         const auto [sign, logarithm] = slogdet(x[0]);
         return Tensors{sign, logarithm};
       }},
      {"solve", [](const Inputs& x, const Options&) { return solve(x[0], x[1]); }},
      {"solve_triangular",
       [](const Inputs& x, const Options& o) {
         return solve_triangular(x[0], x[1],
                                 {.upper = o.get("upper", false), .unitriangular = o.get("unitriangular", false)});
       }},
      {"svdvals", [](const Inputs& x, const Options&) { return svd(x[0]).s; }},
      {"tensordot",
       [](const Inputs& x, const Options& o) {
         return o.has("count") ? tensordot(x[0], x[1], o.get<std::size_t>("count"))
                               : tensordot(x[0], x[1], o.axes("a_axes"), o.axes("b_axes"));
       }},
      {"vdot", [](const Inputs& x, const Options&) { return vdot(x[0], x[1]); }},
  };
}

}  // namespace golden
