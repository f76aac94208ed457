// Values against torch 1.13.0 (torch.nn.functional.interpolate, float64); gradients are in op_table_test.cpp.

#include <doctest/doctest.h>

#include <expectations.hpp>
#include <known_values.hpp>
#include <xtape.hpp>

#include <limits>

using namespace xtape;
using known::check_values, known::distance, known::wave;

TEST_CASE("interpolate gives torch's values for sizes and factors, in every mode") {
  const Tensor x = wave({1, 1, 3, 4});
  check_values(interpolate(x, {.size = {5, 3}}),
               {0.958851077208, 1.94769526176, 0.0831613248666, 0.958851077208, 1.94769526176, 0.0831613248666,
                -1.1013710852, 1.31397319744, 1.80434366751, -1.1013710852, 1.31397319744, 1.80434366751,
                -1.99087250661, -0.716458564474, 1.6075688531});
  check_values(interpolate(x, {.size = {5, 3}, .mode = Interpolation::bilinear}),
               {1.1236584413, 1.01542829331, -1.57214323567, 0.394669582877, 1.23292034898, -0.939214217717,
                -0.698813704756, 1.55915843248, 0.0101793092138, -1.34660759166, 0.890996459579, 0.953080676371,
                -1.77847018292, 0.445555144315, 1.58168158781});
  check_values(interpolate(x, {.size = {5, 3}, .mode = Interpolation::bilinear, .align_corners = true}),
               {0.958851077208, 1.01542829331, -1.90320414778, -0.0712600039934, 1.28729336289, -1.12592885511,
                -1.1013710852, 1.55915843248, -0.348653562446, -1.5461217959, 1.00235678839, 0.613925286152,
                -1.99087250661, 0.445555144315, 1.57650413475});
  check_values(interpolate(x, {.scale_factor = 1.7}),
               {0.958851077208, 0.958851077208, 1.94769526176,   1.94769526176,   0.0831613248666, 0.0831613248666,
                0.958851077208, 0.958851077208, 1.94769526176,   1.94769526176,   0.0831613248666, 0.0831613248666,
                -1.1013710852,  -1.1013710852,  1.31397319744,   1.31397319744,   1.80434366751,   1.80434366751,
                -1.1013710852,  -1.1013710852,  1.31397319744,   1.31397319744,   1.80434366751,   1.80434366751,
                -1.99087250661, -1.99087250661, -0.716458564474, -0.716458564474, 1.6075688531,    1.6075688531});
  check_values(interpolate(x, {.scale_factor = 1.7, .mode = Interpolation::bilinear}),
               {0.958851077208, 1.33693855954,   1.91861160927,   0.905749826436, -0.20895124464, -1.37740152267,
                0.171119073936, 0.757751985828,  1.66026415797,   1.16661162236,  0.439778453651, -0.76614955526,
                -1.04077631571, -0.133304281415, 1.26280654058,   1.56793746225,  1.43782414333,  0.174238086905,
                -1.59844540893, -0.918711517214, 0.127032931577,  1.02597195481,  1.55214429848,  0.983196407512,
                -1.99087250661, -1.50359658756,  -0.753941327478, 0.582262639466, 1.60300051217,  1.58472714843});
  check_values(interpolate(x, {.scale_factor = 1.7, .mode = Interpolation::bilinear, .align_corners = true}),
               {0.958851077208,   1.55215758794,   1.57478847438,   0.456068112245, -0.711384864192, -1.90320414778,
                -0.0712600039934, 0.949996536161,  1.49341788292,   1.08116884287,  0.115879955669,  -1.12592885511,
                -1.1013710852,    0.347835484384,  1.41204729145,   1.7062695735,   0.943144775529,  -0.348653562446,
                -1.5461217959,    -0.439194328472, 0.580197105247,  1.42451647154,  1.26914387065,   0.613925286152,
                -1.99087250661,   -1.22622414133,  -0.251653080958, 1.14276336959,  1.59514296576,   1.57650413475});
  check_values(interpolate(x, {.scale_factor = {0.6, 2.0}}),
               {0.958851077208, 0.958851077208, 1.94769526176, 1.94769526176, 0.0831613248666, 0.0831613248666,
                -1.90320414778, -1.90320414778});
  check_values(interpolate(x, {.scale_factor = {0.6, 2.0}, .mode = Interpolation::bilinear}),
               {0.272110356407, 0.638196410718, 1.37036851934, 1.46656312334, 0.926780222724, 0.146411424478,
                -0.874543271397, -1.38502061933});
  check_values(interpolate(x, {.scale_factor = {0.6, 2.0}, .mode = Interpolation::bilinear, .align_corners = true}),
               {0.958851077208, 1.38264144201, 1.80643180682, 1.41497127979, 0.615885306835, -0.200605171226,
                -1.0519046595, -1.90320414778});
  const Tensor line = wave({1, 1, 5});
  check_values(interpolate(line, {.scale_factor = 1.7, .mode = Interpolation::linear}),
               {0.958851077208, 1.33693855954, 1.91861160927, 0.905749826436, -0.20895124464, -1.37740152267,
                -1.64378756871, -1.17212106131});
  check_values(interpolate(line, {.size = {3}, .mode = Interpolation::linear, .align_corners = true}),
               {0.958851077208, 0.0831613248666, -1.1013710852});
}

// sum over i of (i + 1) * (the element that place i reads), over many sizes and factors, as torch computes it.
TEST_CASE("nearest reads the elements that torch reads") {
  const auto check_sum = [](std::size_t from, const InterpolateOptions& options) {
    const Tensor y = interpolate(reshape(arange(static_cast<double>(from)), {1, 1, -1}), options);
    return sum(astype(y, float64) * (1.0 + arange(static_cast<double>(y.size()), {.dtype = float64}))).item();
  };
  double sizes = 0.0, factors = 0.0;
  for (std::size_t from = 1; from < 25; ++from) {
    for (std::size_t to = 1; to < 49; ++to) sizes += check_sum(from, {.size = {to}});
  }
  for (std::size_t from = 1; from < 41; ++from) {
    for (double factor : {0.3, 0.7, 1.1, 1.5, 2.3, 3.7}) {
      if (std::floor(static_cast<double>(from) * factor) >= 1.0) factors += check_sum(from, {.scale_factor = factor});
    }
  }
  CHECK(sizes == 3567922.0);
  CHECK(factors == 4951800.0);
}

TEST_CASE("interpolate: planes, infinities, dtypes and the transposed map") {
  const Tensor x = randn({3, 5, 40, 30}, {.dtype = float64}).requires_grad_();
  const InterpolateOptions options{.size = {61, 47}, .mode = Interpolation::bilinear};
  const Tensor y = interpolate(x, options);
  const Tensor plane = view(x.detach(), {xt::range(2, 3), xt::range(1, 2)});
  CHECK(identical(view(y.detach(), {xt::range(2, 3), xt::range(1, 2)}).clone(), interpolate(plane, options)));
  const Tensor g = randn(y.shape(), {.dtype = float64});
  y.backward(g);
  CHECK(sum(y.detach() * g).item() == doctest::Approx(sum(x.detach() * x.grad()).item()).epsilon(1e-12));

  const double infinity = std::numeric_limits<double>::infinity();
  const Tensor ends = Tensor(xt::xarray<double>{{{1.0, infinity}}});
  CHECK(identical(interpolate(ends, {.size = {4}}), Tensor(xt::xarray<double>{{{1.0, 1.0, infinity, infinity}}})));
  CHECK(interpolate(ones({1, 1, 2}, {.dtype = int64}), {.size = {3}}).dtype() == as_floating(int64));
  CHECK(identical(interpolate(plane, {.size = {40, 30}, .mode = Interpolation::bilinear}), plane.clone()));
}

TEST_CASE("errors of interpolate") {
  const Tensor image = zeros({1, 2, 4, 4}), line = zeros({1, 2, 4});
  const auto says = [](auto error, const Tensor& x, const InterpolateOptions& options,
                       std::initializer_list<const char*> parts) {
    check_says(message_of<decltype(error)>([&] { interpolate(x, options); }), parts);
  };
  const ShapeError shape("");
  const Error other("");
  says(shape, zeros({4, 4}), {.size = {2}}, {"interpolate", "(4, 4)", "(N, C, W)"});
  says(shape, image, {.size = {2, 2}, .mode = Interpolation::linear}, {"(1, 2, 4, 4)"});
  says(shape, line, {.size = {2}, .mode = Interpolation::bilinear}, {"(1, 2, 4)"});
  says(shape, image, {.size = {2}}, {"1 sizes", "2 last axes"});
  says(shape, image, {.scale_factor = {1.0, 2.0, 3.0}}, {"3 sizes or factors"});
  says(shape, image, {.scale_factor = 0.2}, {"axis 2", "resized to 0"});
  says(shape, image, {.scale_factor = -1.0}, {"resized to 0"});
  says(shape, zeros({1, 2, 0}), {.size = {2}}, {"axis 2", "(1, 2, 0)"});
  says(other, image, {}, {"neither given"});
  says(other, image, {.size = {2, 2}, .scale_factor = 2.0}, {"both given"});
  says(other, image, {.size = {2, 2}, .align_corners = true}, {"align_corners"});
}
