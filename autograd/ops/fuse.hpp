#pragma once

#include <memory>
#include <string>
#include <utility>

#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/fuse/apply.hpp>
#include <autograd/ops/fuse/sweep.hpp>

namespace xtape {

namespace fused {

template <class F, std::size_t arity>
inline constexpr Kernels kernels_of{{value_sweep<F, float, arity>, value_sweep<F, double, arity>},
                                    {gradient_sweep<F, float, arity>, gradient_sweep<F, double, arity>},
                                    [](const void* formula, const Tensors& x) -> Tensor {
                                      return [&]<std::size_t... I>(std::index_sequence<I...>)->Tensor {
                                        return (*static_cast<const F*>(formula))(x[I]...);
                                      }
                                      (std::make_index_sequence<arity>{});
                                    }};

}  // namespace fused

/// A scalar formula as an operation; see fuse().
template <class F>
class Fused {
 public:
  Fused(std::string name, F formula, Place place)
      : m_formula(std::make_shared<const Held>(fused::Formula{std::move(name), place, nullptr}, std::move(formula))) {}

  const std::string& name() const noexcept { return m_formula->name; }

  /// On tensors and numbers, which broadcast: one node. Within another fused formula: part of it.
  template <class... A>
  auto operator()(const A&... arguments) const {
    static_assert(sizeof...(A) >= 1 && sizeof...(A) < kernels::most_sweep_inputs, "a fused formula has 1 to 12 inputs");
    if constexpr (fused::Fusable<A...>) {
      return m_formula->held(arguments...);
    } else {
      return on_operands({Operand(arguments)...}, std::index_sequence_for<A...>{});
    }
  }

 private:
  struct Held : fused::Formula {
    Held(fused::Formula named, F formula) : fused::Formula(std::move(named)), held(std::move(formula)) {
      function = &held;
    }
    F held;
  };

  template <std::size_t... I>
  Tensor on_operands(const std::array<Operand, sizeof...(I)>& operands, std::index_sequence<I...>) const {
    const std::array<const Operand*, sizeof...(I)> pointers{&operands[I]...};
    return fused::apply_fused(m_formula, fused::kernels_of<F, sizeof...(I)>, pointers);
  }

  std::shared_ptr<const Held> m_formula;
};

/// Makes an elementwise operation of a generic lambda over scalars. It runs as one SIMD sweep forward, one sweep for
/// the gradients of all inputs, with whatever the formula computes in between kept in registers, and is a single node
/// on the tape; its derivative comes from the local rules of the elementwise table, to any order. Inputs broadcast, and
/// promote as in other operations; up to twelve. In the formula: arithmetic, every function of the elementwise table,
/// `where` on comparisons in place of `if`, captured numbers, and other fused operations. The loops are compiled with
/// the source that calls this: give it -march=native, or the oldest processor's, for its SIMD instructions. Example:
/// `const auto swish = fuse("swish", [](auto x, auto beta) { return x * sigmoid(beta * x); });`
template <class F>
Fused<F> fuse(std::string name, F formula, Place place = Place::here()) {
  return Fused<F>(std::move(name), std::move(formula), place);
}

}  // namespace xtape
