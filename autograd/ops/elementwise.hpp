#pragma once

#include <autograd/ops/operand.hpp>

/// Elementwise functions. Every one takes tensors and C++ numbers, broadcasts its operands by NumPy's rule, promotes
/// dtypes by `promote` (a C++ number takes the tensors' dtype), and throws ShapeError where shapes do not broadcast.
/// The table in `elementwise/` holds each op's formula, local rules and documentation; `docs/ops.md` lists them.
/// Example: `Tensor y = tanh(x) * 2.0;`
namespace xtape {

#define XTAPE_OP_1(kind, name, ...) Tensor name(const Operand& x);
#define XTAPE_OP_2(kind, name, ...) Tensor name(const Operand& a, const Operand& b);
#define XTAPE_OP_3(kind, name, ...) Tensor name(const Operand& a, const Operand& b, const Operand& c);
#define XTAPE_DEFAULT_2(name, value) \
  inline Tensor name(const Operand& x) { return name(x, value); }
#define XTAPE_DEFAULT_3(name, value, last_value) \
  inline Tensor name(const Operand& x) { return name(x, value, last_value); }
#define XTAPE_ALIAS_1(alias, name, ...) \
  inline Tensor alias(const Operand& x) { return name(x); }
#define XTAPE_ALIAS_2(alias, name, ...) \
  inline Tensor alias(const Operand& a, const Operand& b) { return name(a, b); }
#include <autograd/ops/elementwise/all.hpp>

inline Tensor operator-(const Operand& x) { return neg(x); }
inline Tensor operator!(const Operand& x) { return logical_not(x); }
inline Tensor operator+(const Operand& a, const Operand& b) { return add(a, b); }
inline Tensor operator-(const Operand& a, const Operand& b) { return subtract(a, b); }
inline Tensor operator*(const Operand& a, const Operand& b) { return multiply(a, b); }
inline Tensor operator/(const Operand& a, const Operand& b) { return divide(a, b); }
inline Tensor operator<(const Operand& a, const Operand& b) { return less(a, b); }
inline Tensor operator<=(const Operand& a, const Operand& b) { return less_equal(a, b); }
inline Tensor operator>(const Operand& a, const Operand& b) { return greater(a, b); }
inline Tensor operator>=(const Operand& a, const Operand& b) { return greater_equal(a, b); }
inline Tensor operator&&(const Operand& a, const Operand& b) { return logical_and(a, b); }
inline Tensor operator||(const Operand& a, const Operand& b) { return logical_or(a, b); }

/// A tensor meets an xtensor expression: the expression becomes a tensor. xtensor's own operators take any operand as
/// a scalar; these are chosen before them because they are more constrained.
/// Example: `Tensor y = x * xt::ones<float>({3});`
template <class A, class B>
concept TensorWithArray = (std::same_as<std::remove_cvref_t<A>, Tensor> &&
                           xt::is_xexpression<std::remove_cvref_t<B>>::value) ||
                          (std::same_as<std::remove_cvref_t<B>, Tensor> &&
                           xt::is_xexpression<std::remove_cvref_t<A>>::value);
#define XTAPE_MIXED(symbol, function) \
  template <class A, class B>         \
  requires TensorWithArray<A, B> Tensor operator symbol(A&& a, B&& b) { return function(Tensor(a), Tensor(b)); }
XTAPE_MIXED(+, add)
XTAPE_MIXED(-, subtract)
XTAPE_MIXED(*, multiply)
XTAPE_MIXED(/, divide)
XTAPE_MIXED(<, less)
XTAPE_MIXED(<=, less_equal)
XTAPE_MIXED(>, greater)
XTAPE_MIXED(>=, greater_equal)
#undef XTAPE_MIXED

// Compound assignment binds the handle to a new tensor, `a = a + b`: other handles keep the old values, and the tape
// stays right. To overwrite values in place, use assign().
inline Tensor& operator+=(Tensor& a, const Operand& b) { return a = add(a, b); }
inline Tensor& operator-=(Tensor& a, const Operand& b) { return a = subtract(a, b); }
inline Tensor& operator*=(Tensor& a, const Operand& b) { return a = multiply(a, b); }
inline Tensor& operator/=(Tensor& a, const Operand& b) { return a = divide(a, b); }

/// Adds `value` to the values of `sum`, unrecorded, if nobody else sees them and both have one shape and one floating
/// dtype; says whether it did. For gradients that arrive from several sides.
bool add_in_place(const Tensor& sum, const Tensor& value);

}  // namespace xtape
