#include <doctest/doctest.h>

#include <autograd/kernels/simd_level.hpp>
#include <autograd/ops/elementwise/op.hpp>
#include <xtape.hpp>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <expectations.hpp>
#include <limits>

using namespace xtape;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double largest = std::numeric_limits<double>::max();

// How far the SIMD loop's result is from the scalar formula's, relative to the larger of 1 and the result.
template <class T>
double distance(T value, T reference) {
  if (value == reference || (value != value && reference != reference)) return 0.0;
  if (!std::isfinite(value) || !std::isfinite(reference)) return infinity;
  return std::abs(static_cast<double>(value) - static_cast<double>(reference)) /
         std::max(1.0, std::abs(static_cast<double>(reference)));
}

// Runs one loop of a row over `count` random arguments in both forms, and in SIMD into each argument's own memory, too.
template <class T>
double compare_loops(kernels::MapKernel simd, kernels::MapKernel scalar, std::size_t count, double low, double high,
                     unsigned uniform) {
  random::Numpy numpy(static_cast<std::uint32_t>(count));
  std::vector<std::vector<T>> arguments(5, std::vector<T>(count));
  std::vector<const void*> spans;
  for (auto& argument : arguments) {
    for (T& value : argument) value = static_cast<T>(numpy.uniform(low, high));
    spans.push_back(argument.data());
  }
  std::vector<T> result(count + 1, T(-77)), reference(count);
  simd(spans.data(), {.uniform = uniform}, result.data(), count);
  Tensor streamed = Tensor::uninitialized({count}, dtype_of<T>());  // whose memory begins at a line
  simd(spans.data(), {.uniform = uniform, .past_the_cache = true}, streamed.mutable_data(), count);
  CHECK(std::memcmp(streamed.raw_data(), result.data(), count * sizeof(T)) == 0);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if ((uniform >> i & 1) != 0) std::fill(arguments[i].begin(), arguments[i].end(), arguments[i][0]);
  }
  scalar(spans.data(), {}, reference.data(), count);
  CHECK(result[count] == T(-77));  // nothing is written behind the end
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if ((uniform >> i & 1) != 0) continue;
    const std::vector<T> before = arguments[i];
    simd(spans.data(), {.uniform = uniform}, arguments[i].data(), count);
    CHECK(std::memcmp(arguments[i].data(), result.data(), count * sizeof(T)) == 0);
    arguments[i] = before;
  }
  double worst = 0.0;
  for (std::size_t i = 0; i < count; ++i) worst = std::max(worst, distance(result[i], reference[i]));
  return worst;
}

}  // namespace

TEST_CASE("SIMD loops agree with the scalar formulas at every length") {
  std::printf("SIMD level in use: %s\n", kernels::to_string(kernels::simd_level()));
  for (std::size_t id = 0; id < rules::row_count; ++id) {
    const auto& op = rules::elementwise_op(static_cast<rules::Id>(id));
    const auto& simd = rules::simd_kernels(static_cast<rules::Id>(id));
    for (std::size_t count : {1u, 2u, 3u, 4u, 5u, 7u, 8u, 9u, 15u, 16u, 17u, 31u, 33u, 100u}) {
      struct Range {
        double low, high;
        unsigned uniform;
      };
      for (const Range& range : {Range{0.1, 0.9, 0}, Range{-0.9, 0.9, 0}, Range{-5.0, 5.0, 0}, Range{0.1, 0.9, 0b00101},
                                 Range{0.1, 0.9, 0b01010}, Range{0.1, 0.9, 0b11111}}) {
        const double low = range.low, high = range.high;
        const unsigned uniform = range.uniform;
        INFO(std::string(op.name) << ", " << count << " values in [" << low << ", " << high << "], uniform "
                                  << uniform);
        CHECK(compare_loops<float>(simd.value[0], op.value[0], count, low, high, uniform) < 2e-5);
        CHECK(compare_loops<double>(simd.value[1], op.value[1], count, low, high, uniform) < 1e-13);
        for (std::size_t i = 0; i < op.arity; ++i) {
          if (op.gradient[i].form != rules::Form::by_formula) continue;
          CHECK(compare_loops<float>(simd.gradient[i][0], op.gradient[i].kernel[0], count, low, high, uniform) < 5e-5);
          CHECK(compare_loops<double>(simd.gradient[i][1], op.gradient[i].kernel[1], count, low, high, uniform) <
                1e-12);
        }
      }
    }
  }
}

TEST_CASE("nan, inf and the policy at kinks") {
  const Tensor x = Tensor(xt::xarray<double>{not_a_number, infinity, -infinity, -0.5, 0.0, 2.0});
  const auto same = [](const Tensor& a, std::initializer_list<double> expected) {
    std::ptrdiff_t i = 0;
    for (double e : expected) {
      const double v = a.item(i++);
      if (!(v == e || (v != v && e != e))) return false;
    }
    return true;
  };
  CHECK(same(relu(x), {not_a_number, infinity, 0, 0, 0, 2}));
  CHECK(same(maximum(x, 1.0), {not_a_number, infinity, 1, 1, 1, 2}));
  CHECK(same(minimum(x, 1.0), {not_a_number, 1, -infinity, -0.5, 0, 1}));
  CHECK(same(clip(x, -1.0, 1.0), {not_a_number, 1, -1, -0.5, 0, 1}));
  CHECK(same(sign(x), {not_a_number, 1, -1, -1, 0, 1}));
  CHECK(same(astype(isnan(x), float64), {1, 0, 0, 0, 0, 0}));
  CHECK(same(astype(isinf(x), float64), {0, 1, 1, 0, 0, 0}));
  CHECK(same(astype(isfinite(x), float64), {0, 0, 0, 1, 1, 1}));
  CHECK(same(fmax(x, 1.0), {1, infinity, 1, 1, 1, 2}));
  CHECK(same(fmin(1.0, x), {1, 1, -infinity, -0.5, 0, 1}));
  CHECK(same(nan_to_num(x), {0, largest, -largest, -0.5, 0, 2}));
  CHECK(same(xlogy(0.0, x), {not_a_number, 0, 0, 0, 0, 0}));
  CHECK(same(logaddexp(x, x),
             {not_a_number, infinity, -infinity, -0.5 + std::log(2.0), std::log(2.0), 2 + std::log(2.0)}));
  CHECK(nan_to_num(full({20}, infinity)).item<float>(7) == std::numeric_limits<float>::max());
}

TEST_CASE("gradients where an argument is infinite or nan") {
  const Tensor x = Tensor(xt::xarray<double>{not_a_number, infinity, -infinity, 2.0}).requires_grad_();
  CHECK(identical(grad(sum(nan_to_num(x)), x), Tensor(xt::xarray<double>{0, 0, 0, 1})));
  CHECK(identical(grad(sum(fmax(x, 1.0)), x), Tensor(xt::xarray<double>{0, 1, 0, 1})));
  const Tensor low = full({3}, -infinity, {.dtype = float64}).requires_grad_();
  CHECK(identical(grad(sum(logaddexp(low, -infinity)), low), full({3}, 0.5, {.dtype = float64})));
}

TEST_CASE("round goes to even; the three remainders differ in how they round the quotient") {
  const Tensor halves = Tensor(xt::xarray<double>{-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5, 2.4, 2.6});
  CHECK(identical(round(halves), Tensor(xt::xarray<double>{-2, -2, 0, 0, 2, 2, 4, 2, 3})));
  CHECK(identical(trunc(halves), Tensor(xt::xarray<double>{-2, -1, 0, 0, 1, 2, 3, 2, 2})));
  const Tensor a = Tensor(xt::xarray<double>{5, -5, 5, -5, 6, 1e20}),
               b = Tensor(xt::xarray<double>{3, 3, -3, -3, 3, 3});
  CHECK(identical(fmod(a, b), Tensor(xt::xarray<double>{2, -2, 2, -2, 0, 1})));
  CHECK(identical(mod(a, b), Tensor(xt::xarray<double>{2, 1, -1, -2, 0, 1})));
  CHECK(identical(remainder(a, b), Tensor(xt::xarray<double>{-1, 1, -1, 1, 0, 1})));
  const Tensor divisor = Tensor(xt::xarray<double>{3, 3, -3, -3}).requires_grad_();
  const Tensor dividend = Tensor(xt::xarray<double>{5, -5, 5, -5});
  CHECK(identical(grad(sum(fmod(dividend, divisor)), divisor), Tensor(xt::xarray<double>{-1, 1, 1, -1})));
  CHECK(identical(grad(sum(mod(dividend, divisor)), divisor), Tensor(xt::xarray<double>{-1, 2, 2, -1})));
  CHECK(identical(grad(sum(remainder(dividend, divisor)), divisor), Tensor(xt::xarray<double>{-2, 2, 2, -2})));
}

TEST_CASE("where and clip take numbers and tensors in every position") {
  const Tensor x = Tensor(xt::xarray<double>{-2, 0.5, 3}), y = full({3}, 7.0, {.dtype = float64});
  const Tensor positive = x > 0;
  CHECK(identical(where(positive, x, y), Tensor(xt::xarray<double>{7, 0.5, 3})));
  CHECK(identical(where(positive, x, 7), Tensor(xt::xarray<double>{7, 0.5, 3})));
  CHECK(identical(where(positive, 1.5, x), Tensor(xt::xarray<double>{-2, 1.5, 1.5})));
  CHECK(identical(where(positive, 1, 0), Tensor(xt::xarray<std::int64_t>{0, 1, 1})));
  CHECK(identical(where(positive, true, false), positive));
  CHECK(where(positive, 1.0, 0.0).dtype() == float32);
  CHECK(identical(where(true, x, y), x));
  CHECK(identical(where(x(0) > 0.0, x, y), y));
  CHECK(identical(where(positive, Tensor(1.0), expand_dims(y, 1)), where(broadcast_to(positive, {3, 3}), 1.0, y)));
  check_says(message_of<DtypeError>([&] { where(1.0, x, y); }), {"where: the condition is float64", "boolean"});
  check_says(message_of<DtypeError>([&] { where(x, x, y); }), {"where: the condition is float64", "`x > 0`"});

  // A condition that is a number stays one in higher derivatives.
  const Tensor v = Tensor(3.0).requires_grad_();
  const Tensor first = grad(where(true, v * v, v), v, {.create_graph = true});
  CHECK(grad(first, v).item() == 2.0);

  CHECK(identical(clip(x, -1, 1), Tensor(xt::xarray<double>{-1, 0.5, 1})));
  CHECK(identical(clip(x, Tensor(-1.0), 1.0), Tensor(xt::xarray<double>{-1, 0.5, 1})));
  CHECK(identical(clip(x, 0, Tensor(xt::xarray<double>{1, 0.25, 2})), Tensor(xt::xarray<double>{0, 0.25, 2})));
  CHECK(identical(clip(1.0, x, y), Tensor(xt::xarray<double>{1, 1, 3})));
  CHECK(identical(clip(x, 0.0, infinity), maximum(x, 0.0)));
  CHECK(clip(Tensor(xt::xarray<std::int64_t>{1, 5}), 0.5, 2.5).item(1) == 2.5);
  // Bounds that cross: the lower one counts, as in xt::clip, and has the gradient.
  const Tensor low = Tensor(2.0).requires_grad_(), high = Tensor(1.0).requires_grad_();
  const Tensor crossed = clip(Tensor(1.5), low, high);
  CHECK(crossed.item() == 2.0);
  CHECK(grad(crossed, low).item() == 1.0);
  CHECK(grad(clip(Tensor(1.5), low, high), high).item() == 0.0);
}

TEST_CASE("integers stay integers where that means something") {
  const Tensor a = Tensor(xt::xarray<std::int64_t>{7, -3, 5}), b = Tensor(xt::xarray<std::int64_t>{2, 2, -1});
  CHECK((a * b).dtype() == int64);
  CHECK((a * b).item<std::int64_t>(1) == -6);
  CHECK(maximum(a, b).item<std::int64_t>(1) == 2);
  CHECK((-a).item<std::int64_t>(0) == -7);
  CHECK(abs(a).dtype() == int64);
  CHECK(clip(a, 0, 6).item<std::int64_t>(0) == 6);
  CHECK((a / b).item(0) == 3.5);
  CHECK((a > 0).dtype() == boolean);
  CHECK(where(a > 0, a, b).dtype() == int64);
  CHECK(all(equal(a, a)).item<bool>());
  CHECK(identical(fmod(a, b), Tensor(xt::xarray<std::int64_t>{1, -1, 0})));
  CHECK(identical(mod(a, b), Tensor(xt::xarray<std::int64_t>{1, 1, 0})));
  CHECK(identical(mod(a, 0), Tensor(xt::xarray<std::int64_t>{0, 0, 0})));
  CHECK(identical(nan_to_num(a), a));
  CHECK(round(a).dtype() == float64);
  CHECK(digamma(a).dtype() == float64);
}

TEST_CASE("broadcasting over every combination of strides") {
  const Tensor base = randn({4, 5, 6}, {.dtype = float64});
  const Tensor parts[] = {base,
                          view(base, {xt::all(), xt::range(0, 1)}),
                          view(base, {xt::range(3, 4)}),
                          transpose(randn({6, 5, 4}, {.dtype = float64})),
                          view(base, {xt::ellipsis(), xt::range(5, xt::placeholders::_, -1)}),
                          randn({6}, {.dtype = float64}),
                          randn({5, 1}, {.dtype = float64}),
                          randn({}),
                          randn({4, 1, 1}),
                          view(randn({4, 5, 12}), {xt::ellipsis(), xt::range(0, 12, 2)})};
  for (const Tensor& a : parts) {
    for (const Tensor& b : parts) {
      const Tensor y = a - 2.0 * b;
      const Tensor whole_a = broadcast_to(a, y.shape()), whole_b = broadcast_to(b, y.shape());
      double worst = 0.0;
      for (std::ptrdiff_t i = 0; i < static_cast<std::ptrdiff_t>(y.size()); ++i) {
        worst = std::max(worst, std::abs(y.item(i) - (whole_a.item(i) - 2.0 * whole_b.item(i))));
      }
      CHECK(worst < 1e-6);
    }
  }
  CHECK_THROWS_WITH_AS(ones({2, 3}) + ones({4, 5}), doctest::Contains("add: shapes (2, 3) and (4, 5)"), ShapeError);
}

TEST_CASE("large arrays, walked by several threads, give what small ones give") {
  const std::size_t n = 300001;
  const Tensor x = rand({n}), y = rand({n});
  const Tensor whole = tanh(x * y) + x;
  const auto at = static_cast<std::ptrdiff_t>(n) - 70;
  const Tensor tail = tanh(view(x, {xt::range(at, n)}) * view(y, {xt::range(at, n)})) + view(x, {xt::range(at, n)});
  CHECK(all(equal(view(whole, {xt::range(at, n)}), tail)).item<bool>());
}
