#include <benchmarks/libtorch_side.hpp>

namespace benchmarks::libtorch_side {

namespace {

using torch::Tensor;

Tensor input(std::size_t count, unsigned seed) {
  return uniform({static_cast<std::int64_t>(count)}, seed, -1, 1).requires_grad_();
}

template <class Formula>
Program expression(const Formula& formula, std::size_t count) {
  const Tensor a = input(count, 0), b = input(count, 1), c = input(count, 2), d = input(count, 3);
  return {[=] {
            for (Tensor x : {a, b, c, d}) x.mutable_grad() = Tensor();
            formula(a, b, c, d).sum().backward();
          },
          [=] {
            return gradients({a, b, c, d});
          }};
}

}  // namespace

Program wave(std::size_t count) {
  return expression([](const Tensor& a, const Tensor& b, const Tensor& c,
                       const Tensor& d) { return torch::tanh(a * b + c) * torch::exp(-d * d); },
                    count);
}
Program polynomial(std::size_t count) {
  return expression(
      [](const Tensor& a, const Tensor& b, const Tensor& c, const Tensor& d) { return (a * b + c) * (a - d) + b * d; },
      count);
}

}  // namespace benchmarks::libtorch_side
