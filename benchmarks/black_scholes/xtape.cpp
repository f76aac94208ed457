#include <benchmarks/xtape_side.hpp>

namespace benchmarks::xtape_side {

namespace {

using xtape::Tensor;

// The price of a call: S N(d1) - K e^(-r T) N(d2) (Black and Scholes 1973).
const auto call_price = xtape::fuse("black_scholes", [](auto spot, auto strike, auto time, auto rate, auto volatility) {
  const auto normal = [](auto x) { return 0.5 + 0.5 * erf(x * 0.70710678118654752440); };
  const auto deviation = volatility * sqrt(time);
  const auto d1 = (log(spot / strike) + (rate + 0.5 * volatility * volatility) * time) / deviation;
  return spot * normal(d1) - strike * exp(-rate * time) * normal(d1 - deviation);
});

}  // namespace

Program black_scholes(std::size_t count) {
  const auto input = [&](unsigned seed, float low, float high) {
    return uniform({count}, seed, low, high).requires_grad_();
  };
  const xtape::Tensors inputs{input(0, 80, 120), input(1, 80, 120), input(2, 0.2f, 2), input(3, 0.01f, 0.05f),
                              input(4, 0.1f, 0.5f)};
  return {[=] {
            for (const Tensor& x : inputs) x.zero_grad();
            sum(call_price(inputs[0], inputs[1], inputs[2], inputs[3], inputs[4])).backward();
          },
          [=] { return gradients(inputs); }};
}

}  // namespace benchmarks::xtape_side
