// What a Profiler says that operations move and compute.

#include <doctest/doctest.h>

#include <profiled.hpp>
#include <xtape.hpp>

using namespace profiled;
using namespace xtape;

using Event = Profiler::Event;

TEST_CASE("bytes are each input and each result once") {
  const Tensor x = randn({4, 3}), row = randn({3}), grown = broadcast_to(randn({4, 1}), {4, 3});
  CHECK(row_after("relu", [&] { relu(x); }).bytes == 2 * 12 * 4);
  CHECK(row_after("relu", [&] { relu(astype(x, float64)); }).bytes == 2 * 12 * 8);
  CHECK(row_after("add", [&] { x + row; }).bytes == (12 + 3 + 12) * 4);
  CHECK(row_after("add", [&] { x + grown; }).bytes == (12 + 4 + 12) * 4);
  CHECK(row_after("add", [&] { x + 1.0; }).bytes == (12 + 12) * 4);
  CHECK(row_after("greater", [&] { return x > 0.0; }).bytes == 12 * 4 + 12);
  CHECK(row_after("sum", [&] { sum(x, {0}); }).bytes == (12 + 3) * 4);
  CHECK(row_after("matmul", [&] { matmul(x, ones({3, 2})); }).bytes == (12 + 6 + 8) * 4);
  CHECK(row_after("astype", [&] { astype(x, int64); }).bytes == 12 * (4 + 8));
  CHECK(row_after("concatenate", [&] { concatenate({x, x}); }).bytes == 2 * 24 * 4);
  CHECK(row_after("embedding", [&] {
          embedding(randn({100, 3}), Tensor(xt::xarray<std::int64_t>{1, 5}));
        }).bytes == 2 * 8 + 2 * 6 * 4);
}

TEST_CASE("a view moves no bytes, a copy does") {
  const Tensor x = randn({4, 3});
  Profiler profiler;
  transpose(x);
  reshape(x, {12});
  broadcast_to(x, {5, 4, 3});
  view(x, {1});
  for (const Event& event : profiler.events()) {
    INFO(event.name);
    CHECK(event.bytes == 0);
    CHECK(event.flops == 0);
  }
  CHECK(profiler.events().size() == 4);
  CHECK(row_after("reshape", [&] { reshape(transpose(x), {12}); }).bytes == 2 * 12 * 4);
  CHECK(row_after("clone", [&] { x.clone(); }).bytes == 2 * 12 * 4);
}

TEST_CASE("an elementwise rule reads what its formula names, and one that passes on moves nothing") {
  const Tensor x = randn({4, 3}).requires_grad_();
  const auto backward_of = [](const std::string& name, const Tensor& y) {
    return row_after(name + " backward", [&] { y.backward(ones(y.shape())); });
  };
  CHECK(backward_of("relu", relu(x)).bytes == 3 * 12 * 4);  // g, y, and the gradient
  CHECK(backward_of("relu", relu(x)).flops == 12);
  CHECK(backward_of("neg", -x).bytes == 2 * 12 * 4);
  CHECK(backward_of("add", x + 1.0).bytes == 0);
  CHECK(backward_of("add", x + 1.0).flops == 0);
  CHECK(backward_of("transpose", transpose(x)).bytes == 0);
}

TEST_CASE("flops of products are two for each multiplication") {
  const Tensor x = randn({5, 3}).requires_grad_(), weight = randn({2, 3}).requires_grad_(),
               bias = randn({2}).requires_grad_();
  CHECK(row_after("matmul", [&] { matmul(x, transpose(weight)); }).flops == 2 * 5 * 3 * 2);
  CHECK(row_after("matmul", [&] { matmul(randn({4, 5, 3}), randn({4, 3, 2})); }).flops == 4 * 2 * 5 * 3 * 2);
  CHECK(row_after("matmul", [&] { matmul(randn({4, 5, 3}), randn({3, 2})); }).flops == 4 * 2 * 5 * 3 * 2);
  CHECK(row_after("matmul", [&] { matmul(randn({5, 3}), randn({4, 3, 2})); }).flops == 4 * 2 * 5 * 3 * 2);
  CHECK(row_after("matmul", [&] { einsum("ij,jk->ik", {randn({5, 3}), randn({3, 2})}); }).flops == 2 * 5 * 3 * 2);
  Profiler profiler;
  linear(x, weight, bias).backward(ones({5, 2}));
  CHECK(row_of(profiler, "linear").flops == 2 * 5 * 3 * 2);
  // Two products, and the sum over the 10 elements of the bias's gradient.
  CHECK(row_of(profiler, "linear backward").flops == 2 * (2 * 5 * 3 * 2) + 10);
}

TEST_CASE("flops of convolutions are the same for the values and for each gradient") {
  const Tensor x = randn({2, 4, 8, 7}).requires_grad_(), w = randn({6, 2, 3, 3}).requires_grad_();
  constexpr std::size_t output = 2 * 6 * 6 * 5, one = 2 * output * (2 * 3 * 3);
  Profiler profiler;
  conv2d(x, w, {.groups = 2}).backward(ones({2, 6, 6, 5}));
  CHECK(row_of(profiler, "conv2d").flops == one);
  CHECK(row_of(profiler, "conv2d").bytes == (x.size() + w.size() + output) * 4);
  CHECK(row_of(profiler, "conv_transpose2d").flops == one);
  CHECK(row_of(profiler, "conv2d_weight_gradient").flops == one);
  CHECK(row_of(profiler, "conv2d backward").flops == 2 * one);
}

TEST_CASE("flops of attention are those of its products") {
  const Tensor q = randn({2, 3, 5, 4}).requires_grad_(), k = randn({2, 3, 7, 4}).requires_grad_(),
               v = randn({2, 3, 7, 6}).requires_grad_();
  constexpr std::size_t products = 2 * (2 * 3 * 5 * 7) * (4 + 6);
  Profiler profiler;
  sum(scaled_dot_product_attention(q, k, v)).backward();
  CHECK(row_of(profiler, "attention").flops == products);
  CHECK(row_of(profiler, "attention").bytes == (q.size() + k.size() + v.size() + 2 * 3 * 5 * 6) * 4);
  CHECK(row_of(profiler, "attention backward").flops == 2 * products);
  const Tensor qkv = randn({2, 5, 3 * 12}).requires_grad_();
  CHECK(row_after("packed_attention", [&] { packed_attention(qkv, 3); }).flops == 2 * (2 * 3 * 5 * 5) * (4 + 4));
}

TEST_CASE("flops of an lstm are those of the products with both weights") {
  constexpr std::size_t steps = 4, batch = 2, in = 3, hidden = 5;
  nn::LSTM lstm(in, hidden);
  const Tensor x = randn({steps, batch, in}).requires_grad_();
  constexpr std::size_t input = 2 * steps * batch * in * 4 * hidden, state = 2 * steps * batch * hidden * 4 * hidden;
  Profiler profiler;
  const Tensor y = lstm(x).y;
  CHECK(row_of(profiler, "lstm").flops == input + state);
  sum(y).backward();
  // The gradients of both arguments of both products, and the sum over the gates for the biases.
  CHECK(row_of(profiler, "lstm backward").flops == 2 * (input + state) + steps * batch * 4 * hidden);
}

TEST_CASE("elementwise operations count an element of the result, sums one of the input") {
  const Tensor x = randn({4, 3});
  CHECK(row_after("tanh", [&] { tanh(x); }).flops == 12);
  CHECK(row_after("multiply", [&] { x* randn({5, 4, 3}); }).flops == 60);
  CHECK(row_after("sum", [&] { sum(x, {1}); }).flops == 12);
  CHECK(row_after("amax", [&] { amax(x); }).flops == 12);
  CHECK(row_after("norm", [&] { norm(x); }).flops == 12);
  CHECK(row_after("softmax", [&] { softmax(x, 1); }).flops == 0);
  CHECK(row_after("clone", [&] { x.clone(); }).flops == 0);
}

TEST_CASE("allocated memory is that of new buffers") {
  const Tensor x = randn({1024});
  CHECK(row_after("exp", [&] { exp(x); }).allocated == 4096);
  CHECK(row_after("reshape", [&] { reshape(x, {32, 32}); }).allocated == 0);
}
