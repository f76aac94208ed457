// Images with their channels last in memory: the same values as any others, whatever they go through.

#include <autograd/kernels/onednn.hpp>
#include <autograd/ops/channels_last.hpp>

#include <doctest/doctest.h>

#include <xtape.hpp>

using namespace xtape;

namespace {

Tensor image(const Shape& shape, std::uint64_t seed = 1) {
  manual_seed(seed);
  return randn(shape);
}

double distance(const Tensor& a, const Tensor& b) {
  CHECK(a.shape() == b.shape());
  return amax(abs(astype(a, float64) - astype(b, float64))).item();
}

// f of the image in both orders; the gradients of its weighted sum, too.
void check_same(const char* what, const Shape& shape, const std::function<Tensor(const Tensor&)>& f) {
  CAPTURE(what);
  const Tensor plain = image(shape).requires_grad_(), last = channels_last(plain.detach()).requires_grad_();
  const Tensor a = f(plain), b = f(last);
  CHECK(distance(a, b) < 1e-5);
  const Tensor weights = image(a.shape(), 2);
  sum(a * weights).backward();
  sum(b * weights).backward();
  CHECK(distance(plain.grad(), last.grad()) < 1e-5);
}

}  // namespace

TEST_CASE("channels_last changes the memory and not the values") {
  const Tensor x = image({2, 3, 4, 5}), y = channels_last(x);
  CHECK(!is_channels_last(x));
  CHECK(is_channels_last(y));
  CHECK(y.strides() == Strides({60, 1, 15, 3}));
  CHECK(distance(x, y) == 0.0);
  CHECK(channels_last(y).is_same(y));
  CHECK(is_channels_last(image({2, 1, 4, 5})));
  CHECK(!is_channels_last(image({2, 3})));
  CHECK(distance(rows_of_channels(y), reshape(transpose(x, {0, 2, 3, 1}), {40, 3})) == 0.0);
  CHECK(rows_of_channels(y).storage().get() == y.storage().get());
}

TEST_CASE("elementwise operations keep the order of operands that lie alike") {
  const Tensor x = channels_last(image({2, 3, 4, 5}));
  CHECK(is_channels_last(relu(x)));
  CHECK(is_channels_last(x * 2.0 + x));
  CHECK(is_channels_last(x + ones({3, 1, 1})));
  CHECK((x + image({2, 3, 4, 5})).is_contiguous());
  CHECK(relu(view(x, {xt::all(), xt::range(0, 2)})).is_contiguous());  // a view with gaps
  CHECK(is_channels_last(astype(x > 0.0, float32)) == false);
  check_same("relu", {2, 3, 4, 5}, [](const Tensor& t) { return relu(t); });
  check_same("tanh of a sum", {2, 3, 4, 5}, [](const Tensor& t) { return tanh(t + t * ones({3, 1, 1})); });
  check_same("with another order", {2, 3, 4, 5}, [](const Tensor& t) { return t * image({2, 3, 4, 5}, 3) + t; });
  check_same("one channel", {2, 1, 4, 5}, [](const Tensor& t) { return sigmoid(t) * t; });
  const Tensor matrix = transpose(image({3, 4}));
  CHECK(!(matrix * 2.0).is_contiguous());
  CHECK(distance(matrix * matrix, transpose(image({3, 4}) * image({3, 4}))) == 0.0);
}

TEST_CASE("what an operation writes over keeps its order") {
  Tensor x = channels_last(image({2, 3, 4, 5}));
  const Tensor expected = exp(image({2, 3, 4, 5})) * 2.0;
  CHECK(distance(exp(std::move(x)) * 2.0, expected) < 1e-6);
}

TEST_CASE("pooling agrees in both orders") {
  check_same("max", {2, 3, 6, 5}, [](const Tensor& t) { return max_pool2d(t, 2); });
  check_same("max, overlapping", {2, 3, 6, 5},
             [](const Tensor& t) { return max_pool2d(t, 3, {.stride = 2, .padding = 1, .ceil_mode = true}); });
  check_same("max, dilated", {2, 3, 6, 5},
             [](const Tensor& t) { return max_pool2d(t, 2, {.stride = 1, .dilation = 2}); });
  check_same("average", {2, 3, 6, 5}, [](const Tensor& t) { return avg_pool2d(t, 3, {.stride = 2, .padding = 1}); });
  check_same("adaptive", {2, 3, 6, 5}, [](const Tensor& t) { return adaptive_avg_pool2d(t, {4, 2}); });
  check_same("adaptive max", {2, 3, 6, 5}, [](const Tensor& t) { return adaptive_max_pool2d(t, {4, 2}); });
  CHECK(is_channels_last(max_pool2d(channels_last(image({2, 3, 6, 5})), 2)));
  const Tensor x = image({2, 3, 6, 5});
  CHECK(distance(max_pool2d_with_indices(x, 2).second, max_pool2d_with_indices(channels_last(x), 2).second) == 0.0);
  Tensor with_nan = x.clone();
  view(with_nan, {1, 2, 3, 2}).assign(Tensor(std::nan("")));
  const Tensor a = max_pool2d(with_nan, 2), b = max_pool2d(channels_last(with_nan), 2);
  CHECK(all(equal(isnan(a), isnan(b))).item<bool>());
  CHECK(sum(astype(isnan(b), int64)).item<std::int64_t>() == 1);
}

TEST_CASE("other operations read such images as any strided tensor") {
  const Shape shape{2, 4, 6, 5};
  check_same("flatten", shape, [](const Tensor& t) { return flatten(t, 1); });
  check_same("sum", shape, [](const Tensor& t) { return sum(t, {0, 2, 3}); });
  check_same("mean over places", shape, [](const Tensor& t) { return mean(t, {2, 3}, keep_dims); });
  check_same("softmax", shape, [](const Tensor& t) { return softmax(t, 1); });
  check_same("batch_norm", shape,
             [](const Tensor& t) { return batch_norm(t, ones({4}), zeros({4}), {.training = true}); });
  check_same("group_norm", shape, [](const Tensor& t) { return group_norm(t, 2); });
  check_same("concatenate", shape, [](const Tensor& t) { return concatenate({t, t * 2.0}, 1); });
  check_same("slice", shape, [](const Tensor& t) { return view(t, {xt::all(), xt::range(1, 3), 2}); });
  check_same("interpolate", shape, [](const Tensor& t) { return interpolate(t, {.scale_factor = 2.0}); });
  check_same("pad", shape, [](const Tensor& t) { return pad(t, {{0, 0}, {0, 0}, {1, 1}, {2, 0}}); });
  check_same("cumsum", shape, [](const Tensor& t) { return cumsum(t, 2); });
  check_same("sort", shape, [](const Tensor& t) { return sort(t, 1); });
}

TEST_CASE("gradients of leaves are contiguous, whatever order they arrive in") {
  const Tensor w = image({2, 3, 4, 5}).requires_grad_();
  sum(relu(channels_last(w) * 2.0)).backward();
  CHECK(w.grad().is_contiguous());
}

TEST_CASE("convolutions of float32 agree with those of float64") {
  struct Case {
    Shape x, w;
    ConvOptions options;
  };
  const Case cases[] = {
      {{2, 1, 9, 8}, {6, 1, 5, 5}, {}},
      {{3, 16, 9, 8}, {32, 16, 3, 3}, {.padding = 1}},
      {{2, 5, 9, 8}, {7, 5, 3, 2}, {.stride = {2, 1}, .padding = {1, 0}}},
      {{2, 16, 10, 10}, {16, 16, 3, 3}, {.stride = 2, .padding = 1}},  // the last row is read by no window
      {{2, 8, 12, 9}, {4, 8, 3, 3}, {.padding = 2, .dilation = 2}},
      {{2, 6, 7, 7}, {9, 2, 3, 3}, {.padding = 1, .groups = 3}},
      {{2, 16, 7, 7}, {16, 1, 3, 3}, {.padding = 1, .groups = 16}},
      {{2, 12, 5, 6}, {20, 12, 1, 1}, {}},
      {{1, 3, 4, 4}, {2, 3, 4, 4}, {}},
      // Single images that are worth several threads: each computes a band of the result.
      {{1, 16, 29, 24}, {32, 16, 3, 3}, {.padding = 1}},
      {{1, 16, 40, 33}, {32, 16, 3, 3}, {.stride = 2, .padding = 1}},
      {{1, 16, 31, 28}, {16, 16, 3, 3}, {.padding = 4, .dilation = 3}},
      {{1, 16, 24, 24}, {16, 16, 2, 5}, {.stride = {3, 1}, .padding = {0, 2}}},
      {{1, 16, 2, 99}, {32, 16, 5, 5}, {.padding = 4}},  // places that read nothing but padding
      {{1, 32, 28, 24}, {32, 1, 3, 3}, {.padding = 1, .groups = 32}},
  };
  for (const Case& test : cases) {
    const Shape &x_shape = test.x, &w_shape = test.w;
    const ConvOptions& options = test.options;
    CAPTURE(to_string(x_shape));
    CAPTURE(to_string(w_shape));
    const auto run = [&, x = image(x_shape), w = image(w_shape, 2), b = image({w_shape[0]}, 3)](DType dtype) {
      const Tensor in = astype(x, dtype).clone().requires_grad_(), weight = astype(w, dtype).clone().requires_grad_(),
                   bias = astype(b, dtype).clone().requires_grad_();
      const Tensor y = conv2d(in, weight, bias, options);
      sum(y * astype(image(y.shape(), 4), dtype)).backward();
      return Tensors{y,
                     in.grad(),
                     weight.grad(),
                     bias.grad(),
                     conv2d(in, weight, options),
                     conv_transpose2d(y, weight, {.stride = options.stride, .groups = options.groups})};
    };
    const Tensors small = run(float32), exact = run(float64);
    for (std::size_t i = 0; i < small.size(); ++i) {
      CAPTURE(i);
      CHECK(distance(small[i], exact[i]) < 2e-5 * std::max(1.0, amax(abs(exact[i])).item()));
    }
  }
}
