#include <xtape.hpp>

#include <iostream>

using namespace xtape;

int main() {
  Tensor x = xt::xarray<double>{{1.0, 2.0}, {3.0, 4.0}};  // any xtensor expression becomes a tensor
  Tensor w = xt::xarray<double>{{0.5, -0.5}, {0.25, 1.0}};
  w.requires_grad_();

  Tensor loss = sum(square(tanh(matmul(x, w) + 0.1) * x));  // computed at once, recorded on the tape
  loss.backward();
  std::cout << loss << '\n' << w.grad() << '\n';

  const auto dw = w.grad().array<double>();  // an xtensor expression again, no copy
  std::cout << "dw(1, 0) = " << dw(1, 0) << '\n';

  auto f = [&](const Tensors& in) { return tanh(matmul(x, in[0])); };
  std::cout << "gradients agree with differences to 1e-6: " << std::boolalpha << gradcheck(f, {w}).ok << '\n';
}
