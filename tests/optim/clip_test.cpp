#include <doctest/doctest.h>

#include <cmath>
#include <xtape.hpp>

using namespace xtape;

namespace {

Tensor with_gradient(const Tensor& gradient) {
  const Tensor result = zeros(gradient.shape(), {.dtype = float64, .requires_grad = true});
  result.set_grad(gradient);
  return result;
}

}  // namespace

TEST_CASE("clip_grad_norm scales all gradients together and gives the norm before") {
  const Tensor a = with_gradient(xt::xarray<double>{3.0, 0.0});
  const Tensor b = with_gradient(full({1, 1}, 4.0, {.dtype = float64}));
  const Tensor none = zeros({2}, {.requires_grad = true});
  CHECK(optim::clip_grad_norm({a, b, none}, 10.0) == 5.0);
  CHECK(a.grad().item(0) == 3.0);
  CHECK(optim::clip_grad_norm({a, b, none}, 1.0) == 5.0);
  CHECK(a.grad().item(0) == doctest::Approx(0.6).epsilon(1e-6));
  CHECK(b.grad().item(0) == doctest::Approx(0.8).epsilon(1e-6));
  CHECK(!none.grad().defined());
  CHECK(optim::clip_grad_norm({}, 1.0) == 0.0);
  CHECK_THROWS_AS(optim::clip_grad_norm({a}, -1.0), Error);
  CHECK_THROWS_AS(optim::clip_grad_norm({a}, std::nan("")), Error);
}

TEST_CASE("the norm of float32 gradients neither overflows nor drowns") {
  const Tensor big = zeros({1000}, {.requires_grad = true});
  big.set_grad(full({1000}, 1e30));
  CHECK(optim::clip_grad_norm({big}, 1.0) == doctest::Approx(1e30 * std::sqrt(1000.0)));
  CHECK(optim::clip_grad_norm({big}, 1e9) == doctest::Approx(1.0));
}

TEST_CASE("one clipped step is the books' ClipGrad hook") {
  const Tensor p = Tensor(xt::xarray<double>{1.0, -2.0}).requires_grad_();
  optim::SGD sgd({p}, {.lr = 0.1});
  sum(square(p)).backward();
  optim::clip_grad_norm({p}, 1.0);
  sgd.step();
  CHECK(p.item(0) == doctest::Approx(0.95527865).epsilon(1e-6));
  CHECK(p.item(1) == doctest::Approx(-1.9105573).epsilon(1e-6));
}

TEST_CASE("weight decay of the rule is the books' WeightDecay hook") {
  const Tensor p = Tensor(xt::xarray<double>{1.0, -2.0}).requires_grad_();
  optim::SGD sgd({p}, {.lr = 0.1, .weight_decay = 0.5});
  sum(square(p)).backward();
  sgd.step();
  CHECK(p.item(0) == doctest::Approx(0.75));
  CHECK(p.item(1) == doctest::Approx(-1.5));
}
