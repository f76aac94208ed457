#include <xtape.hpp>

#include <benchmarks/workload.hpp>

namespace benchmarks::xtape_side {

namespace {

using xtape::Tensor;

const auto wave_formula = [](auto a, auto b, auto c, auto d) { return tanh(a * b + c) * exp(-d * d); };
const auto polynomial_formula = [](auto a, auto b, auto c, auto d) { return (a * b + c) * (a - d) + b * d; };
const auto fused_wave = xtape::fuse("wave", wave_formula);
const auto fused_polynomial = xtape::fuse("polynomial", polynomial_formula);

Tensor input(std::size_t count, unsigned seed) {
  const std::vector<float> values = numbers(count, seed, -1.0f, 1.0f);
  return Tensor(xt::adapt(values, std::vector<std::size_t>{count})).requires_grad_();
}

template <class Formula>
Program expression(const Formula& formula, std::size_t count) {
  const Tensor a = input(count, 0), b = input(count, 1), c = input(count, 2), d = input(count, 3);
  return {[=] {
            for (const Tensor& x : {a, b, c, d}) x.zero_grad();
            sum(formula(a, b, c, d)).backward();
          },
          [=] {
            std::vector<double> result;
            for (const Tensor& x : {a, b, c, d}) sample(result, x.grad().data<float>(), count);
            return result;
          }};
}

}  // namespace

Program wave(std::size_t count, bool fused) {
  return fused ? expression(fused_wave, count) : expression(wave_formula, count);
}
Program polynomial(std::size_t count, bool fused) {
  return fused ? expression(fused_polynomial, count) : expression(polynomial_formula, count);
}

}  // namespace benchmarks::xtape_side
