#include <benchmarks/libtorch_side.hpp>

namespace benchmarks::libtorch_side {

Program black_scholes(std::size_t count) {
  using torch::Tensor;
  const auto input = [&](unsigned seed, float low, float high) {
    return uniform({static_cast<std::int64_t>(count)}, seed, low, high).requires_grad_();
  };
  const std::vector<Tensor> inputs{input(0, 80, 120), input(1, 80, 120), input(2, 0.2f, 2), input(3, 0.01f, 0.05f),
                                   input(4, 0.1f, 0.5f)};
  return {[=] {
            for (Tensor x : inputs) x.mutable_grad() = Tensor();
            const Tensor &spot = inputs[0], &strike = inputs[1], &time = inputs[2], &rate = inputs[3],
                         &volatility = inputs[4];
            const auto normal = [](const Tensor& x) { return 0.5 + 0.5 * torch::erf(x * 0.70710678118654752440); };
            const Tensor deviation = volatility * torch::sqrt(time);
            const Tensor d1 = (torch::log(spot / strike) + (rate + 0.5 * volatility * volatility) * time) / deviation;
            (spot * normal(d1) - strike * torch::exp(-rate * time) * normal(d1 - deviation)).sum().backward();
          },
          [=] { return gradients(inputs); }};
}

}  // namespace benchmarks::libtorch_side
