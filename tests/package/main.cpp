// A gradient worked out by hand: with f(w, x) = sum((w x)^2), df/dw = 2 (w x) x^T.
#include <cmath>
#include <iostream>
#include <xtape.hpp>

int main() {
  const xtape::Tensor w = xt::xarray<double>{{1.0, 2.0}, {3.0, 4.0}};
  const xtape::Tensor x = xt::xarray<double>{{0.5, 1.0}, {-1.0, 2.0}};
  w.requires_grad_();
  const xtape::Tensor f = xtape::sum(xtape::square(xtape::matmul(w, x)));
  f.backward();

  const double expected[] = {8.5, 23.0, 19.5, 49.0};  // w x = ((-1.5, 5), (-2.5, 11))
  for (int i = 0; i < 4; ++i) {
    if (std::abs(w.grad().item(i) - expected[i]) > 1e-12) {
      std::cerr << "element " << i << " of the gradient is " << w.grad().item(i) << ", not " << expected[i] << "\n";
      return 1;
    }
  }
  const auto cube = xtape::fuse("cube", [](auto v) { return v * v * v; });  // its loops are compiled here
  if (std::abs(xtape::jvp([&](const xtape::Tensor& v) { return cube(v); }, x, x).second.item(3) - 3 * 8.0) > 1e-12 ||
      std::abs(cube(x).item(3) - 8.0) > 1e-12) {
    std::cerr << "the fused formula is wrong\n";
    return 1;
  }
  std::cout << "f = " << f.item() << ", df/dw = " << w.grad() << "\n";
}
