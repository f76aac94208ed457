// The code of docs/derivatives.md, compiled and run by the tests: what stands between two `// --- name` lines is shown
// there under that name.

#include <xtape.hpp>

#include <cmath>
#include <iostream>

using namespace xtape;

void reverse() {
  // --- reverse
  Tensor x = Tensor(xt::xarray<double>{1.0, 2.0, 3.0}).requires_grad_();
  Tensor g = grad(sum(pow(x, 4.0)), x, {.create_graph = true});  // 4 x^3, part of the tape
  Tensor h = grad(sum(g), x);                                    // 12 x^2
  std::cout << g << '\n' << h << '\n';
  // ---
}

void products() {
  // --- products
  auto f = [](const Tensor& x) { return sum(exp(x) * x); };
  Tensor x = xt::xarray<double>{0.0, 1.0}, v = xt::xarray<double>{1.0, 0.0};

  auto [y, along] = jvp(f, x, v);            // value and derivative along v: forward mode
  auto [z, slope] = vjp(f, x, Tensor(1.0));  // value and gradient: reverse mode
  Tensor hv = hvp(f, x, v);                  // second derivatives along v: forward over reverse
  std::cout << along.item() << ' ' << slope.item(0) << ' ' << hv.item(0) << '\n';

  Tensor j = jacobian([](const Tensor& x) { return x * x; }, x);
  Tensor h = hessian(f, x);
  std::cout << j << '\n' << h << '\n';
  // ---
}

// --- fuse
const auto swish = fuse("swish", [](auto x, auto beta) { return x * sigmoid(beta * x); });

// Numbers are captured, other fused operations may be called, and where() stands for `if`.
const auto huber = [](double delta) {
  return fuse("huber", [=](auto error) {
    return where(abs(error) < delta, 0.5 * error * error, delta * (abs(error) - 0.5 * delta));
  });
};
// ---

// --- custom
Tensor clipped_identity(const Tensor& x, double bound) {
  return custom_op({.name = "clipped_identity",
                    .forward = [](const Tensors& in) { return in[0]; },
                    .backward = [bound](const Tensor& g, const Tensors&, const Tensor&) -> Tensors {
                      return {clip(g, -bound, bound)};
                    }},
                   {x});
}
// ---

void own_operations() {
  // --- check
  manual_seed(0);
  Tensor x = randn({4, 5}, {.dtype = float64}), beta = ones({5}, {.dtype = float64});
  auto f = [](const Tensors& in) { return swish(in[0], in[1]); };
  std::cout << std::boolalpha << gradcheck(f, {x, beta}).ok << ' ' << gradgradcheck(f, {x, beta}).ok << '\n';
  // ---
  if (!gradcheck([](const Tensors& in) { return huber(1.0)(in[0]); }, {x})) std::exit(1);
  x.requires_grad_();
  sum(clipped_identity(x, 0.5) * 3.0).backward();
  if (x.grad().item(0) != 0.5) std::exit(1);
}

void memory_for_time() {
  manual_seed(0);
  nn::Sequential block(nn::Linear(8, 8), nn::Tanh());
  // --- checkpoint
  Tensor x = randn({100, 8}).requires_grad_();
  Tensor y = checkpoint([&](const Tensors& in) { return block(in[0]); }, {x});
  sum(y).backward();  // runs the block once more; x and the block's parameters have their gradients
  // ---
  if (!x.grad().defined() || !block.parameters()[0].grad().defined()) std::exit(1);
}

void hooks() {
  // --- hooks
  Tensor x = Tensor(2.0).requires_grad_();
  Tensor y = x * 3.0;
  y.register_hook([](const Tensor& g) { std::cout << "dz/dy = " << g.item() << '\n'; });  // looks
  unsigned number = y.register_hook([](const Tensor& g) { return clip(g, -1.0, 1.0); });  // changes
  (y * y).backward();
  std::cout << "dz/dx, clipped = " << x.grad().item() << '\n';
  y.remove_hook(number);
  // ---
}

void anomalies() {
  // --- anomaly
  try {
    DetectAnomaly guard;
    NameScope scope("distance");
    Tensor x = zeros({3}, {.dtype = float64, .requires_grad = true});
    sqrt(sum(x * x)).backward();  // the derivative of a root at 0
  } catch (const GradError& error) {
    std::cout << error.what() << '\n';
  }
  // ---
}

int main() {
  reverse();
  products();
  own_operations();
  memory_for_time();
  hooks();
  anomalies();
}
