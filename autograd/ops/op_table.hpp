#pragma once

#include <functional>
#include <string>
#include <vector>

#include <autograd/gradcheck.hpp>

/// Every differentiable or public op, with its documentation and the cases that its gradient is checked on. Each
/// family's own file fills its part; the gradient suite and docs/ops.md are made from it.
namespace xtape {

/// Where the gradient check draws the values of an input: an interval, and points in it to keep away from, since the
/// function has a kink or a jump there.
struct Domain {
  double low = -3.0, high = 3.0;
  std::vector<double> kinks;

  template <class... Points>
  Domain without(Points... points) && {
    kinks = {static_cast<double>(points)...};
    return std::move(*this);
  }
};

struct OpInput {
  Shape shape;
  Domain domain;
  DType dtype = float64;
};

/// One call to check: `function(inputs)`.
struct OpCase {
  std::string expression;
  TensorFunction function;
  std::vector<OpInput> inputs;
};

struct OpEntry {
  std::string name;
  std::string family;
  std::string documentation;
  std::vector<OpCase> cases;            // empty: not differentiable
  std::string kind = {};                // of an elementwise op: what becomes of integers,
  std::string value = {};               // its formula
  std::vector<std::string> rules = {};  // and its local rules, one per input: of another op, formulas in words
};

std::vector<OpEntry> op_table();

/// An elementwise op's formula or rule is the text of a lambda. What it returns:
/// "[](auto g, none, auto b, none) { return g * b; }" -> "g * b".
std::string formula_of(const std::string& lambda);
/// The names of its parameters; "none" where one has no name.
std::vector<std::string> parameters_of(const std::string& lambda);

/// An input with values in [-3, 3], or in (0.3, 3).
template <class... Sizes>
OpInput any_value(Sizes... sizes) {
  return {{static_cast<std::size_t>(sizes)...}, {}};
}
template <class... Sizes>
OpInput positive(Sizes... sizes) {
  return {{static_cast<std::size_t>(sizes)...}, {0.3, 3.0, {}}};
}

/// A vector of indices, for cases.
inline Tensor index_vector(std::initializer_list<std::int64_t> values) { return xt::xarray<std::int64_t>(values); }
inline Tensor index_matrix(std::initializer_list<std::initializer_list<std::int64_t>> rows) {
  return xt::xarray<std::int64_t>(rows);
}

// Writes the call once, as code and as text; `x` are the inputs.
#define XTAPE_CASE(call, ...)                                               \
  OpCase {                                                                  \
#call, [](const Tensors& x) -> Tensor { return call; }, { __VA_ARGS__ } \
  }

}  // namespace xtape
