#pragma once

#include <array>
#include <bit>
#include <utility>

#include <autograd/kernels/simd_batch.hpp>
#include <autograd/ops/elementwise/rules.hpp>

/// What the formula of a fused operation is run on: a SIMD batch of values together with the derivatives by those
/// inputs that the value depends on. Which these are is part of the type, so that nothing is computed for the others.
/// Every row of the elementwise table is a function of such scalars; its local rule gives the factor of the chain rule.
namespace xtape::fused {

/// Bit i of `inputs` is set if the value depends on input i of the fused operation.
template <class Batch, unsigned inputs>
struct Scalar {
  Batch value;
  std::array<Batch, static_cast<std::size_t>(std::popcount(inputs))> derivative;  // by each of them, in order

  /// The derivative by input `i`, which must be one of them.
  template <unsigned i>
  const Batch& by() const {
    return derivative[static_cast<std::size_t>(std::popcount(inputs & ((1u << i) - 1u)))];
  }
};

/// The outcome of a comparison, for where(). There is no `if` on it: a batch holds several elements that may differ.
template <class Mask>
struct Truth {
  Mask mask;
  explicit operator bool() const = delete;
};

template <class T>
struct Traits {
  static constexpr bool is_scalar = false;
  static constexpr unsigned inputs = 0;
};
template <class Batch, unsigned mask>
struct Traits<Scalar<Batch, mask>> {
  static constexpr bool is_scalar = true;
  static constexpr unsigned inputs = mask;
  using batch = Batch;
};

template <class T>
concept FusedScalar = Traits<T>::is_scalar;
template <class T>
concept FusedOperand = FusedScalar<T> || std::is_arithmetic_v<T>;

// The batch type of the first fused scalar among the operands.
template <class First, class... Rest>
auto batch_of() {
  if constexpr (FusedScalar<First>) {
    return std::type_identity<typename Traits<First>::batch>{};
  } else {
    return batch_of<Rest...>();
  }
}

template <class Batch, FusedOperand A>
Batch value_of(const A& a) {
  if constexpr (FusedScalar<A>) {
    return a.value;
  } else {
    return Batch(static_cast<typename Batch::value_type>(a));
  }
}

// Calls f.operator()<i>() for every input i in the mask, in order.
template <unsigned mask, class F>
void for_each_input(const F& f) {
  [&]<unsigned... i>(std::integer_sequence<unsigned, i...>) {
    [[maybe_unused]] const auto visit = [&]<unsigned k>() {
      if constexpr ((mask >> k & 1u) != 0) f.template operator()<k>();
    };
    (visit.template operator()<i>(), ...);
  }
  (std::make_integer_sequence<unsigned, std::bit_width(mask)>{});
}

template <class Row, std::size_t operand>
using RuleOf = std::remove_cvref_t<decltype(rules::gradient_of<operand, Row>())>;

// The inputs that an operand hands on through its local rule.
template <class Row, std::size_t operand, class A>
constexpr unsigned handed_on() {
  return rules::ZeroRule<RuleOf<Row, operand>> ? 0u : Traits<A>::inputs;
}

/// One row of the elementwise table on fused scalars and numbers.
template <class Row, FusedOperand... A>
auto apply(const A&... operands) {
  using Batch = typename decltype(batch_of<A...>())::type;
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    const std::array<Batch, sizeof...(A)> values{value_of<Batch>(operands)...};
    const auto y = Row::value(values[I]...);
    if constexpr (!std::is_same_v<std::remove_cvref_t<decltype(y)>, Batch>) {
      return Truth<std::remove_cvref_t<decltype(y)>>{y};
    } else {
      constexpr unsigned inputs = (handed_on<Row, I, A>() | ... | 0u);
      Scalar<Batch, inputs> result{y, {}};
      std::size_t filled[std::popcount(inputs) + 1] = {};  // whether a sum has begun
      const auto chain = [&]<std::size_t operand, class Operand>(const Operand& a) {
        if constexpr (handed_on<Row, operand, Operand>() != 0) {
          using Rule = RuleOf<Row, operand>;
          Batch factor(1);
          if constexpr (rules::FormulaRule<Rule>)
            factor = rules::gradient_of<operand, Row>()(Batch(1), values[I]..., y);
          for_each_input<Traits<Operand>::inputs>([&]<unsigned i>() {
            constexpr auto place = static_cast<std::size_t>(std::popcount(inputs & ((1u << i) - 1u)));
            const Batch part = a.template by<i>() * factor;
            result.derivative[place] = filled[place]++ == 0 ? part : result.derivative[place] + part;
          });
        }
      };
      (chain.template operator()<I>(operands), ...);
      return result;
    }
  }
  (std::index_sequence_for<A...>{});
}

template <class... A>
concept Fusable = (FusedScalar<A> || ...) && (FusedOperand<A> && ...);

#define XTAPE_OP_1(kind, name, ...)      \
  template <FusedScalar A>               \
  auto name(const A& a) {                \
    return apply<rules::name##_rule>(a); \
  }
#define XTAPE_OP_2(kind, name, ...) \
  template <class A, class B>       \
  requires Fusable<A, B>            \
  auto name(const A& a, const B& b) { return apply<rules::name##_rule>(a, b); }
#define XTAPE_OP_3(kind, name, ...)    \
  template <class A, class B, class C> \
  requires Fusable<A, B, C>            \
  auto name(const A& a, const B& b, const C& c) { return apply<rules::name##_rule>(a, b, c); }
#define XTAPE_DEFAULT_2(name, number) \
  template <FusedScalar A>            \
  auto name(const A& a) {             \
    return name(a, number);           \
  }
#include <autograd/ops/elementwise/all.hpp>

#define XTAPE_FUSED_OPERATOR(symbol, name) \
  template <class A, class B>              \
  requires Fusable<A, B>                   \
  auto operator symbol(const A& a, const B& b) { return name(a, b); }
XTAPE_FUSED_OPERATOR(+, add)
XTAPE_FUSED_OPERATOR(-, subtract)
XTAPE_FUSED_OPERATOR(*, multiply)
XTAPE_FUSED_OPERATOR(/, divide)
XTAPE_FUSED_OPERATOR(<, less)
XTAPE_FUSED_OPERATOR(<=, less_equal)
XTAPE_FUSED_OPERATOR(>, greater)
XTAPE_FUSED_OPERATOR(>=, greater_equal)
#undef XTAPE_FUSED_OPERATOR

template <FusedScalar A>
auto operator-(const A& a) {
  return neg(a);
}
template <class Mask>
auto operator!(const Truth<Mask>& a) {
  return Truth<Mask>{!a.mask};
}
template <class Mask>
auto operator&&(const Truth<Mask>& a, const Truth<Mask>& b) {
  return Truth<Mask>{a.mask && b.mask};
}
template <class Mask>
auto operator||(const Truth<Mask>& a, const Truth<Mask>& b) {
  return Truth<Mask>{a.mask || b.mask};
}

/// `a` where the condition holds, else `b`, in value and derivatives.
template <class Mask, class A, class B>
requires Fusable<A, B>
auto where(const Truth<Mask>& condition, const A& a, const B& b) {
  using Batch = typename decltype(batch_of<A, B>())::type;
  constexpr unsigned inputs = Traits<A>::inputs | Traits<B>::inputs;
  const Batch zero(0);
  Scalar<Batch, inputs> result{xsimd::select(condition.mask, value_of<Batch>(a), value_of<Batch>(b)), {}};
  std::size_t place = 0;
  for_each_input<inputs>([&]<unsigned i>() {
    Batch by_a = zero, by_b = zero;
    if constexpr ((Traits<A>::inputs >> i & 1u) != 0) by_a = a.template by<i>();
    if constexpr ((Traits<B>::inputs >> i & 1u) != 0) by_b = b.template by<i>();
    result.derivative[place++] = xsimd::select(condition.mask, by_a, by_b);
  });
  return result;
}

}  // namespace xtape::fused
