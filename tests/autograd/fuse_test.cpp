// fuse(): a formula as one node agrees with the same formula in plain operations, in value and every derivative.

#include <doctest/doctest.h>

#include <expectations.hpp>

#include <rapidcheck.h>
#include <xtape.hpp>

using namespace xtape;

namespace {

Tensor draw(const Shape& shape, std::uint64_t seed, DType dtype = float64) {
  random::Generator generator(seed);
  return randn(shape, {.dtype = dtype}, generator);
}

double largest_error(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  REQUIRE(a.dtype() == b.dtype());
  if (a.size() == 0) return 0.0;
  return amax(abs(a.detach() - b.detach()) / maximum(1.0, abs(b.detach()))).item();
}

// A formula as fused operation and in plain ones, on the same inputs: values and gradients.
template <class Formula>
void compare(const Formula& formula, const Tensors& values, double tolerance) {
  const auto run = [&](const auto& function) {
    Tensors inputs;
    for (const Tensor& value : values) inputs.push_back(value.detach().requires_grad_());
    const Tensor y = [&]<std::size_t... I>(std::index_sequence<I...>) { return function(inputs[I]...); }
    (std::make_index_sequence<Formula::arity>{});
    Tensors results = grad(sum(y * draw(y.shape(), 99, y.dtype())), inputs, {.allow_unused = true});
    results.push_back(y);
    return results;
  };
  const Tensors fused = run(fuse("formula", formula)), plain = run(formula);
  for (std::size_t i = 0; i < fused.size(); ++i) {
    REQUIRE(fused[i].defined() == plain[i].defined());
    if (fused[i].defined()) CHECK(largest_error(fused[i], plain[i]) <= tolerance);
  }
}

struct Wave {
  static constexpr std::size_t arity = 4;
  auto operator()(auto a, auto b, auto c, auto d) const { return tanh(a * b + c) * exp(-d * d); }
};
struct Polynomial {
  static constexpr std::size_t arity = 4;
  auto operator()(auto a, auto b, auto c, auto d) const { return (a * b + c) * (a - d) + b * d; }
};
struct Bent {
  static constexpr std::size_t arity = 3;
  double bound = 0.25;
  auto operator()(auto x, auto y, auto z) const {
    const auto inside = where(x > bound && !(y >= z), x * z, 2 * y);
    return where(inside < 1, leaky_relu(inside), clip(x, -1.0, 1.0)) + maximum(x, y) + pow(x * x + 1.0, z) / 3;
  }
};

}  // namespace

TEST_CASE("a fused formula agrees with plain operations over shapes, broadcasts and views") {
  const std::vector<std::vector<Shape>> shapes{{{7}, {7}, {7}, {7}},
                                               {{}, {}, {}, {}},
                                               {{3, 5}, {5}, {3, 1}, {}},
                                               {{0, 3}, {3}, {}, {1, 3}},
                                               {{2, 1, 4}, {3, 1}, {4}, {2, 3, 4}},
                                               {{1000}, {1000}, {1}, {1000}},
                                               {{70, 80}, {80}, {70, 1}, {}}};
  for (const auto& shape : shapes) {
    Tensors values;
    for (std::size_t i = 0; i < 4; ++i) values.push_back(draw(shape[i], i));
    compare(Wave{}, values, 1e-12);
    compare(Polynomial{}, values, 1e-12);
    compare(Bent{}, {values[0], values[1], values[2]}, 1e-12);
    for (Tensor& value : values) value = astype(value, float32);
    compare(Wave{}, values, 2e-5);
  }
  const Tensor matrix = draw({40, 60}, 5);
  compare(
      Polynomial{},
      {transpose(matrix), view(draw({60, 80}, 6), {xt::all(), xt::range(0, 80, 2)}), draw({40}, 7), draw({60, 1}, 8)},
      1e-12);
}

TEST_CASE("a fused formula is one node, takes numbers, other dtypes and other fused formulas") {
  const auto swish = fuse("swish", [](auto x, auto beta) { return x * sigmoid(beta * x); });
  const Tensor x = draw({5}, 1).requires_grad_();
  const Tensor y = swish(x, 2.0);
  CHECK(y.op_name() == "swish");
  CHECK(swish.name() == "swish");
  CHECK(largest_error(y, x * sigmoid(2.0 * x)) < 1e-15);
  CHECK(y.impl()->node->inputs()[0].get() == x.impl()->node);

  const double scale = 3.0;
  const auto outer = fuse("outer", [=](auto a, auto b) { return scale * swish(a, b) + swish(b, 0.5); });
  CHECK(gradcheck([&](const Tensors& in) { return outer(in[0], in[1]); }, {draw({3}, 2), draw({3}, 3)}));
  CHECK(gradgradcheck([&](const Tensors& in) { return outer(in[0], in[1]); }, {draw({3}, 2), draw({1}, 3)}));

  CHECK(swish(astype(x.detach(), float32), Tensor(1.0)).dtype() == float64);
  CHECK(swish(Tensor(xt::xarray<std::int64_t>{1, 2}), 1.0).dtype() == float64);
  CHECK(swish(astype(x.detach(), float32), 1.0).dtype() == float32);
  CHECK_THROWS_WITH_AS(swish(draw({2}, 1), draw({3}, 1)), doctest::Contains("swish: "), ShapeError);
}

TEST_CASE("a fused formula has derivatives of any order, in both modes") {
  const auto f = fuse("wave", Wave{});
  const auto call = [&](const Tensors& in) { return f(in[0], in[1], in[2], in[3]); };
  const Tensors inputs{draw({2, 3}, 1), draw({3}, 2), draw({2, 1}, 3), draw({}, 4)};
  CHECK(gradcheck(call, inputs));
  CHECK(gradgradcheck(call, inputs));
  const Tensors directions{draw({2, 3}, 5), draw({3}, 6), draw({2, 1}, 7), draw({}, 8)};
  const auto [y, tangent] = jvp(call, inputs, directions);
  const auto [same, gradients] = vjp(call, inputs, ones({2, 3}, {.dtype = float64}));
  double reverse = 0.0;
  for (std::size_t i = 0; i < 4; ++i) reverse += sum(gradients[i] * directions[i]).item();
  CHECK(sum(tangent).item() == doctest::Approx(reverse).epsilon(1e-12));
  // The third derivative of x^4 is 24 x.
  const auto fourth = fuse("fourth", [](auto x) { return square(x) * square(x); });
  const Tensor x = draw({4}, 9).requires_grad_();
  Tensor derivative = fourth(x);
  for (int i = 0; i < 3; ++i) derivative = grad(sum(derivative), x, {.create_graph = true});
  CHECK(largest_error(derivative, 24.0 * x) < 1e-12);
}

TEST_CASE("an input that the formula ignores, and one that needs no gradient") {
  const auto f = fuse("first", [](auto a, auto) { return a * 2.0; });
  const Tensor a = draw({3}, 1).requires_grad_(), b = draw({3}, 2).requires_grad_();
  sum(f(a, b)).backward();
  CHECK(largest_error(b.grad(), zeros({3}, {.dtype = float64})) == 0.0);
  const Tensor constant = draw({3}, 3);
  const auto product = fuse("product", [](auto x, auto y) { return x * y; });
  a.zero_grad();
  sum(product(a, constant)).backward();
  CHECK(largest_error(a.grad(), constant) == 0.0);
  CHECK(!constant.grad().defined());
}

TEST_CASE("twelve inputs, each with its gradient") {
  const auto dozen =
      fuse("dozen", [](auto a, auto b, auto c, auto d, auto e, auto f, auto g, auto h, auto i, auto j, auto k, auto l) {
        return (a * b + c * d - e * f) * tanh(g * h) + i * j / (1.0 + k * k) - l;
      });
  const auto call = [&](const Tensors& x) {
    return dozen(x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7], x[8], x[9], x[10], x[11]);
  };
  Tensors inputs;
  for (std::uint64_t i = 0; i < 12; ++i) inputs.push_back(draw(i % 3 == 0 ? Shape{3} : Shape{2, 3}, i));
  CHECK(gradcheck(call, inputs));
  CHECK(gradgradcheck(call, inputs));
}

TEST_CASE("results above the cache's size are written past it, and right") {
  const std::size_t count = (std::size_t{1} << 21) + 37;
  const Tensor a = draw({count}, 1, float32).requires_grad_(), b = draw({count}, 2, float32).requires_grad_();
  const auto f = fuse("f", [](auto x, auto y) { return x * x * y; });
  sum(f(a, b)).backward();
  CHECK(largest_error(a.grad(), 2.0 * a.detach() * b.detach()) < 1e-6);
  CHECK(largest_error(b.grad(), a.detach() * a.detach()) < 1e-6);
}

TEST_CASE("property: a fused formula agrees with plain operations on random shapes and values") {
  CHECK(rc::check("fuse agrees to 1e-12", [] {
    const std::size_t rows = *rc::gen::inRange<std::size_t>(1, 5), columns = *rc::gen::inRange<std::size_t>(1, 40);
    Tensors values;
    for (std::uint64_t i = 0; i < 4; ++i) {
      const Shape shape{*rc::gen::arbitrary<bool>() ? rows : 1, *rc::gen::arbitrary<bool>() ? columns : 1};
      values.push_back(draw(shape, *rc::gen::arbitrary<std::uint64_t>()));
    }
    compare(Wave{}, values, 1e-12);
    compare(Polynomial{}, values, 1e-12);
    compare(Bent{}, {values[0], values[1], values[2]}, 1e-12);
  }));
}
