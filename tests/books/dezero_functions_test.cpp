#include <doctest/doctest.h>

#include <xtape.hpp>

#include <books/printed.hpp>
#include <expectations.hpp>

using namespace xtape;
using books::check_printed;

// Cases of DeZero's own tests, and of steps 54 to 57 of D3, which need no other framework to compare with.

namespace {

const Tensor& two_by_three() {
  static const Tensor x = xt::xarray<double>{{1, 2, 3}, {4, 5, 6}};
  return x;
}

Tensor drawn(const Shape& shape) {
  random::Numpy numpy(1);
  return books::randn(numpy, shape);
}

// D3 step 57: im2col, one product, and the axes put in their places.
Tensor conv2d_simple(const Tensor& x, const Tensor& weight, const FoldOptions& options, const Shape& places) {
  const std::size_t out = weight.shape(0);
  const Tensor columns = unfold(x, {weight.shape(2), weight.shape(3)}, options);
  return reshape(matmul(reshape(weight, {out, weight.size() / out}), columns), {x.shape(0), out, places[0], places[1]});
}

}  // namespace

TEST_CASE("DeZero's tests: sums, products and transposes") {
  const Tensor x = two_by_three();
  check_printed(sum_to_shape(x, {1, 3}), {5, 7, 9}, 12);
  check_printed(sum_to_shape(x, {2, 1}), {6, 15}, 12);
  CHECK(identical(sum_to_shape(x, {2, 3}), x));
  check_printed(matmul(x, transpose(x)), {14, 32, 32, 77}, 12);
  const Tensor b = zeros({10}, {.requires_grad = true});
  sum(zeros({1, 10}) + b).backward();
  CHECK(b.grad().shape() == Shape{10});
}

TEST_CASE("DeZero's tests: parts of an array") {
  const Tensor x = reshape(arange(12.0, {.dtype = float64}), {2, 2, 3});
  check_printed(view(x, {0}), {0, 1, 2, 3, 4, 5}, 12);
  check_printed(view(x, {0, 0, xt::range(0, 2)}), {0, 1}, 12);
  check_printed(view(x, {xt::ellipsis(), 2}), {2, 5, 8, 11}, 12);
}

TEST_CASE("DeZero's tests: rectifiers") {
  const Tensor x = Tensor(xt::xarray<double>{{-1, 0}, {2, -3}, {-2, 1}}).requires_grad_();
  check_printed(relu(x), {0, 0, 2, 0, 0, 1}, 12);
  check_printed(leaky_relu(x, 0.2), {-0.2, 0, 2, -0.6, -0.4, 1}, 12);
  sum(relu(x)).backward();
  check_printed(x.grad(), {0, 0, 1, 0, 0, 1}, 12);  // 0 at 0
}

// DeZero gives every one of equal maxima the whole gradient; xtape, as PyTorch, shares it, so that it stays one.
TEST_CASE("DeZero's tests: the gradient of equal maxima") {
  const Tensor x = Tensor(xt::xarray<double>{1, 3, 3, 2}).requires_grad_();
  amax(x).backward();
  check_printed(2.0 * x.grad(), {0, 1, 1, 0}, 12);
}

TEST_CASE("DeZero's tests: its mean squared error divides by the rows alone") {
  const Tensor x = ones({2, 3}), zero = zeros({2, 3});
  CHECK((nn::mse_loss(x, zero, Reduce::sum) / 2.0).item() == 3.0);
  CHECK(nn::mse_loss(x, zero).item() == 1.0);
  CHECK(nn::mse_loss(x, x).item() == 0.0);
}

TEST_CASE("D3 step 54: dropout scales what it keeps, and is the identity in evaluation") {
  nn::Dropout dropout(0.5);
  const Tensor x = ones({1000});
  const Tensor y = dropout(x);
  CHECK(all(logical_or(equal(y, 0.0), equal(y, 2.0))).item<bool>());
  CHECK(any(equal(y, 0.0)).item<bool>());
  CHECK(any(equal(y, 2.0)).item<bool>());
  dropout.eval();
  CHECK(identical(dropout(x), x));
  CHECK(identical(nn::Dropout(0.0)(x), x));
}

TEST_CASE("D3 steps 55 to 57: im2col, and convolution by it") {
  CHECK(conv2d(ones({1, 1, 4, 4}), ones({1, 1, 3, 3}), {.padding = 1}).shape() == Shape{1, 1, 4, 4});
  // (9, 75) and (90, 75) in the book, which puts the places of all images into rows.
  CHECK(unfold(ones({1, 3, 7, 7}), 5).shape() == Shape{1, 75, 9});
  CHECK(unfold(ones({10, 3, 7, 7}), 5).shape() == Shape{10, 75, 9});
  const Tensor nine = reshape(arange(9.0, {.dtype = float64}), {1, 1, 3, 3});
  check_printed(unfold(nine, 3, {.stride = 3}), {0, 1, 2, 3, 4, 5, 6, 7, 8}, 12);

  const Tensor x = drawn({1, 5, 15, 15}).requires_grad_(), weight = drawn({8, 5, 3, 3});
  const Tensor y = conv2d(x, weight, {.padding = 1});
  CHECK(y.shape() == Shape{1, 8, 15, 15});
  sum(y).backward();
  CHECK(x.grad().shape() == Shape{1, 5, 15, 15});
}

// The shapes of DeZero's tests of convolution: strides and paddings that differ by axis, and a kernel that is no
// square.
TEST_CASE("DeZero's tests: convolutions are products with the columns of im2col") {
  const auto distance = [](const Tensor& a, const Tensor& b) {
    REQUIRE(a.shape() == b.shape());
    return amax(abs(a - b)).item();
  };
  const Tensor square = drawn({1, 5, 15, 15}), weight = drawn({8, 5, 3, 3});
  CHECK(distance(conv2d(square, weight, {.padding = 1}), conv2d_simple(square, weight, {.padding = 1}, {15, 15})) <
        1e-12);
  CHECK(distance(conv2d(square, weight, {.stride = {3, 1}, .padding = {2, 1}}),
                 conv2d_simple(square, weight, {.stride = {3, 1}, .padding = {2, 1}}, {6, 15})) < 1e-12);
  const Tensor tall = drawn({1, 5, 20, 15}), kernel = drawn({3, 5, 5, 3}), bias = drawn({3});
  CHECK(distance(conv2d(tall, kernel, bias, {.padding = 3}),
                 conv2d_simple(tall, kernel, {.padding = 3}, {22, 19}) + reshape(bias, {3, 1, 1})) < 1e-12);
}

TEST_CASE("DeZero's tests: a deconvolution is the transpose of its convolution") {
  const Tensor x = drawn({10, 1, 5, 10}), weight = drawn({1, 3, 10, 10});
  const Tensor up = conv_transpose2d(x, weight, {.stride = 5, .padding = 5});
  CHECK(up.shape() == Shape{10, 3, 20, 45});
  const Tensor image = drawn(up.shape());
  const double forth = vdot(up, image).item();
  const double back = vdot(x, conv2d(image, weight, {.stride = 5, .padding = 5})).item();
  books::check_number(back, forth, 1e-12);
}
