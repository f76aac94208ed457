#include <torch/torch.h>

#include <benchmarks/workload.hpp>

namespace benchmarks::libtorch_side {

namespace {

using torch::Tensor;

Tensor input(std::size_t count, unsigned seed) {
  const std::vector<float> values = numbers(count, seed, -1.0f, 1.0f);
  return torch::tensor(values).requires_grad_();
}

template <class Formula>
Program expression(const Formula& formula, std::size_t count) {
  const Tensor a = input(count, 0), b = input(count, 1), c = input(count, 2), d = input(count, 3);
  return {[=] {
            for (Tensor x : {a, b, c, d}) x.mutable_grad() = Tensor();
            formula(a, b, c, d).sum().backward();
          },
          [=] {
            std::vector<double> result;
            for (const Tensor& x : {a, b, c, d}) sample(result, x.grad().contiguous().data_ptr<float>(), count);
            return result;
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
