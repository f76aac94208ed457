#include <benchmarks/libtorch_side.hpp>

namespace benchmarks::libtorch_side {

using torch::Tensor;

Program chain(std::size_t nodes) {
  Tensor x = uniform({}, 0, 0.5, 1).requires_grad_();
  return {[=]() mutable {
            x.mutable_grad() = Tensor();
            Tensor z = x;
            for (std::size_t i = 0; i < nodes; ++i) z = torch::sin(z);
            z.backward();
          },
          [=] { return Results{{x.grad().item<double>()}}; }};
}

Program array(std::size_t count) {
  Tensor x = uniform({static_cast<std::int64_t>(count)}, 0, -1, 1).requires_grad_();
  return {[=]() mutable {
            x.mutable_grad() = Tensor();
            (x * torch::tanh(x)).sum().backward();
          },
          [=] { return gradients({x}); }};
}

}  // namespace benchmarks::libtorch_side
