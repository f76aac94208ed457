#include <benchmarks/libtorch_side.hpp>

namespace benchmarks::libtorch_side {

Program scalar_graph() {
  const auto options = torch::dtype(torch::kFloat64).requires_grad(true);
  torch::Tensor x = torch::tensor(0.5, options), y = torch::tensor(0.3, options);
  return {[x, y]() mutable {
            x.mutable_grad() = torch::Tensor();
            y.mutable_grad() = torch::Tensor();
            torch::Tensor z = x;
            for (int i = 0; i < 30; ++i) z = torch::tanh(z * y + x);
            z.backward();
          },
          [x, y] {
            return Results{{x.grad().item<double>()}, {y.grad().item<double>()}};
          }};
}

}  // namespace benchmarks::libtorch_side
