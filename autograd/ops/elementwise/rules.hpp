#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <autograd/ops/elementwise/corrected_functions.hpp>

/// The rows of the table as types, one `<name>_rule` each, and what can be read off a rule's parameter list.
namespace xtape::rules {

// A constant of a formula takes the precision of the numbers it meets.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wfloat-conversion"
#ifdef __clang__
#pragma GCC diagnostic ignored "-Wimplicit-float-conversion"
#endif
#define XTAPE_OP_1(kind, name, domain_0, formula, rule_0, doc) \
  struct name##_rule {                                         \
    static constexpr std::size_t arity = 1;                    \
    static constexpr auto value = formula;                     \
    static constexpr auto gradient_0 = rule_0;                 \
  };
#define XTAPE_OP_2(kind, name, domain_0, domain_1, formula, rule_0, rule_1, doc) \
  struct name##_rule {                                                           \
    static constexpr std::size_t arity = 2;                                      \
    static constexpr auto value = formula;                                       \
    static constexpr auto gradient_0 = rule_0;                                   \
    static constexpr auto gradient_1 = rule_1;                                   \
  };
#define XTAPE_OP_3(kind, name, domain_0, domain_1, domain_2, formula, rule_0, rule_1, rule_2, doc) \
  struct name##_rule {                                                                             \
    static constexpr std::size_t arity = 3;                                                        \
    static constexpr auto value = formula;                                                         \
    static constexpr auto gradient_0 = rule_0;                                                     \
    static constexpr auto gradient_1 = rule_1;                                                     \
    static constexpr auto gradient_2 = rule_2;                                                     \
  };
#include <autograd/ops/elementwise/all.hpp>
#pragma GCC diagnostic pop

/// The numbers of the rows.
enum class Id : std::uint8_t {
#define XTAPE_OP_1(kind, name, ...) name,
#define XTAPE_OP_2(kind, name, ...) name,
#define XTAPE_OP_3(kind, name, ...) name,
#include <autograd/ops/elementwise/all.hpp>
  count
};

inline constexpr std::size_t row_count = static_cast<std::size_t>(Id::count);

template <std::size_t I, class Row>
constexpr const auto& gradient_of() {
  if constexpr (I == 0) {
    return Row::gradient_0;
  } else if constexpr (I == 1) {
    return Row::gradient_1;
  } else {
    return Row::gradient_2;
  }
}

template <class Rule>
concept PassRule = requires {
  Rule::is_pass;
};
template <class Rule>
concept ZeroRule = requires {
  Rule::is_zero;
};
template <class Rule>
concept FormulaRule = !PassRule<Rule> && !ZeroRule<Rule>;

// Which arguments a generic lambda names: with as many `double`s as it has `auto` parameters its call operator can be
// pointed at, and the pointer's type shows where `none` stands.
template <class Lambda, class Result, class... Parameters>
constexpr std::uint8_t named_parameters(Result (Lambda::*)(Parameters...) const) {
  std::uint8_t mask = 0, bit = 1;
  ((mask = static_cast<std::uint8_t>(mask | (std::is_same_v<Parameters, none> ? 0 : bit)),
    bit = static_cast<std::uint8_t>(bit << 1)),
   ...);
  return mask;
}

/// Bit i is set if the rule uses its argument i: 0 is g, then the inputs, then the result.
template <FormulaRule Rule>
constexpr std::uint8_t used_arguments() {
  if constexpr (requires { &Rule::template operator()<double>; }) {
    return named_parameters(&Rule::template operator()<double>);
  } else if constexpr (requires { &Rule::template operator()<double, double>; }) {
    return named_parameters(&Rule::template operator()<double, double>);
  } else if constexpr (requires { &Rule::template operator()<double, double, double>; }) {
    return named_parameters(&Rule::template operator()<double, double, double>);
  } else if constexpr (requires { &Rule::template operator()<double, double, double, double>; }) {
    return named_parameters(&Rule::template operator()<double, double, double, double>);
  } else {
    return named_parameters(&Rule::template operator()<double, double, double, double, double>);
  }
}

}  // namespace xtape::rules
