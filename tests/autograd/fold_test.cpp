// Values and errors of unfold and fold; their gradients are in op_table_test.cpp.

#include <doctest/doctest.h>

#include <xtape.hpp>

#include <expectations.hpp>

using namespace xtape;

namespace {

bool close(const Tensor& a, const Tensor& b) { return a.shape() == b.shape() && amax(abs(a - b)).item() <= 1e-12; }

Tensor pattern(const Shape& shape) {
  Tensor result = Tensor::uninitialized(shape, float64);
  auto* values = static_cast<double*>(result.mutable_data());
  for (std::size_t i = 0; i < result.size(); ++i) values[i] = static_cast<int>(i) * 7 % 11 - 5;
  return result;
}

}  // namespace

TEST_CASE("unfold and fold have PyTorch's values") {
  // torch.nn.functional of PyTorch 1.13.1 on the same pattern.
  const Tensor columns = unfold(pattern({1, 2, 3, 3}), 2, {.stride = 2, .padding = {1, 0}});
  CHECK(close(columns,
              reshape(Tensor(xt::xarray<double>{0, 5, 0, 1, -5, 4, 2, 0, 0, 2, 0, -2, 3, 1, -1, -3}), {1, 8, 2})));
  CHECK(close(fold(pattern({1, 4, 6}), {3, 4}, 2),
              reshape(Tensor(xt::xarray<double>{-5, 6, -2, -4, 7, 2, -3, -2, 1, -4, -1, 2}), {1, 1, 3, 4})));
}

TEST_CASE("unfold makes a convolution a matrix product, and fold undoes it where windows do not overlap") {
  random::Generator generator(5);
  const Tensor x = randn({3, 4, 11, 9}, {.dtype = float64}, generator);
  const Tensor w = randn({5, 4, 3, 2}, {.dtype = float64}, generator);
  const Tensor y = conv2d(x, w, {.stride = {1, 2}, .padding = {2, 1}, .dilation = {2, 1}});
  const Tensor columns = unfold(x, {3, 2}, {.stride = {1, 2}, .padding = {2, 1}, .dilation = {2, 1}});
  const Tensor product = reshape(matmul(reshape(w, {5, -1}), columns), y.shape());
  CHECK(amax(abs(product - y)).item() < 1e-12);

  const Tensor image = randn({2, 3, 8, 8}, {}, generator);
  CHECK(identical(fold(unfold(image, 2, {.stride = 2}), {8, 8}, 2, {.stride = 2}), image));
  CHECK(identical(unfold(view(image, {0}), 3), view(unfold(image, 3), {0}).contiguous()));
}

TEST_CASE("unfold copies any dtype, and fold sums integers as int64") {
  const Tensor bytes = astype(reshape(arange(9.0), {1, 3, 3}), uint8);
  CHECK(unfold(bytes, 2).dtype() == uint8);
  CHECK(unfold(bytes, 2).item(4) == 1.0);
  CHECK(unfold(bytes > 3, 2).dtype() == boolean);
  const Tensor counts = fold(ones({4, 4}, {.dtype = boolean}), {3, 3}, 2);
  CHECK(counts.dtype() == int64);
  CHECK(counts.item<std::int64_t>(4) == 4);
}

TEST_CASE("unfold and fold say what does not fit") {
  const auto says = [](const auto& call, std::initializer_list<const char*> parts) {
    check_says(message_of<ShapeError>(call), parts);
  };
  says([] { unfold(zeros({3, 3}), 2); }, {"unfold", "(3, 3)", "(N, C, H, W) or (C, H, W)"});
  says([] { unfold(zeros({1, 3, 3}), 4); }, {"unfold", "(4, 4)", "(1, 3, 3)"});
  says([] { unfold(zeros({1, 3, 3}), 0); }, {"kernel {0}", "at least 1"});
  says([] { unfold(zeros({1, 3, 3}), 2, {.stride = 0}); }, {"stride {0}"});
  says([] { fold(zeros({1, 5, 4}), 3, 2); }, {"fold", "(1, 5, 4)", "C * 4"});
  says([] { fold(zeros({1, 4, 5}), 3, 2); }, {"fold", "5 places", "has 4", "(1, 4, 4)"});
  says([] { fold(zeros({4}), 3, 2); }, {"fold", "(4,)"});
  says([] { fold(zeros({4, 4}), {1, 3}, 2); }, {"fold", "(2, 2)", "(1, 3)"});
}
