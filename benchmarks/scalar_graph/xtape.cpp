#include <benchmarks/xtape_side.hpp>

namespace benchmarks::xtape_side {

Program scalar_graph() {
  const xtape::Tensor x(0.5), y(0.3);
  x.requires_grad_();
  y.requires_grad_();
  return {[x, y] {
            x.zero_grad();
            y.zero_grad();
            xtape::Tensor z = x;
            for (int i = 0; i < 30; ++i) z = tanh(z * y + x);
            z.backward();
          },
          [x, y] {
            return Results{{x.grad().item()}, {y.grad().item()}};
          }};
}

}  // namespace benchmarks::xtape_side
