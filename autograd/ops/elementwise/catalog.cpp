// Turns the rows of the elementwise table into entries of the op table: documentation and gradient cases.

#include <autograd/factories.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/op_table.hpp>

namespace xtape {

namespace {

Domain domain(double low, double high) { return {low, high, {}}; }

struct Truth {};
constexpr Truth truth;  // the domain of a condition

OpInput input_of(const Shape& shape, const Domain& domain) { return {shape, domain, float64}; }
OpInput input_of(const Shape& shape, Truth) { return {shape, {}, boolean}; }

using Shapes = std::vector<Shape>;

// Shapes that a gradient is checked on: plain, longer than any SIMD batch, scalar, empty, and broadcast both ways.
const std::vector<Shapes>& shapes_for(std::size_t arity) {
  static const std::vector<Shapes> unary{{{2, 3}}, {{37}}, {{}}, {{0, 3}}};
  static const std::vector<Shapes> binary{{{2, 3}, {2, 3}}, {{37}, {37}},     {{}, {}},    {{0, 3}, {3}},
                                          {{2, 3}, {3}},    {{2, 1}, {1, 3}}, {{}, {2, 3}}};
  static const std::vector<Shapes> ternary{{{2, 3}, {2, 3}, {2, 3}}, {{37}, {37}, {37}},    {{}, {}, {}},
                                           {{0, 3}, {3}, {}},        {{2, 3}, {3}, {2, 1}}, {{2, 3}, {}, {}}};
  return arity == 1 ? unary : arity == 2 ? binary : ternary;
}

template <class... Domains>
std::vector<OpCase> cases_of(const std::string& name, const TensorFunction& function, const Domains&... domains) {
  std::vector<OpCase> cases;
  for (const Shapes& shapes : shapes_for(sizeof...(Domains))) {
    std::size_t i = 0;
    std::string arguments;
    for (const Shape& shape : shapes) arguments += (arguments.empty() ? "" : ", ") + to_string(shape);
    cases.push_back({name + "(" + arguments + ")", function, {input_of(shapes[i++], domains)...}});
  }
  return cases;
}

}  // namespace

#define XTAPE_ENTRY(kind, name, doc, formula, rules, call, ...)                                \
  {#name,                                                                                      \
   "elementwise",                                                                              \
   doc,                                                                                        \
   #kind[0] == 'b' ? std::vector<OpCase>{}                                                     \
                   : cases_of(                                                                 \
                         #name, [](const Tensors& x) -> Tensor { return call; }, __VA_ARGS__), \
   #kind,                                                                                      \
   formula,                                                                                    \
   rules},
#define XTAPE_RULES(...) \
  std::vector<std::string> { __VA_ARGS__ }

std::vector<OpEntry> elementwise_ops() {
  return {
#define XTAPE_OP_1(kind, name, domain_0, formula, rule_0, doc) \
  XTAPE_ENTRY(kind, name, doc, #formula, XTAPE_RULES(#rule_0), name(x[0]), domain_0)
#define XTAPE_OP_2(kind, name, domain_0, domain_1, formula, rule_0, rule_1, doc) \
  XTAPE_ENTRY(kind, name, doc, #formula, XTAPE_RULES(#rule_0, #rule_1), name(x[0], x[1]), domain_0, domain_1)
#define XTAPE_OP_3(kind, name, domain_0, domain_1, domain_2, formula, rule_0, rule_1, rule_2, doc)                 \
  XTAPE_ENTRY(kind, name, doc, #formula, XTAPE_RULES(#rule_0, #rule_1, #rule_2), name(x[0], x[1], x[2]), domain_0, \
              domain_1, domain_2)
#define XTAPE_ALIAS_ENTRY(alias, name, call, ...)                             \
  {#alias,                                                                    \
   "elementwise",                                                             \
   "another name of " #name,                                                  \
   cases_of(                                                                  \
       #alias, [](const Tensors& x) -> Tensor { return call; }, __VA_ARGS__), \
   "floating",                                                                \
   #name},
#define XTAPE_ALIAS_1(alias, name, domain_0) XTAPE_ALIAS_ENTRY(alias, name, alias(x[0]), domain_0)
#define XTAPE_ALIAS_2(alias, name, domain_0, domain_1) \
  XTAPE_ALIAS_ENTRY(alias, name, alias(x[0], x[1]), domain_0, domain_1)
#include <autograd/ops/elementwise/all.hpp>
  };
}

}  // namespace xtape
