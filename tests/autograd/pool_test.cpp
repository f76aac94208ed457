// Values and errors of pooling; the gradients by differences are in op_table_test.cpp.

#include <doctest/doctest.h>

#include <xtape.hpp>

#include <cmath>
#include <cstdio>
#include <expectations.hpp>
#include <limits>

using namespace xtape;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity(),
                 not_a_number = std::numeric_limits<double>::quiet_NaN();

// (7 i) mod 11 - 5: the input that PyTorch was given, too.
Tensor pattern(const Shape& shape) {
  Tensor result = Tensor::uninitialized(shape, float64);
  auto* values = static_cast<double*>(result.mutable_data());
  for (std::size_t i = 0; i < result.size(); ++i) values[i] = static_cast<int>(i) * 7 % 11 - 5;
  return result;
}

void check_values(const Tensor& y, const Shape& shape, std::initializer_list<double> values) {
  REQUIRE(y.shape() == shape);
  REQUIRE(y.size() == values.size());
  std::ptrdiff_t i = 0;
  for (double value : values) CHECK(y.item(i++) == doctest::Approx(value).epsilon(1e-14));
}

struct Axis {
  int input, kernel, stride, padding, dilation, output;
};

// By PyTorch's documentation; false where the window does not fit, or might see padding alone.
bool complete(Axis& a, bool ceil_mode) {
  const int way = a.input + 2 * a.padding - a.dilation * (a.kernel - 1) - 1;
  if (way < 0 || a.padding > a.kernel / 2) return false;
  a.output = static_cast<int>(ceil_mode ? std::ceil(way / static_cast<double>(a.stride))
                                        : std::floor(way / static_cast<double>(a.stride))) +
             1;
  while ((a.output - 1) * a.stride >= a.input + a.padding) --a.output;
  for (int o = 0; o < a.output; ++o) {
    bool any_inside = false;
    for (int k = 0; k < a.kernel; ++k) {
      const int i = o * a.stride + k * a.dilation - a.padding;
      any_inside = any_inside || (i >= 0 && i < a.input);
    }
    if (!any_inside) return false;
  }
  return true;
}

// Calls element(place in x) for what the window at (p, q) reads of one plane; gives the count with the padding.
template <class F>
int walk_window(const Axis& a, const Axis& b, int p, int q, const F& element) {
  int counted = 0;
  for (int k = 0; k < a.kernel; ++k) {
    for (int l = 0; l < b.kernel; ++l) {
      const int i = p * a.stride + k * a.dilation - a.padding, j = q * b.stride + l * b.dilation - b.padding;
      if (i >= a.input + a.padding || j >= b.input + b.padding) continue;  // beyond even the padding
      ++counted;
      if (i >= 0 && i < a.input && j >= 0 && j < b.input) element(i * b.input + j);
    }
  }
  return counted;
}

Axis random_axis(random::Generator& generator, bool dilated, bool ceil_mode) {
  const auto below = [&](std::uint64_t count) { return static_cast<int>(generator.below(count)); };
  Axis a{};
  do a = {1 + below(9), 1 + below(4), 1 + below(4), below(3), dilated ? 1 + below(3) : 1, 0};
  while (!complete(a, ceil_mode));
  return a;
}

std::size_t unsigned_of(int number) { return static_cast<std::size_t>(number); }

}  // namespace

TEST_CASE("max pooling of every geometry agrees with a plain loop, values, places and gradient") {
  random::Generator generator(21);
  for (int round = 0; round < 200; ++round) {
    const bool ceil_mode = generator.below(2) == 1;
    const Axis a = random_axis(generator, true, ceil_mode), b = random_axis(generator, true, ceil_mode);
    INFO("rows " << a.input << " / " << a.kernel << " stride " << a.stride << " padding " << a.padding << " dilation "
                 << a.dilation << ", columns " << b.input << " / " << b.kernel << ", ceil_mode " << ceil_mode);
    const Tensor x = randn({2, 3, unsigned_of(a.input), unsigned_of(b.input)}, {}, generator).requires_grad_();
    const auto [values, places] = max_pool2d_with_indices(x, {a.kernel, b.kernel},
                                                          {.stride = {a.stride, b.stride},
                                                           .padding = {a.padding, b.padding},
                                                           .dilation = {a.dilation, b.dilation},
                                                           .ceil_mode = ceil_mode});
    REQUIRE(values.shape() == Shape{2, 3, unsigned_of(a.output), unsigned_of(b.output)});
    const Tensor upstream = randn(values.shape(), {}, generator);
    const Tensor gradient = grad(values, x, {.gradient = upstream});
    std::vector<float> expected(x.size());
    std::size_t out = 0;
    bool same = true;
    for (int plane = 0; plane < 6; ++plane) {
      const float* from = x.data<float>() + plane * a.input * b.input;
      for (int p = 0; p < a.output; ++p) {
        for (int q = 0; q < b.output; ++q, ++out) {
          int best = -1;
          walk_window(a, b, p, q, [&](int place) { best = best < 0 || from[place] > from[best] ? place : best; });
          same = same && values.data<float>()[out] == from[best] && places.data<std::int64_t>()[out] == best;
          expected[unsigned_of(plane * a.input * b.input + best)] += upstream.data<float>()[out];
        }
      }
    }
    CHECK(same);
    CHECK(std::equal(expected.begin(), expected.end(), gradient.data<float>()));
  }
}

TEST_CASE("average pooling of every geometry agrees with a plain loop, values and gradient") {
  random::Generator generator(22);
  for (int round = 0; round < 200; ++round) {
    const bool ceil_mode = generator.below(2) == 1, include = generator.below(2) == 1;
    const Axis a = random_axis(generator, false, ceil_mode), b = random_axis(generator, false, ceil_mode);
    INFO("rows " << a.input << " / " << a.kernel << " stride " << a.stride << " padding " << a.padding << ", columns "
                 << b.input << " / " << b.kernel << ", ceil_mode " << ceil_mode << ", include " << include);
    const Tensor x =
        randn({2, unsigned_of(a.input), unsigned_of(b.input)}, {.dtype = float64}, generator).requires_grad_();
    const Tensor y = avg_pool2d(x, {a.kernel, b.kernel},
                                {.stride = {a.stride, b.stride},
                                 .padding = {a.padding, b.padding},
                                 .ceil_mode = ceil_mode,
                                 .count_include_pad = include});
    REQUIRE(y.shape() == Shape{2, unsigned_of(a.output), unsigned_of(b.output)});
    const Tensor upstream = randn(y.shape(), {.dtype = float64}, generator);
    const Tensor gradient = grad(y, x, {.gradient = upstream});
    std::vector<double> expected(x.size());
    std::size_t out = 0;
    double error = 0.0;
    for (int plane = 0; plane < 2; ++plane) {
      const int first = plane * a.input * b.input;
      for (int p = 0; p < a.output; ++p) {
        for (int q = 0; q < b.output; ++q, ++out) {
          double total = 0.0;
          int inside = 0;
          const int counted = walk_window(a, b, p, q, [&](int place) {
            total += x.data<double>()[first + place];
            ++inside;
          });
          const double divisor = include ? counted : inside;
          error = std::max(error, std::abs(y.data<double>()[out] - total / divisor));
          walk_window(a, b, p, q, [&](int place) {
            expected[unsigned_of(first + place)] += upstream.data<double>()[out] / divisor;
          });
        }
      }
    }
    for (std::size_t i = 0; i < expected.size(); ++i) {
      error = std::max(error, std::abs(expected[i] - gradient.data<double>()[i]));
    }
    CHECK(error < 1e-12);
  }
}

TEST_CASE("pooling has PyTorch's values") {
  // torch.nn.functional of PyTorch 1.13.1, float64, on the same pattern.
  const Tensor x = pattern({1, 1, 5, 6}), line = pattern({1, 1, 8});
  check_values(max_pool2d(x, 3, {.stride = 2}), {1, 1, 2, 2}, {5, 5, 5, 5});
  const auto [padded, places] = max_pool2d_with_indices(x, 3, {.stride = 2, .padding = 1, .ceil_mode = true});
  check_values(padded, {1, 1, 3, 4}, {4, 5, 5, -3, 4, 5, 4, 4, 5, 5, 4, 2});
  check_values(places, {1, 1, 3, 4}, {6, 3, 3, 5, 6, 14, 17, 17, 25, 25, 28, 23});
  const auto [uneven, uneven_places] =
      max_pool2d_with_indices(pattern({1, 1, 4, 5}), {2, 3}, {.stride = {3, 2}, .padding = {1, 1}, .ceil_mode = true});
  check_values(uneven, {1, 1, 2, 3}, {2, 5, 5, 1, 4, 5});
  check_values(uneven_places, {1, 1, 2, 3}, {1, 3, 3, 15, 17, 14});
  check_values(max_pool2d_with_indices(x, 3, {.stride = 1, .dilation = 2}).second, {1, 1, 1, 2}, {14, 3});
  check_values(max_pool1d(line, 3, {.stride = 2, .padding = 1, .ceil_mode = true}), {1, 1, 5}, {2, 5, 5, 4, 0});

  check_values(avg_pool2d(x, 3, {.stride = 2}), {1, 1, 2, 2},
               {0.0, 0.5555555555555556, 0.8888888888888888, 0.2222222222222222});
  check_values(
      avg_pool2d(x, 3, {.stride = 2, .padding = 1, .ceil_mode = true}), {1, 1, 3, 4},
      {0.1111111111111111, 0.4444444444444444, 0.0, -1.3333333333333333, 0.0, 0.1111111111111111, -0.5555555555555556,
       0.16666666666666666, -0.1111111111111111, 0.1111111111111111, -0.3333333333333333, 0.3333333333333333});
  check_values(avg_pool2d(x, 3, {.stride = 2, .padding = 1, .ceil_mode = true, .count_include_pad = false}),
               {1, 1, 3, 4},
               {0.25, 0.6666666666666666, 0.0, -4.0, 0.0, 0.1111111111111111, -0.5555555555555556, 0.3333333333333333,
                -0.25, 0.16666666666666666, -0.5, 1.0});
  check_values(avg_pool2d(x, 3, {.stride = 3, .ceil_mode = true}), {1, 1, 2, 2}, {0.0, 0.2222222222222222, 0.5, -0.5});
  check_values(avg_pool1d(line, 3, {.stride = 2, .padding = 1, .ceil_mode = true}), {1, 1, 5},
               {-1.0, 1.6666666666666667, 1.0, 0.3333333333333333, 0.0});
  check_values(avg_pool1d(line, 3, {.stride = 2, .padding = 1, .ceil_mode = true, .count_include_pad = false}),
               {1, 1, 5}, {-1.5, 1.6666666666666667, 1.0, 0.3333333333333333, 0.0});

  check_values(adaptive_avg_pool2d(x, {3, 4}), {1, 1, 3, 4},
               {0.25, -1.0, 2.0, -2.0, 0.0, -0.3333333333333333, -1.0, -1.3333333333333333, -0.25, 1.25, -1.25, 0.25});
  check_values(adaptive_max_pool2d(x, {3, 4}), {1, 1, 3, 4}, {4, 2, 5, 1, 4, 5, 3, 4, 5, 5, 4, 4});
  check_values(adaptive_avg_pool1d(pattern({1, 1, 3}), 4), {1, 1, 4}, {-5.0, -1.5, 0.0, -2.0});
  check_values(adaptive_avg_pool1d(pattern({1, 1, 7}), 3), {1, 1, 3},
               {-1.6666666666666667, 1.3333333333333333, 0.6666666666666666});
}

TEST_CASE("max pooling: the first of equal elements gets the gradient, a nan wins, padding never does") {
  const auto pooled = [](std::initializer_list<double> four) {
    const Tensor x = reshape(Tensor(xt::xarray<double>(four)), {1, 2, 2}).detach().requires_grad_();
    const auto [value, place] = max_pool2d_with_indices(x, 2);
    sum(value).backward();
    CHECK(sum(x.grad()).item() == 1.0);
    CHECK(x.grad().item(place.item<std::int64_t>()) == 1.0);
    return std::pair(value.item(), place.item<std::int64_t>());
  };
  CHECK(pooled({1, 3, 3, 3}) == std::pair(3.0, std::int64_t{1}));
  CHECK(pooled({-infinity, -infinity, -infinity, -infinity}) == std::pair(-infinity, std::int64_t{0}));
  const auto [value, place] = pooled({1.0, not_a_number, infinity, 5.0});
  CHECK(std::isnan(value));
  CHECK(place == 1);
  CHECK(max_pool2d(full({1, 3, 3}, -7.0), 3, {.stride = 1, .padding = 1}).item(0) == -7.0);
}

TEST_CASE("pooling: single images, dtypes, strides and empty batches") {
  random::Generator generator(6);
  const Tensor image = randn({2, 4, 9, 9}, {}, generator);
  CHECK(max_pool2d(image, 3, {.stride = 2}).shape() == Shape{2, 4, 4, 4});
  CHECK(avg_pool2d(image, 3).shape() == Shape{2, 4, 3, 3});
  CHECK(identical(max_pool2d(view(image, {1}), 2), view(max_pool2d(image, 2), {1}).contiguous()));
  CHECK(identical(avg_pool2d(transpose(image), 2), avg_pool2d(transpose(image).contiguous(), 2)));
  CHECK(max_pool2d(ones({1, 4, 4}, {.dtype = uint8}), 2).dtype() == uint8);
  CHECK(max_pool1d(Tensor(xt::xarray<std::int64_t>{{1, 5, 2, 3}}), 2).item<std::int64_t>(1) == 3);
  CHECK(max_pool1d(Tensor(xt::xarray<bool>{{true, false, false, false}}), 2).item<bool>(0));
  CHECK(avg_pool1d(Tensor(xt::xarray<std::int64_t>{{1, 4}}), 2).item() == 2.5);
  CHECK(adaptive_avg_pool2d(image, 1).shape() == Shape{2, 4, 1, 1});
  CHECK(adaptive_max_pool1d(view(image, {0}), 4).shape() == Shape{4, 9, 4});
  CHECK(max_pool2d(zeros({0, 4, 9, 9}), 3).shape() == Shape{0, 4, 3, 3});
  CHECK(adaptive_avg_pool1d(zeros({2, 0, 5}), 2).shape() == Shape{2, 0, 2});
}

TEST_CASE("a gradient through places that were changed since is refused") {
  const Tensor x = randn({1, 4, 4}).requires_grad_();
  const auto [values, places] = max_pool2d_with_indices(x, 2);
  places.assign(Tensor(1000000));
  CHECK_THROWS_AS(sum(values).backward(), GradError);
}

TEST_CASE("pooling says what does not fit") {
  const Tensor x = zeros({2, 4, 9, 9});
  const auto says = [](const auto& call, std::initializer_list<const char*> parts) {
    check_says(message_of<ShapeError>(call), parts);
  };
  says([&] { max_pool2d(zeros({9, 9}), 2); }, {"max_pool2d", "(9, 9)", "(N, C, H, W) or (C, H, W)"});
  says([&] { avg_pool1d(x, 2); }, {"avg_pool1d", "(N, C, L) or (C, L)"});
  says([&] { max_pool2d(x, 10); }, {"max_pool2d", "(10, 10)", "(2, 4, 9, 9)"});
  says([&] { avg_pool2d(x, 10); }, {"avg_pool2d", "(10, 10)"});
  says([&] { max_pool2d(x, 0); }, {"kernel {0}", "at least 1"});
  says([&] { max_pool2d(x, 2, {.stride = {1, 0}}); }, {"stride {1, 0}", "at least 1"});
  says([&] { max_pool2d(x, 2, {.padding = -1}); }, {"padding {-1}", "at least 0"});
  says([&] { max_pool2d(x, 2, {.dilation = 0}); }, {"dilation {0}"});
  says([&] { max_pool2d(x, {2, 2, 2}); }, {"kernel {2, 2, 2}", "2 spatial axes"});
  says([&] { avg_pool2d(x, 3, {.padding = 2}); }, {"padding (2, 2)", "kernel of (3, 3)", "at most half"});
  says([&] { max_pool1d(zeros({1, 2}), 2, {.padding = 1, .dilation = 3}); }, {"max_pool1d", "window 0", "padding"});
  says([&] { adaptive_avg_pool2d(x, 0); }, {"adaptive_avg_pool2d", "size {0}", "at least 1"});
  says([&] { adaptive_max_pool1d(zeros({2, 0}), 2); }, {"adaptive_max_pool1d", "no elements", "(2, 0)"});
  says([&] { adaptive_avg_pool1d(zeros({5}), 2); }, {"adaptive_avg_pool1d", "(5,)"});
}
