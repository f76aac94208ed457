// Turns the rows of the elementwise table into scalar loops and into rules on tensors.

#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/elementwise/op.hpp>

#include <utility>

namespace xtape::rules {

namespace {

// Runs `loop(read)`, where `read(i, n)` gives element n of input i; without uniform inputs in a form of its
// own, which the compiler makes SIMD of for integers.
template <class T, class Loop>
void with_reader(const void* const* inputs, kernels::MapMode mode, const Loop& loop) {
  const auto span = [inputs](std::size_t i) { return static_cast<const T*>(inputs[i]); };
  if (mode.uniform == 0) {
    loop([&](std::size_t i, std::size_t n) { return span(i)[n]; });
  } else {
    loop([&](std::size_t i, std::size_t n) { return span(i)[(mode.uniform >> i & 1) != 0 ? 0 : n]; });
  }
}

template <class Row, class T>
void value_loop(const void* const* inputs, kernels::MapMode mode, void* output, std::size_t count) {
  auto* out = static_cast<T*>(output);
  with_reader<T>(inputs, mode, [&](const auto& read) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      for (std::size_t n = 0; n < count; ++n) out[n] = static_cast<T>(Row::value(read(I, n)...));
    }
    (std::make_index_sequence<Row::arity>{});
  });
}

template <class Row, std::size_t I, class T>
void gradient_loop(const void* const* inputs, kernels::MapMode mode, void* output, std::size_t count) {
  constexpr const auto& rule = gradient_of<I, Row>();
  constexpr auto uses = used_arguments<std::remove_cvref_t<decltype(rule)>>();
  auto* out = static_cast<T*>(output);
  with_reader<T>(inputs, mode, [&](const auto& read) {
    const auto argument = [&]<std::size_t A>(std::size_t n) {
      if constexpr ((uses >> A & 1) != 0) {
        return read(A, n);
      } else {
        return none{};
      }
    };
    [&]<std::size_t... A>(std::index_sequence<A...>) {
      for (std::size_t n = 0; n < count; ++n) {
        const auto value = static_cast<T>(rule(argument.template operator()<A>(n)...));
        out[n] = mode.adds ? out[n] + value : value;
      }
    }
    (std::make_index_sequence<Row::arity + 2>{});
  });
}

template <class Row, std::size_t I>
Tensor tensor_rule(const Tensor& upstream, const Tensor* inputs, const Tensor& output) {
  return [&]<std::size_t... A>(std::index_sequence<A...>)->Tensor {
    return gradient_of<I, Row>()(upstream, inputs[A]..., output);
  }
  (std::make_index_sequence<Row::arity>{});
}

template <class Row, std::size_t I>
constexpr ElementwiseOp::Gradient gradient_entry() {
  if constexpr (I >= Row::arity) {
    return {};
  } else {
    using Rule = std::remove_cvref_t<decltype(gradient_of<I, Row>())>;
    if constexpr (PassRule<Rule>) {
      return {Form::passed_on, 0, {}, nullptr};
    } else if constexpr (ZeroRule<Rule>) {
      return {};
    } else {
      return {Form::by_formula,
              used_arguments<Rule>(),
              {gradient_loop<Row, I, float>, gradient_loop<Row, I, double>},
              tensor_rule<Row, I>};
    }
  }
}

template <class Row, Kind kind>
constexpr ElementwiseOp entry(const char* name, Id id) {
  kernels::MapKernel integer = nullptr;
  if constexpr (kind != Kind::floating) integer = value_loop<Row, std::int64_t>;
  return {name,
          id,
          kind,
          static_cast<std::uint8_t>(Row::arity),
          {value_loop<Row, float>, value_loop<Row, double>, integer},
          {gradient_entry<Row, 0>(), gradient_entry<Row, 1>(), gradient_entry<Row, 2>()}};
}

constexpr ElementwiseOp table[] = {
#define XTAPE_OP_1(kind, name, ...) entry<name##_rule, Kind::kind>(#name, Id::name),
#define XTAPE_OP_2(kind, name, ...) entry<name##_rule, Kind::kind>(#name, Id::name),
#define XTAPE_OP_3(kind, name, ...) entry<name##_rule, Kind::kind>(#name, Id::name),
#include <autograd/ops/elementwise/all.hpp>
};

}  // namespace

const ElementwiseOp& elementwise_op(Id id) { return table[static_cast<std::size_t>(id)]; }

}  // namespace xtape::rules
