#include <doctest/doctest.h>

#include <xtape.hpp>

#include <books/printed.hpp>

using namespace xtape;
using books::check_number;
using books::check_printed;

// The notebooks of day 1 of the Rabbit Challenge, 1_1 (forward propagation) and 1_2 (back propagation). Their
// cross-entropy adds 1e-7 within the logarithm; the losses that they print are those of this formula.

namespace {

Tensor log_loss(const Tensor& probability) { return -log(probability + 1e-7); }

// The first layer of the networks, of three units.
nn::Linear three_units() {
  return books::affine(xt::xarray<double>{{0.1, 0.3, 0.5}, {0.2, 0.4, 0.6}}, xt::xarray<double>{0.1, 0.2, 0.3});
}
// The last layer of 1_1's regression and of 1_2.
nn::Linear two_outputs() {
  return books::affine(xt::xarray<double>{{0.1, 0.4}, {0.2, 0.5}, {0.3, 0.6}}, xt::xarray<double>{0.1, 0.2});
}

}  // namespace

TEST_CASE("Rabbit 1_1: one unit, and a layer of three") {
  nn::Sequential unit(books::affine(books::tensor_of({0.1, 0.2}, {2, 1}), xt::xarray<double>{0.5}), nn::ReLU());
  check_printed(unit(xt::xarray<double>{2, 3}), {1.3}, 14);
  nn::Sequential layer(
      books::affine(xt::xarray<double>{{0.1, 0.2, 0.3}, {0.2, 0.3, 0.4}, {0.3, 0.4, 0.5}, {0.4, 0.5, 0.6}},
                    xt::xarray<double>{0.1, 0.2, 0.3}),
      nn::Sigmoid());
  check_printed(layer(xt::xarray<double>{1, 5, 2, -1}), {0.80218389, 0.90024951, 0.95257413}, 8);
}

TEST_CASE("Rabbit 1_1: the three kinds of output, and their losses") {
  const Tensor x = xt::xarray<double>{1.0, 2.0};
  nn::Sequential hidden(three_units(), nn::ReLU());
  check_printed(hidden(x), {0.6, 1.3, 2.0}, 14);

  nn::Sequential classes(
      hidden,
      books::affine(xt::xarray<double>{{0.1, 0.4, 0.7, 1.0}, {0.2, 0.5, 0.8, 1.1}, {0.3, 0.6, 0.9, 1.2}},
                    xt::xarray<double>{0.1, 0.2, 0.3, 0.4}),
      nn::Softmax());
  const Tensor y = classes(x);
  check_printed(y, {0.01602796, 0.05707321, 0.20322929, 0.72366954}, 8);
  check_number(log_loss(y(3)).item(), 0.3234202933601941);

  nn::Sequential numbers(hidden, two_outputs());
  check_printed(numbers(x), {1.02, 2.29}, 14);
  check_number(0.5 * nn::mse_loss(numbers(x), xt::xarray<double>{2, 4}).item(), 0.9711249999999999);

  nn::Sequential yes_or_no(hidden, books::affine(books::tensor_of({0.2, 0.4, 0.6}, {3, 1}), xt::xarray<double>{0.1}),
                           nn::Sigmoid());
  check_printed(yes_or_no(x), {0.87435214}, 8);
  check_number(log_loss(yes_or_no(x)).item(), 0.13427195993720972);
}

TEST_CASE("Rabbit 1_2: the gradients of a network of two layers, and one step down") {
  nn::Sequential net(three_units(), nn::ReLU(), two_outputs());
  const Tensor x = books::tensor_of({1.0, 5.0}, {1, 2});
  optim::SGD sgd(net.parameters(), {.lr = 0.01});
  const Tensor y = net(x);
  check_printed(softmax(y), {0.08706577, 0.91293423}, 8);
  nn::cross_entropy(y, xt::xarray<std::int64_t>{1}).backward();
  const Tensors p = net.parameters();  // weight and bias of either layer; the weights are (out, in)
  check_printed(transpose(p[0].grad()), {-0.02611973, -0.02611973, -0.02611973, -0.13059866, -0.13059866, -0.13059866},
                8);
  check_printed(p[1].grad(), {-0.02611973, -0.02611973, -0.02611973}, 8);
  check_printed(transpose(p[2].grad()), {0.10447893, -0.10447893, 0.21766443, -0.21766443, 0.33084994, -0.33084994}, 8);
  check_printed(p[3].grad(), {0.08706577, -0.08706577}, 8);
  sgd.step();
  check_printed(transpose(p[0]), {0.1002612, 0.3002612, 0.5002612, 0.20130599, 0.40130599, 0.60130599}, 7);
  check_printed(p[1], {0.1002612, 0.2002612, 0.3002612}, 7);
  check_printed(transpose(p[2]), {0.09895521, 0.40104479, 0.19782336, 0.50217664, 0.2966915, 0.6033085}, 7);
  check_printed(p[3], {0.09912934, 0.20087066}, 8);
}

// 2_2_1 and 3_1 call their derivative of the sigmoid with the activation instead of the input; at 4 and -4 it is
// 0.0177.
TEST_CASE("Rabbit 2_2_1: the derivative of the sigmoid is that at the input") {
  const Tensor u = Tensor(xt::xarray<double>{-4, 4}).requires_grad_();
  const Tensor z = sigmoid(u);
  sum(z).backward();
  check_printed(u.grad(), {0.0177, 0.0177}, 4);
  const Tensor of_activation = sigmoid(z.detach());
  check_printed(of_activation * (1.0 - of_activation), {0.250, 0.198}, 3);
}
