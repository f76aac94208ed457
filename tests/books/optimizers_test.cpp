#include <doctest/doctest.h>

#include <xtape.hpp>

#include <books/printed.hpp>
#include <cmath>

using namespace xtape;
using books::check_printed;

// The paths of the books' update rules. Where a rule is PyTorch's too, xtape's own takes the steps; the others are
// written out. Differences in the order of operations stay below 1e-14 over these few steps.

namespace {

// D1 chapter 6: f = x^2 / 20 + y^2, from (-7, 2), 30 steps.
Tensor valley(const Tensor& p) { return square(p(0)) / 20.0 + square(p(1)); }
// The tests of DeZero's optimizers: L = p0^2 + 3 p1^2, from (1, -2), 3 steps.
Tensor bowl(const Tensor& p) { return square(p(0)) + 3.0 * square(p(1)); }

Tensor point(double x, double y) { return Tensor(xt::xarray<double>{x, y}).requires_grad_(); }

template <class Rule>
Tensor end_of_path(const Tensor& start, const typename Rule::Options& options, Tensor (&loss)(const Tensor&),
                   int steps) {
  Rule rule({start}, options);
  for (int i = 0; i < steps; ++i) {
    rule.zero_grad();
    loss(start).backward();
    rule.step();
  }
  return start;
}
template <class Rule>
Tensor in_valley(const typename Rule::Options& options) {
  return end_of_path<Rule>(point(-7, 2), options, valley, 30);
}
template <class Rule>
Tensor in_bowl(const typename Rule::Options& options) {
  return end_of_path<Rule>(point(1, -2), options, bowl, 3);
}

// Adam as both books have it: eps is added to the root of v before v is corrected for its start from 0.
Tensor books_adam(const Tensor& p, double lr, double eps, Tensor (&loss)(const Tensor&), int steps) {
  Tensor m = zeros_like(p), v = zeros_like(p);
  for (int t = 1; t <= steps; ++t) {
    const Tensor gradient = grad(loss(p), p);
    const NoGrad guard;
    m = m + 0.1 * (gradient - m);
    v = v + 0.001 * (square(gradient) - v);
    const double rate = lr * std::sqrt(1.0 - std::pow(0.999, t)) / (1.0 - std::pow(0.9, t));
    p.assign(p - rate * m / (sqrt(v) + eps));
  }
  return p;
}

}  // namespace

TEST_CASE("D1 chapter 6: where the update rules are after 30 steps in a valley") {
  using optim::SGD;
  check_printed(in_valley<SGD>({.lr = 0.95}), {-0.3503929957523197, 0.0847823165504322}, 13);
  check_printed(in_valley<SGD>({.lr = 0.1, .momentum = 0.9}), {0.896413858493733, 0.08808560171506971}, 13);
  check_printed(in_valley<SGD>({.lr = 0.1, .momentum = 0.9, .nesterov = true}),
                {0.6896149016966209, -0.0006799058361171969}, 13);
  const Tensor adagrad = in_valley<optim::Adagrad>({.lr = 1.5, .eps = 1e-7});
  check_printed(adagrad(0), {-0.12016232231416045}, 13);
  check_printed(adagrad(1), {2.486e-17}, 20);
  const Tensor rmsprop = in_valley<optim::RMSprop>({.lr = 0.1, .alpha = 0.99, .eps = 1e-7});
  check_printed(rmsprop(0), {-0.6974203096807907}, 13);
  check_printed(rmsprop(1), {1.4834621508e-08}, 18);
  check_printed(books_adam(point(-7, 2), 0.3, 1e-7, valley, 30), {0.13600685239498186, 0.31824537553721943}, 13);
  // PyTorch's Adam, where eps comes last.
  check_printed(in_valley<optim::Adam>({.lr = 0.3, .eps = 1e-7}), {0.13600685239498186, 0.31824537553721943}, 4);
}

TEST_CASE("D3: three steps of DeZero's optimizers") {
  check_printed(in_bowl<optim::SGD>({.lr = 0.1}), {0.512, -0.128}, 14);
  check_printed(in_bowl<optim::SGD>({.lr = 0.1, .momentum = 0.9}), {0.062, 1.708}, 14);
  check_printed(in_bowl<optim::Adagrad>({.lr = 0.1, .eps = 1e-8}), {0.7804561822187429, -1.7758215151579886}, 14);
  check_printed(in_bowl<optim::Adadelta>({.rho = 0.95}), {0.9864644623414908, -1.9864477393265305}, 14);
  check_printed(books_adam(point(1, -2), 0.1, 1e-8, bowl, 3), {0.7015863085615979, -1.7006233973989628}, 14);
}

TEST_CASE("D3: a step with the hooks of DeZero's optimizers, weight decay and a bound on the norm") {
  const auto loss = [](const Tensor& p) { return sum(square(p)); };
  const Tensor decayed = point(1, -2);
  optim::SGD sgd({decayed}, {.lr = 0.1, .weight_decay = 0.5});
  loss(decayed).backward();
  sgd.step();
  check_printed(decayed, {0.75, -1.5}, 15);

  const Tensor clipped = point(1, -2);
  optim::SGD plain({clipped}, {.lr = 0.1});
  loss(clipped).backward();
  optim::clip_grad_norm({clipped}, 1.0);
  plain.step();
  check_printed(clipped, {0.95527865, -1.9105573}, 7);
}

// The only test of DeZero's hooks: WeightDecay(0.4) is the penalty 0.4 / 2 * sum(W^2) in the loss.
TEST_CASE("D3: weight decay is the gradient of a penalty on the weights") {
  const Tensor x = xt::xarray<double>{{0.5, -1.0, 2.0}, {1.5, 0.25, -0.75}};
  const Tensor target = books::tensor_of({1.0, -1.0}, {2, 1});
  const Tensor start = books::tensor_of({0.3, -0.2, 0.1}, {1, 3});
  const auto step = [&](double decay, double penalty) {
    const Tensor w = start.clone().requires_grad_();
    optim::SGD sgd({w}, {.lr = 0.1, .weight_decay = decay});
    (nn::mse_loss(linear(x, w), target) + penalty / 2.0 * sum(square(w))).backward();
    sgd.step();
    return w.detach();
  };
  const Tensor hook = step(0.4, 0.0), in_the_loss = step(0.0, 0.4);
  CHECK(amax(abs(hook - in_the_loss)).item() < 1e-15);
  CHECK(amax(abs(hook - step(0.0, 0.0))).item() > 1e-3);
}
