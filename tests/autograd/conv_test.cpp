// Convolutions against a plain loop over every product, against PyTorch's numbers, and their errors. The gradients by
// differences are in op_table_test.cpp.

#include <doctest/doctest.h>

#include <xtape.hpp>

#include <array>
#include <cstdio>
#include <expectations.hpp>

using namespace xtape;

namespace {

bool close(const Tensor& a, const Tensor& b, double tolerance = 1e-11) {
  return a.shape() == b.shape() && (a.size() == 0 || amax(abs(a - b) / maximum(1.0, abs(b))).item() <= tolerance);
}

// (7 i) mod 11 - 5 and (5 i) mod 7 - 3: the inputs that PyTorch was given, too.
Tensor pattern(const Shape& shape, int factor, int modulus, int shift) {
  Tensor result = Tensor::uninitialized(shape, float64);
  auto* values = static_cast<double*>(result.mutable_data());
  for (std::size_t i = 0; i < result.size(); ++i) values[i] = static_cast<int>(i) * factor % modulus - shift;
  return result;
}
Tensor image_pattern(const Shape& shape) { return pattern(shape, 7, 11, 5); }
Tensor weight_pattern(const Shape& shape) { return pattern(shape, 5, 7, 3); }

struct Axis {
  std::ptrdiff_t input = 1, kernel = 1, stride = 1, padding = 0, dilation = 1, output = 1;
};

// A convolution of images of `axes` axes, which are the last of the three here.
struct Setting {
  std::size_t axes = 2;
  std::ptrdiff_t batch = 1, groups = 1, in = 1, out = 1;  // channels of one group
  std::array<Axis, 3> axis;

  Shape shape(std::ptrdiff_t first, std::ptrdiff_t second, std::ptrdiff_t Axis::*size) const {
    Shape result{static_cast<std::size_t>(first), static_cast<std::size_t>(second)};
    for (std::size_t i = 3 - axes; i < 3; ++i) result.push_back(static_cast<std::size_t>(axis[i].*size));
    return result;
  }
  Shape x_shape() const { return shape(batch, groups * in, &Axis::input); }
  Shape w_shape() const { return shape(groups * out, in, &Axis::kernel); }
  Shape y_shape() const { return shape(batch, groups * out, &Axis::output); }

  std::vector<std::ptrdiff_t> each(std::ptrdiff_t Axis::*number) const {
    std::vector<std::ptrdiff_t> result;
    for (std::size_t i = 3 - axes; i < 3; ++i) result.push_back(axis[i].*number);
    return result;
  }
};

PerAxis per_axis(const std::vector<std::ptrdiff_t>& numbers) {
  if (numbers.size() == 1) return numbers[0];
  if (numbers.size() == 2) return {numbers[0], numbers[1]};
  return {numbers[0], numbers[1], numbers[2]};
}

// Calls product(element of x, element of w, element of y) for every product that the convolution sums.
template <class F>
void for_each_product(const Setting& s, const F& product) {
  const auto& [a, b, c] = s.axis;
  for (std::ptrdiff_t n = 0; n < s.batch; ++n)
    for (std::ptrdiff_t o = 0; o < s.groups * s.out; ++o)
      for (std::ptrdiff_t p = 0; p < a.output; ++p)
        for (std::ptrdiff_t q = 0; q < b.output; ++q)
          for (std::ptrdiff_t r = 0; r < c.output; ++r)
            for (std::ptrdiff_t i = 0; i < s.in; ++i)
              for (std::ptrdiff_t k = 0; k < a.kernel; ++k)
                for (std::ptrdiff_t l = 0; l < b.kernel; ++l)
                  for (std::ptrdiff_t m = 0; m < c.kernel; ++m) {
                    const std::ptrdiff_t u = p * a.stride + k * a.dilation - a.padding;
                    const std::ptrdiff_t v = q * b.stride + l * b.dilation - b.padding;
                    const std::ptrdiff_t w = r * c.stride + m * c.dilation - c.padding;
                    if (u < 0 || u >= a.input || v < 0 || v >= b.input || w < 0 || w >= c.input) continue;
                    const std::ptrdiff_t channel = n * s.groups * s.in + o / s.out * s.in + i;
                    product(((channel * a.input + u) * b.input + v) * c.input + w,
                            (((o * s.in + i) * a.kernel + k) * b.kernel + l) * c.kernel + m,
                            (((n * s.groups * s.out + o) * a.output + p) * b.output + q) * c.output + r);
                  }
}

template <class F>
Tensor summed(const Setting& s, const Shape& shape, const F& term) {
  Tensor result = zeros(shape, {.dtype = float64});
  auto* to = static_cast<double*>(result.mutable_data());
  for_each_product(s, [&](std::ptrdiff_t x, std::ptrdiff_t w, std::ptrdiff_t y) { term(to, x, w, y); });
  return result;
}

Tensor random_tensor(const Shape& shape, random::Generator& generator) {
  return randn(shape, {.dtype = float64}, generator);
}

Tensor run(const Setting& s, const Tensor& x, const Tensor& w, const Tensor& bias) {
  const ConvOptions options{.stride = per_axis(s.each(&Axis::stride)),
                            .padding = per_axis(s.each(&Axis::padding)),
                            .dilation = per_axis(s.each(&Axis::dilation)),
                            .groups = static_cast<std::size_t>(s.groups)};
  return s.axes == 1   ? conv1d(x, w, bias, options)
         : s.axes == 2 ? conv2d(x, w, bias, options)
                       : conv3d(x, w, bias, options);
}

Tensor run_transposed(const Setting& s, const Tensor& y, const Tensor& w, const Tensor& bias) {
  std::vector<std::ptrdiff_t> more;
  for (const Axis& a : s.axis) {
    more.push_back(a.input - ((a.output - 1) * a.stride - 2 * a.padding + a.dilation * (a.kernel - 1) + 1));
  }
  more.erase(more.begin(), more.end() - static_cast<std::ptrdiff_t>(s.axes));
  const ConvTransposeOptions options{.stride = per_axis(s.each(&Axis::stride)),
                                     .padding = per_axis(s.each(&Axis::padding)),
                                     .output_padding = per_axis(more),
                                     .groups = static_cast<std::size_t>(s.groups),
                                     .dilation = per_axis(s.each(&Axis::dilation))};
  return s.axes == 1   ? conv_transpose1d(y, w, bias, options)
         : s.axes == 2 ? conv_transpose2d(y, w, bias, options)
                       : conv_transpose3d(y, w, bias, options);
}

// Values and gradients of the convolution and of its transpose.
void check_against_loops(const Setting& s, random::Generator& generator) {
  INFO(s.axes << " axes, x " << to_string(s.x_shape()) << ", w " << to_string(s.w_shape()) << ", y "
              << to_string(s.y_shape()) << ", stride " << s.axis[2].stride << ", padding " << s.axis[2].padding
              << ", dilation " << s.axis[2].dilation << ", groups " << s.groups);
  const Tensor x = random_tensor(s.x_shape(), generator).requires_grad_();
  const Tensor w = random_tensor(s.w_shape(), generator).requires_grad_();
  const Tensor y = random_tensor(s.y_shape(), generator).requires_grad_();
  const Tensor in_bias = random_tensor({s.x_shape()[1]}, generator), bias = random_tensor({s.y_shape()[1]}, generator);
  const auto *xs = x.data<double>(), *ws = w.data<double>(), *ys = y.data<double>();
  using Place = std::ptrdiff_t;
  const Tensor forward = summed(s, s.y_shape(), [&](double* to, Place i, Place k, Place o) { to[o] += xs[i] * ws[k]; });
  const Tensor backward =
      summed(s, s.x_shape(), [&](double* to, Place i, Place k, Place o) { to[i] += ys[o] * ws[k]; });
  const Tensor of_weight =
      summed(s, s.w_shape(), [&](double* to, Place i, Place k, Place o) { to[k] += xs[i] * ys[o]; });
  const auto plane = [&](const Tensor& b) {
    Shape shape{b.size()};
    for (std::size_t i = 0; i < s.axes; ++i) shape.push_back(1);
    return reshape(b, shape);
  };

  const Tensor result = run(s, x, w, bias);
  CHECK(close(result.detach(), forward + plane(bias)));
  const Tensors gradients = grad(result, {x, w}, {.gradient = y.detach()});
  CHECK(close(gradients[0], backward));
  CHECK(close(gradients[1], of_weight));

  const Tensor transposed = run_transposed(s, y, w, in_bias);
  CHECK(close(transposed.detach(), backward + plane(in_bias)));
  const Tensors others = grad(transposed, {y, w}, {.gradient = x.detach()});
  CHECK(close(others[0], forward));
  CHECK(close(others[1], of_weight));
}

// Whether the window fits; sets the number of its places.
bool fits(Axis& axis) {
  const std::ptrdiff_t way = axis.input + 2 * axis.padding - axis.dilation * (axis.kernel - 1) - 1;
  axis.output = way / axis.stride + 1;
  return way >= 0;
}

Axis random_axis(random::Generator& generator) {
  const auto below = [&](std::uint64_t count) { return static_cast<std::ptrdiff_t>(generator.below(count)); };
  Axis axis;
  do axis = {1 + below(8), 1 + below(4), 1 + below(3), below(4), 1 + below(3), 1};
  while (!fits(axis));
  return axis;
}

Setting setting_of(std::ptrdiff_t batch, std::ptrdiff_t groups, std::ptrdiff_t in, std::ptrdiff_t out, Axis rows,
                   Axis columns) {
  Setting s{2, batch, groups, in, out, {Axis{}, rows, columns}};
  REQUIRE((fits(s.axis[1]) && fits(s.axis[2])));
  return s;
}

}  // namespace

TEST_CASE("convolutions of every geometry agree with a loop over all products") {
  random::Generator generator(12);
  const auto below = [&](std::uint64_t count) { return static_cast<std::ptrdiff_t>(generator.below(count)); };
  int settings = 0;
  for (std::size_t axes : {1u, 2u, 3u}) {
    for (int i = 0; i < 120; ++i, ++settings) {
      Setting s{axes, 1 + below(3), 1 + below(3), 1 + below(3), 1 + below(3), {}};
      for (std::size_t k = 3 - axes; k < 3; ++k) s.axis[k] = random_axis(generator);
      check_against_loops(s, generator);
    }
  }
  std::printf("convolutions: %d geometries beside plain loops\n", settings);
}

TEST_CASE("convolutions that are cut into blocks, pieces and slices agree with the loop") {
  random::Generator generator(13);
  const Axis wide{50, 3, 1, 1, 1, 1}, long_axis{2500, 7, 1, 3, 1, 1}, halved{60, 3, 2, 1, 1, 1};
  check_against_loops(setting_of(1, 1, 4, 3, wide, wide), generator);  // several blocks of one image
  check_against_loops(setting_of(3, 1, 4, 3, wide, halved), generator);
  check_against_loops(setting_of(2, 2, 8, 2, Axis{}, long_axis), generator);
  check_against_loops(setting_of(1, 1, 16, 128, {6, 3, 1, 1, 1, 1}, {6, 3, 1, 1, 1, 1}), generator);   // large weights
  check_against_loops(setting_of(2, 1, 40, 20, {40, 1, 1, 0, 1, 1}, {44, 1, 1, 0, 1, 1}), generator);  // 1x1
  check_against_loops(setting_of(3, 8, 1, 1, wide, halved), generator);                                // depthwise
  check_against_loops(setting_of(3, 6, 1, 2, wide, wide), generator);
}

TEST_CASE("convolutions have PyTorch's values") {
  // torch.nn.functional of PyTorch 1.13.1, float64, on the same patterns.
  const auto is = [](const Tensor& y, const Shape& shape, std::initializer_list<double> values) {
    REQUIRE(y.size() == values.size());
    const Tensor expected = reshape(Tensor(xt::xarray<double>(values)), shape);
    CHECK_MESSAGE(close(y, expected), "got " << to_string(y));
  };
  const Tensor bias = xt::xarray<double>{0.5, -1.0};
  is(conv2d(image_pattern({1, 2, 5, 4}), weight_pattern({2, 2, 3, 2}), bias,
            {.stride = {2, 1}, .padding = {1, 0}, .dilation = {1, 2}}),
     {1, 2, 3, 2}, {24.5, -39.5, 33.5, 22.5, 9.5, 29.5, 10.0, 8.0, -3.0, -32.0, 8.0, -54.0});
  is(conv2d(image_pattern({1, 2, 5, 4}), weight_pattern({4, 1, 2, 2}), {.stride = 2, .groups = 2}), {1, 4, 2, 2},
     {25.0, 16.0, 22.0, -9.0, -5.0, -5.0, -5.0, -16.0, 25.0, -21.0, -5.0, -18.0, 20.0, -16.0, -3.0, -17.0});
  is(conv2d(image_pattern({1, 2, 5, 4}), weight_pattern({1, 2, 2, 3}), {.padding = same_padding}), {1, 1, 5, 4},
     {-2.0, -5.0,  17.0,  13.0, 1.0,  -16.0, 6.0,   -23.0, -29.0, 17.0,
      17.0, -15.0, -15.0, 17.0, 17.0, -29.0, -19.0, 3.0,   4.0,   -17.0});
  is(conv1d(image_pattern({2, 6}), weight_pattern({2, 2, 3}), {.stride = 2, .padding = 2, .dilation = 2}), {2, 3},
     {-2.0, -10.0, 13.0, -9.0, 18.0, 1.0});
  is(conv3d(image_pattern({1, 1, 2, 3, 3}), weight_pattern({1, 1, 2, 2, 2}), {.padding = {1, 0, 0}}), {1, 1, 3, 2, 2},
     {-21.0, 12.0, 12.0, 12.0, 29.0, -25.0, -1.0, -11.0, -7.0, -17.0, -4.0, 8.0});
  is(conv_transpose2d(image_pattern({1, 2, 2, 3}), weight_pattern({2, 1, 2, 3}), bias,
                      {.stride = 2, .padding = {0, 1}, .output_padding = {1, 0}, .groups = 2}),
     {1, 2, 5, 5},
     {-9.5, -5.5,  4.5,  6.5, -3.5, -14.5, -8.5, 6.5, 6.5,   -5.5, 10.5, -2.5, 2.5,  9.5,  -5.5, 15.5, 3.5,
      3.5,  7.5,   -8.5, 0.5, 0.5,  0.5,   0.5,  0.5, -13.0, 7.0,  -1.0, 3.0,  11.0, -9.0, 11.0, -1.0, -1.0,
      7.0,  -10.0, 6.0,  2.0, 2.0,  14.0,  -7.0, 8.0, 1.0,   -4.0, 9.0,  -1.0, -1.0, -1.0, -1.0, -1.0});
  is(conv_transpose1d(image_pattern({1, 2, 4}), weight_pattern({2, 1, 3}),
                      {.stride = 2, .padding = 1, .output_padding = 1, .dilation = 2}),
     {1, 1, 10}, {0.0, -7.0, 0.0, -6.0, 0.0, -10.0, 0.0, 14.0, 0.0, 0.0});
}

TEST_CASE("convolutions: call forms, single images, dtypes, empty batches") {
  random::Generator generator(3);
  const Tensor image = randn({2, 4, 9, 9}, {}, generator), w = randn({8, 4, 3, 3}, {}, generator);
  CHECK(conv2d(image, w, zeros({8}), {.padding = 1}).shape() == Shape{2, 8, 9, 9});
  CHECK(conv2d(image, randn({8, 2, 3, 3}), {.stride = 2, .groups = 2}).shape() == Shape{2, 8, 4, 4});
  CHECK(conv2d(image, randn({8, 4, 3, 5}), {.stride = {2, 1}, .padding = {0, 2}}).shape() == Shape{2, 8, 4, 9});
  CHECK(conv2d(image, w, {.padding = same_padding, .dilation = 3}).shape() == Shape{2, 8, 9, 9});

  const Tensor whole = conv2d(image, w);
  CHECK(identical(conv2d(view(image, {1}), w), view(whole, {1}).contiguous()));
  CHECK(close(astype(whole, float64), conv2d(astype(image, float64), astype(w, float64)), 1e-5));
  CHECK(conv2d(image, astype(w, float64)).dtype() == float64);
  CHECK(conv2d(ones({1, 1, 3, 3}, {.dtype = int64}), ones({1, 1, 2, 2}, {.dtype = int64})).dtype() == float64);
  CHECK(conv2d(ones({1, 1, 3, 3}, {.dtype = uint8}), ones({1, 1, 2, 2})).item(0) == 4.0);
  const Tensor turned = transpose(image, {0, 1, 3, 2});
  CHECK(identical(conv2d(turned, w), conv2d(turned.contiguous(), w)));

  CHECK(conv2d(zeros({0, 4, 9, 9}), w).shape() == Shape{0, 8, 7, 7});
  CHECK(identical(conv1d(zeros({2, 0, 5}), zeros({3, 0, 2}), ones({3})), ones({2, 3, 4})));
  CHECK(identical(conv_transpose1d(zeros({2, 0, 3}), zeros({0, 3, 2}), ones({3})), ones({2, 3, 4})));
  const Tensor none = zeros({0, 4, 9, 9}).requires_grad_(), weight = w.clone().requires_grad_();
  sum(conv2d(none, weight)).backward();
  CHECK(identical(weight.grad(), zeros({8, 4, 3, 3})));
}

TEST_CASE("convolutions: the graph names the operations, and a third derivative exists") {
  random::Generator generator(4);
  const Tensor x = random_tensor({1, 1, 3, 3}, generator).requires_grad_();
  const Tensor w = random_tensor({1, 1, 2, 2}, generator).requires_grad_();
  const Tensor y = conv2d(x, w);
  CHECK(y.op_name() == "conv2d");
  const Tensors gradients = grad(sum(square(y)), {x, w}, {.create_graph = true});
  CHECK(gradients[0].op_name() == "conv_transpose2d");
  CHECK(gradients[1].op_name() == "conv2d_weight_gradient");
  const TensorFunction first = [](const Tensors& in) {
    const GradModeGuard recording(true);
    Tensors leaves;
    for (const Tensor& t : in) leaves.push_back(t.requires_grad() ? t.clone() : t.detach().requires_grad_());
    const Tensors g = grad(sum(square(conv2d(leaves[0], leaves[1]))), leaves, {.create_graph = true});
    return concatenate({flatten(g[0]), flatten(g[1])});
  };
  const GradcheckResult third = gradgradcheck(first, {x.detach(), w.detach()});
  CHECK_MESSAGE(third.ok, third.message);
}

TEST_CASE("convolutions say what does not fit") {
  const Tensor x = zeros({2, 4, 9, 9}), w = zeros({8, 4, 3, 3});
  const auto says = [](const auto& call, std::initializer_list<const char*> parts) {
    check_says(message_of<ShapeError>(call), parts);
  };
  says([&] { conv2d(x, zeros({8, 3, 3, 3})); }, {"conv2d", "(2, 4, 9, 9)", "(8, 3, 3, 3)", "3 channels"});
  says([&] { conv2d(x, w, {.groups = 2}); }, {"conv2d", "groups = 2", "8 channels", "has 4"});
  says([&] { conv2d(x, w, {.groups = 3}); }, {"groups = 3", "must divide", "8"});
  says([&] { conv2d(x, w, {.groups = 0}); }, {"groups = 0"});
  says([&] { conv2d(zeros({9, 9}), w); }, {"conv2d", "(9, 9)", "(N, C, H, W) or (C, H, W)", "4 axes"});
  says([&] { conv1d(x, w); }, {"conv1d", "(N, C, L) or (C, L)", "3 axes"});
  says([&] { conv3d(x, zeros({8, 4, 3, 3, 3})); }, {"conv3d", "has 2"});  // read as one volume of two channels
  says([&] { conv2d(x, zeros({8, 4, 12, 3}), {.padding = 1}); }, {"conv2d", "(12, 3)", "(2, 4, 9, 9)", "(11, 11)"});
  says([&] { conv2d(x, w, {.dilation = 5}); }, {"spans (11, 11)", "dilation (5, 5)"});
  says([&] { conv2d(x, zeros({8, 4, 0, 3})); }, {"kernel has no elements"});
  says([&] { conv2d(zeros({2, 4, 0, 9}), w, {.padding = 2}); }, {"conv2d", "(2, 4, 0, 9)", "at least one element"});
  says([&] { conv2d(x, w, {.stride = 0}); }, {"conv2d", "stride {0}", "at least 1"});
  says([&] { conv2d(x, w, {.stride = {1, -2}}); }, {"stride {1, -2}", "at least 1"});
  says([&] { conv2d(x, w, {.padding = -1}); }, {"padding {-1}", "at least 0"});
  says([&] { conv2d(x, w, {.dilation = 0}); }, {"dilation {0}"});
  says([&] { conv2d(x, w, {.stride = {1, 2, 3}}); }, {"stride {1, 2, 3}", "2 spatial axes"});
  says([&] { conv2d(x, w, {.stride = 2, .padding = same_padding}); }, {"same_padding", "stride (2, 2)"});
  says([&] { conv2d(x, w, zeros({4})); }, {"conv2d", "(4,)", "(8,)"});
  says([&] { conv_transpose2d(x, w); }, {"conv_transpose2d", "8 channels", "has 4"});
  says([&] { conv_transpose2d(x, zeros({4, 8, 3, 3}), zeros({4})); }, {"conv_transpose2d", "(4,)", "(8,)"});
  says(
      [&] {
        conv_transpose2d(x, zeros({4, 8, 3, 3}), {.stride = 2, .output_padding = 2});
      },
      {"output_padding (2, 2)", "smaller"});
  says([&] { conv_transpose1d(zeros({1, 2, 1}), zeros({2, 1, 3}), {.padding = 2}); }, {"padding (2,)", "3 elements"});
}
