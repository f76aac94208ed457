#include <doctest/doctest.h>

#include <xtape.hpp>

#include <expectations.hpp>
#include <nn/reference.hpp>

using namespace xtape;
using known::wave, known::other_wave, known::check_loss, known::check_values, known::differentiates;

namespace {

const Tensors two{wave({2, 3}), other_wave({2, 3}, 0.7)};

}  // namespace

TEST_CASE("half_squared_error divides by the examples, not by the elements") {
  const Tensor y = xt::xarray<double>{{0.1, 0.05, 0.6}, {1.0, 2.0, 3.0}}, t = xt::xarray<double>{{0, 0, 1}, {1, 2, 5}};
  // (0.01 + 0.0025 + 0.16) / 2 and 4 / 2.
  check_loss([&](const Tensors& x) { return nn::half_squared_error(x[0], t); }, {y}, {(0.08625 + 2.0) / 2.0},
             {{0.05, 0.025, -0.2, 0.0, 0.0, -1.0}});
  check_values(nn::half_squared_error(y, t, Reduce::sum), {2.08625});
  check_values(nn::half_squared_error(y, t, Reduce::none), {0.005, 0.00125, 0.08, 0.0, 0.0, 2.0});
  CHECK(nn::half_squared_error(Tensor(3.0), Tensor(1.0)).item() == 2.0);
  check_says(message_of<ShapeError>([] {
               (void)nn::half_squared_error(ones({3, 1}), ones({3}));
             }),
             {"half_squared_error", "(3, 1)", "(3,)"});
}

// torch.nn.functional of PyTorch 1.13, float64.
TEST_CASE("losses of differences are PyTorch's") {
  check_loss([](const Tensors& x) { return nn::l1_loss(x[0], x[1]); }, two, {0.853124081289},
             {{-0.166666666667, 0.166666666667, -0.166666666667, -0.166666666667, -0.166666666667, 0.166666666667}});
  check_loss([](const Tensors& x) { return nn::huber_loss(x[0], x[1], {.delta = 0.7}); }, two, {0.444071184176},
             {{-0.0068581537986, 0.116666666667, -0.0144676363389, -0.116666666667, -0.0265247907544, 0.116666666667},
              {0.0068581537986, -0.116666666667, 0.0144676363389, 0.116666666667, 0.0265247907544, -0.116666666667}});
  check_loss([](const Tensors& x) { return nn::smooth_l1_loss(x[0], x[1], {.beta = 0.7}); }, two, {0.634387405965},
             {{-0.00979736256943, 0.166666666667, -0.0206680519128, -0.166666666667, -0.0378925582206, 0.166666666667},
              {0.00979736256943, -0.166666666667, 0.0206680519128, 0.166666666667, 0.0378925582206, -0.166666666667}});
  check_loss([](const Tensors& x) { return nn::smooth_l1_loss(x[0], x[1], {.beta = 0.0}); }, two, {0.853124081289},
             {{-0.166666666667, 0.166666666667, -0.166666666667, -0.166666666667, -0.166666666667, 0.166666666667}});
  const Tensor a = two[0], b = two[1];
  CHECK(nn::huber_loss(a, b, {.reduction = Reduce::sum}).item() ==
        doctest::Approx(sum(nn::huber_loss(a, b, {.reduction = Reduce::none})).item()));
  CHECK(nn::l1_loss(a, b, Reduce::none).shape() == Shape({2, 3}));
  CHECK_THROWS_AS(nn::huber_loss(a, b, {.delta = 0.0}), Error);
  CHECK_THROWS_AS(nn::smooth_l1_loss(a, b, {.beta = -1.0}), Error);
  CHECK_THROWS_AS(nn::l1_loss(a, b(0, 0)), ShapeError);
  CHECK_THROWS_AS(nn::huber_loss(a, b(0, 0)), ShapeError);
  CHECK_THROWS_AS(nn::smooth_l1_loss(a, b(0, 0)), ShapeError);
}

TEST_CASE("integer targets leave a prediction's float32") {
  const Tensor x = ones({3}), t = full({3}, 2.0, {.dtype = int64});
  CHECK(nn::mse_loss(x, t).dtype() == float32);
  CHECK(nn::mse_loss(x, t).item() == 1.0);
  CHECK(nn::l1_loss(x, t).dtype() == float32);
  CHECK(nn::poisson_nll_loss(x, t, {.full = true}).dtype() == float32);
}

TEST_CASE("poisson_nll_loss is PyTorch's") {
  const Tensor counts = xt::xarray<std::int64_t>{{0, 1, 2}, {5, 3, 1}};
  check_loss([&](const Tensors& x) { return nn::poisson_nll_loss(x[0], counts, {.full = true}); }, {two[0]},
             {5.24820551569},
             {{0.434782926485, 1.00208449146, -0.152213815183, -0.80848497563, -0.444597499697, 0.453488060712}});
  const auto rates = [&](const Tensors& x) {
    return nn::poisson_nll_loss(x[0], counts, {.log_input = false, .reduction = Reduce::sum});
  };
  check_loss(rates, {abs(two[0])}, {7.83513744692},
             {{1, 0.486572661288, -23.0496380104, -1.62714852716, -1.72387754962, 0.23894947451}});
  CHECK_THROWS_AS(rates({ones({3})}), ShapeError);
}

TEST_CASE("gaussian_nll_loss is PyTorch's, with one variance for each element or each example") {
  const auto with = [](const nn::GaussianOptions& options) -> TensorFunction {
    return [=](const Tensors& x) { return nn::gaussian_nll_loss(x[0], two[1], x[1], options); };
  };
  const Tensor mean = two[0], variance = square(two[1]) + 0.1;
  check_loss(with({.full = true}), {mean, variance}, {1.7038460447},
             {{-0.00623468527145, 0.287805704101, -0.112248954207, -0.656747382337, -0.0268528536993, 0.383920584176},
              {0.0756409618563, -0.126838950978, 0.608752538061, -1.05912332356, 0.0822007863569, -0.35688565678}});
  check_loss(with({}), {mean, xt::xarray<double>{1e-9, 0.5}}, {117361.70367},
             {{-6858.1537986, 197142.179079, -14467.6363389, -0.466119347726, -0.0530495815089, 0.750143294909}});
  check_loss(with({.reduction = Reduce::sum}), {mean, expand_dims(Tensor(xt::xarray<double>{0.3, 0.5}), 1)},
             {6.54677136136},
             {{-0.137163075972, 3.94284358157, -0.289352726779, -2.79671608636, -0.318297489053, 4.50085976946},
              {-2.82427710933, -11.0903364118}});
  const Tensor small =
      Tensor(xt::xarray<double>{1e-9, 0.5}).requires_grad_();  // below eps, the gradient is that at eps
  with({})({mean, small}).backward();
  CHECK(small.grad().item(0) == doctest::Approx(-117363906640.0));
  CHECK(small.grad().item(1) == doctest::Approx(-1.84838940196));
  CHECK(
      differentiates([](const Tensors& x) { return nn::gaussian_nll_loss(x[0], two[1], exp(x[1])); }, {mean, two[1]}));
  check_says(message_of<ShapeError>([&] {
               (void)with({})({mean, ones({3})});
             }),
             {"gaussian_nll_loss", "(3,)", "(2, 3)"});
  check_says(message_of<Error>([&] { (void)with({})({mean, -variance}); }), {"gaussian_nll_loss", "negative"});
}
