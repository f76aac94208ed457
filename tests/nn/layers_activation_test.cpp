#include <doctest/doctest.h>

#include <xtape.hpp>

#include <expectations.hpp>
#include <nn/reference.hpp>

using namespace xtape;
using known::wave, known::other_wave, known::check_values;

// torch.nn of PyTorch 1.13, float64.
TEST_CASE("activation layers with options compute what PyTorch's do") {
  const Tensor x = xt::xarray<double>{-4.0, -1.0, -0.3, 0.5, 2.0, 7.0};
  check_values(nn::CELU(2.0)(x), {-1.72932943353, -0.786938680575, -0.27858404715, 0.5, 2, 7});
  check_values(nn::GELU(nn::GELU::Approximate::tanh)(x),
               {-7.02459481923e-05, -0.158808009392, -0.114629076457, 0.345714009825, 1.95459769409, 7});
  check_values(nn::Softplus(3.0)(x),
               {2.04806449258e-06, 0.0161957838579, 0.113717958244, 0.567137759328, 2.00082522838, 7});
  check_values(nn::Hardtanh(-2.0, 0.7)(x), {-2, -1, -0.3, 0.5, 0.7, 0.7});
  check_values(nn::Tanhshrink()(x),
               {-3.00067070026, -0.238405844044, -0.00868738754841, 0.03788284274, 1.03597241992, 6.00000166306});
  check_values(nn::Softshrink(0.8)(x), {-3.2, -0.2, 0, 0, 1.2, 6.2});
  check_values(nn::Hardshrink(0.8)(x), {-4, -1, 0, 0, 2, 7});
  check_values(nn::Threshold(0.1, 20.0)(x), {20, 20, 20, 0.5, 2, 7});
  check_values(nn::GLU()(x), {-2.48983732481, -0.880797077978, -0.299726684642});
  check_values(nn::Softmin()(x), {0.919020469721, 0.0457553349575, 0.0227214269099, 0.0102093952167, 0.00227802398972,
                                  1.53492049054e-05});
  check_values(nn::Softmax2d()(wave({1, 2, 2, 1})), {0.705928236318, 0.979181997501, 0.294071763682, 0.0208180024993});
}

TEST_CASE("PReLU learns a slope for each channel") {
  nn::PReLU layer(2);
  CHECK(identical(layer.weight, Tensor(xt::xarray<float>{0.25f, 0.25f})));
  CHECK(layer.named_parameters()[0].first == "weight");
  layer.to(float64);
  {
    const NoGrad guard;
    layer.weight.assign(xt::xarray<double>{0.1, 0.6});
  }
  const Tensor y = layer(wave({2, 2, 2}));
  check_values(y, {0.958851077208, 1.94769526176, 0.0831613248666, -1.14192248867, -0.11013710852, 1.31397319744,
                   1.80434366751, -0.209192137468});
  sum(y * other_wave({2, 2, 2}, 0.7)).backward();
  check_values(layer.weight.grad(), {1.03773644184, 0.895796998225});

  CHECK(nn::PReLU()(Tensor(-2.0f)).item() == -0.5);
  CHECK(nn::PReLU()(Tensor(-2.0f)).shape() == Shape{});
  CHECK(nn::PReLU(1, 0.5)(full({3, 4}, -2.0)).item(7) == -1.0);
  check_says(message_of<ShapeError>([] { (void)nn::PReLU(3)(ones({2, 4})); }), {"PReLU", "(2, 4)", "(N, 3, ...)"});
}

TEST_CASE("RReLU draws a slope for each element in training, and takes their mean in evaluation") {
  manual_seed(1);
  nn::RReLU layer(0.2, 0.4);
  const Tensor slopes = -layer(full({1000}, -1.0));
  CHECK(amin(slopes).item() >= 0.2f);
  CHECK(amax(slopes).item() < 0.4f);
  CHECK(stddev(slopes).item() == doctest::Approx(0.2 / std::sqrt(12.0)).epsilon(0.1));
  CHECK(identical(layer(full({3}, 2.0)), full({3}, 2.0)));
  layer.eval();
  const Tensor x = xt::xarray<double>{-4.0, -1.0, -0.3, 0.5, 2.0, 7.0};
  check_values(nn::clone(layer)(x), {-1.2, -0.3, -0.09, 0.5, 2.0, 7.0});
  nn::RReLU standard;
  standard.eval();
  check_values(standard(x), {-0.916666666667, -0.229166666667, -0.06875, 0.5, 2, 7});
}

TEST_CASE("GLU halves any axis") {
  const Tensor x = wave({4, 3});
  const Tensors halves = split(x, 2, 0);
  CHECK(identical(nn::GLU(0)(x), halves[0] * sigmoid(halves[1])));
  check_says(message_of<ShapeError>([&] { (void)nn::GLU()(x); }), {"GLU", "(4, 3)", "axis 1"});
  CHECK_THROWS_AS(nn::GLU(2)(x), IndexError);
}

TEST_CASE("activation layers refuse options that make no sense") {
  CHECK_THROWS_AS(nn::Hardtanh(1.0, 1.0), Error);
  CHECK_THROWS_AS(nn::Softshrink(-0.1), Error);
  CHECK_THROWS_AS(nn::RReLU(0.5, 0.4), Error);
  check_says(message_of<ShapeError>([] { (void)nn::Softmax2d()(ones({3, 4})); }), {"Softmax2d", "(3, 4)"});
}

TEST_CASE("layers that reshape") {
  CHECK(nn::Unflatten(1, {2, -1})(ones({3, 8})).shape() == Shape({3, 2, 4}));
  CHECK(nn::Unflatten(-2, {2, 3})(ones({6, 8})).shape() == Shape({2, 3, 8}));
  CHECK(identical(nn::Flatten()(nn::Unflatten(1, {2, 4})(wave({3, 8}))), wave({3, 8})));
  for (const std::vector<std::ptrdiff_t>& sizes :
       std::vector<std::vector<std::ptrdiff_t>>{{3, 3}, {3, -1}, {-1, -1}, {-2, -4}, {0, -1}, {}}) {
    check_says(message_of<ShapeError>([&] { (void)nn::Unflatten(1, sizes)(ones({3, 8})); }), {"Unflatten", "(3, 8)"});
  }
  CHECK_THROWS_AS(nn::Unflatten(2, {8})(ones({3, 8})), IndexError);

  const Tensor shuffled = nn::PixelShuffle(2)(reshape(arange(16.0, {.dtype = float64}), {1, 8, 1, 2}));
  CHECK(shuffled.shape() == Shape({1, 2, 2, 4}));
  check_values(shuffled, {0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15});
  CHECK(nn::PixelShuffle(3)(ones({9, 2, 2})).shape() == Shape({1, 6, 6}));
  check_says(message_of<ShapeError>([] { (void)nn::PixelShuffle(2)(ones({6, 2, 2})); }), {"PixelShuffle", "(6, 2, 2)"});
  CHECK_THROWS_AS(nn::PixelShuffle(2)(ones({4, 2})), ShapeError);
}
