// Programs of any size, to see how the cost grows with it.

#include <benchmarks/xtape_side.hpp>

namespace benchmarks::xtape_side {

using xtape::Tensor;

// A graph of `nodes` operations on scalars, one behind the other.
Program chain(std::size_t nodes) {
  const Tensor x = uniform({}, 0, 0.5, 1).requires_grad_();
  return {[=] {
            x.zero_grad();
            Tensor z = x;
            for (std::size_t i = 0; i < nodes; ++i) z = sin(z);
            z.backward();
          },
          [=] { return Results{{x.grad().item()}}; }};
}

// Three operations on arrays of `count` elements.
Program array(std::size_t count) {
  const Tensor x = uniform({count}, 0, -1, 1).requires_grad_();
  return {[=] {
            x.zero_grad();
            sum(x * tanh(x)).backward();
          },
          [=] { return gradients({x}); }};
}

}  // namespace benchmarks::xtape_side
