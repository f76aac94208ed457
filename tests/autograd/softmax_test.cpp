// The gradient kernels of softmax and cross_entropy against their tensor expressions, and rows of infinities.

#include <doctest/doctest.h>

#include <expectations.hpp>
#include <known_values.hpp>
#include <xtape.hpp>

#include <limits>

using namespace xtape;
using known::check_kernels, known::check_values, known::wave;

namespace {

Tensor doubles(const Shape& shape) { return randn(shape, {.dtype = float64}); }

}  // namespace

TEST_CASE("the gradient kernels of softmax agree with its tensor expressions") {
  for (const Shape& shape : {Shape{3, 1}, Shape{2, 3}, Shape{5, 17}, Shape{4, 2000}, Shape{300, 33}, Shape{2, 4, 3}}) {
    for (std::ptrdiff_t axis : {-1, 0, 1}) {
      INFO(to_string(shape) << " axis " << axis);
      check_kernels([&](const Tensors& in) { return softmax(in[0], axis); }, {doubles(shape)});
      check_kernels([&](const Tensors& in) { return log_softmax(in[0], axis); }, {doubles(shape)});
    }
  }
}

TEST_CASE("the gradient kernel of cross_entropy agrees with its tensor expression") {
  for (const Shape& shape : {Shape{5, 3}, Shape{300, 10}, Shape{2, 1000}, Shape{2, 4, 3}, Shape{2, 3, 4, 5}}) {
    Shape examples = shape;
    examples.erase(examples.begin() + 1);
    const Tensor targets = randint(0, static_cast<std::int64_t>(shape[1]), examples);
    for (Reduce reduce : {Reduce::none, Reduce::mean, Reduce::sum}) {
      INFO(to_string(shape));
      check_kernels([&](const Tensors& in) { return cross_entropy(in[0], targets, reduce); }, {doubles(shape)});
    }
  }
}

TEST_CASE("cross_entropy notices targets that changed before backward") {
  const Tensor scores = doubles({2, 3}).requires_grad_(), targets = Tensor(xt::xarray<std::int64_t>{0, 2});
  const Tensor loss = cross_entropy(scores, targets);
  targets.assign(Tensor(xt::xarray<std::int64_t>{7, 7}));
  check_says(message_of<GradError>([&] { loss.backward(); }), {"cross_entropy", "changed in place"});
}

TEST_CASE("softmin, and softmax of nothing but -inf") {
  check_values(softmin(wave({2, 3})), {0.265073616081, 0.098609085204, 0.636317298715, 0.671783837921, 0.301299129333,
                                       0.0269170327456});  // torch 1.13.0
  const double infinity = std::numeric_limits<double>::infinity();
  const Tensor nothing = full({2, 3}, -infinity, {.dtype = float64});
  CHECK(all(isnan(softmax(nothing))).item<bool>());
  CHECK(identical(masked_softmax(nothing, {}), zeros({2, 3}, {.dtype = float64})));
  CHECK(isnan(masked_softmax(Tensor(xt::xarray<double>{std::nan(""), -infinity}), {})).item<bool>(0));
}

TEST_CASE("one nan or +inf makes a whole row of softmax nan, wherever it stands") {
  for (double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    for (std::ptrdiff_t place : {0, 3, 16, 38, 39}) {
      const Tensor row = doubles({40});
      view(row, {place}).assign(Tensor(bad));
      CHECK(all(isnan(softmax(row))).item<bool>());
      CHECK(all(isnan(softmax(astype(row, float32)))).item<bool>());
      CHECK(all(isnan(log_softmax(row))).item<bool>());
    }
  }
}
