#include <benchmarks/xtape_side.hpp>

namespace benchmarks::xtape_side {

namespace {

using xtape::Tensor;

const auto wave_formula = [](auto a, auto b, auto c, auto d) { return tanh(a * b + c) * exp(-d * d); };
const auto polynomial_formula = [](auto a, auto b, auto c, auto d) { return (a * b + c) * (a - d) + b * d; };
const auto fused_wave_formula = xtape::fuse("wave", wave_formula);
const auto fused_polynomial_formula = xtape::fuse("polynomial", polynomial_formula);

Tensor input(std::size_t count, unsigned seed) { return uniform({count}, seed, -1, 1).requires_grad_(); }

template <class Formula>
Program expression(const Formula& formula, std::size_t count) {
  const Tensor a = input(count, 0), b = input(count, 1), c = input(count, 2), d = input(count, 3);
  return {[=] {
            for (const Tensor& x : {a, b, c, d}) x.zero_grad();
            sum(formula(a, b, c, d)).backward();
          },
          [=] {
            return gradients({a, b, c, d});
          }};
}

}  // namespace

Program wave(std::size_t count) { return expression(wave_formula, count); }
Program fused_wave(std::size_t count) { return expression(fused_wave_formula, count); }
Program polynomial(std::size_t count) { return expression(polynomial_formula, count); }
Program fused_polynomial(std::size_t count) { return expression(fused_polynomial_formula, count); }

}  // namespace benchmarks::xtape_side
