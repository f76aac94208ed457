// Derivatives of functions: forward mode against reverse mode, nesting, checkpoints, custom operations.

#include <doctest/doctest.h>

#include <expectations.hpp>

#include <xtape.hpp>

#include <autograd/ops/op_table.hpp>

using namespace xtape;

namespace {

Tensor vector(std::initializer_list<double> values) { return Tensor(xt::xarray<double>(values)); }

bool close(const Tensor& a, const Tensor& b, double tolerance = 1e-12) {
  if (a.shape() != b.shape() || a.dtype() != b.dtype()) return false;
  const Tensor error = abs(a.detach() - b.detach()) / maximum(1.0, abs(b.detach()));
  return error.size() == 0 || amax(error).item() <= tolerance;
}

Tensor cubes(const Tensor& x) { return sum(x * x * x); }

}  // namespace

TEST_CASE("jvp gives value and tangent, and leaves no node and no tensor behind") {
  const Tensor x = vector({1, 2, 3}).requires_grad_(), v = vector({1, 0, -1});
  const auto before = memory::statistics();
  {
    const auto [y, tangent] = jvp(cubes, x, v);
    CHECK(y.item() == doctest::Approx(36));
    CHECK(tangent.item() == doctest::Approx(3 * 1 - 3 * 9));
    CHECK(!y.requires_grad());
    CHECK(!tangent.requires_grad());
  }
  CHECK(memory::statistics().live_nodes == before.live_nodes);
  CHECK(memory::statistics().live_tensors == before.live_tensors);
}

TEST_CASE("jvp of a function that ignores its input is zero") {
  const auto [y, tangent] = jvp([](const Tensor&) { return Tensor(2.0); }, vector({1, 2}), vector({1, 1}));
  CHECK(y.item() == 2.0);
  CHECK(tangent.item() == 0.0);
}

TEST_CASE("forward mode agrees with reverse mode on every case of the op table") {
  int cases = 0;
  for (const OpEntry& op : op_table()) {
    for (const OpCase& op_case : op.cases) {
      random::Generator generator(static_cast<std::uint64_t>(cases++));
      Tensors inputs, directions;
      bool differentiable = true;
      for (const OpInput& input : op_case.inputs) {
        if (input.dtype != float64) {
          differentiable = false;
          break;
        }
        const Domain& domain = input.domain;
        inputs.push_back(domain.low + (domain.high - domain.low) * rand(input.shape, {.dtype = float64}, generator));
        directions.push_back(rand(input.shape, {.dtype = float64}, generator) - 0.5);
      }
      if (!differentiable) continue;
      const auto [y, tangent] = jvp(op_case.function, inputs, directions);
      const Tensor weights = rand(y.shape(), {.dtype = float64}, generator);
      const auto [same, gradients] = vjp(op_case.function, inputs, weights);
      // <w, J v> = <J^T w, v>
      double forward = sum(tangent * weights).item(), reverse = 0.0;
      for (std::size_t i = 0; i < inputs.size(); ++i) reverse += sum(gradients[i] * directions[i]).item();
      CHECK_MESSAGE(std::abs(forward - reverse) <= 1e-10 * std::max(1.0, std::abs(reverse)), op_case.expression);
      CHECK_MESSAGE(close(y, same), op_case.expression);
    }
  }
  CHECK(cases > 250);
}

TEST_CASE("derivatives nest: forward over forward, over reverse, and reverse over forward") {
  const Tensor x = vector({1, 2, 3}), v = vector({1, 0.5, -1}), w = vector({2, 1, 1});
  // f = sum x^3: H = diag(6 x), third derivative 6 along the diagonal.
  const Tensor expected = sum(6.0 * x * v * w);
  const auto inner = [&](const Tensor& at) { return jvp(cubes, at, v).second; };
  CHECK(close(jvp(inner, x, w).second, expected));
  CHECK(close(
      vjp([&](const Tensor& at) { return jvp(cubes, at, v, {.create_graph = true}).second; }, x, Tensor(1.0)).second,
      6.0 * x * v));
  CHECK(close(jvp([&](const Tensor& at) { return vjp(cubes, at, Tensor(1.0)).second; }, x, v).second, 6.0 * x * v));
  CHECK(close(hvp(cubes, x, v), 6.0 * x * v));
  CHECK(close(jvp([&](const Tensor& at) { return hvp(cubes, at, v); }, x, w).second, 6.0 * v * w));
  // Two levels with one input: d/dx (x * d/dy (x + y)) = 1, not 2 (perturbation confusion).
  const Tensor one(1.0);
  const auto outer = [&](const Tensor& a) { return a * jvp([&](const Tensor& b) { return a + b; }, one, one).second; };
  CHECK(jvp(outer, one, one).second.item() == 1.0);
}

TEST_CASE("jacobian and hessian of known functions") {
  const Tensor x = vector({1, 2, 3});
  const Tensor j = jacobian([](const Tensor& v) { return stack({sum(v * v), v(0) * v(1)}); }, x);
  CHECK(close(j, Tensor(xt::xarray<double>{{2, 4, 6}, {2, 1, 0}})));
  const Tensor a = Tensor(xt::xarray<double>{{1, 2}, {3, 4}});
  CHECK(jacobian([](const Tensor& m) { return sum(m, {0}); }, a).shape() == Shape{2, 2, 2});
  CHECK(close(hessian(cubes, x), Tensor(xt::xarray<double>{{6, 0, 0}, {0, 12, 0}, {0, 0, 18}})));
  CHECK(hessian([](const Tensor& m) { return sum(matmul(m, m)); }, a).shape() == Shape{2, 2, 2, 2});
  CHECK(close(hessian([](const Tensor& v) { return sum(v); }, x), zeros({3, 3}, {.dtype = float64})));
  const Tensors both = jacobian([](const Tensors& in) { return in[0] * in[1]; }, Tensors{x, Tensor(2.0)});
  CHECK(close(both[0], 2.0 * eye(3, {.dtype = float64})));
  CHECK(close(both[1], x));
  // Recorded on request: the gradient of a Jacobian's sum.
  const Tensor p = x.clone().requires_grad_();
  sum(jacobian([](const Tensor& v) { return v * v; }, p, {.create_graph = true})).backward();
  CHECK(close(p.grad(), vector({2, 2, 2})));
}

TEST_CASE("derivatives name what does not fit") {
  const Tensor x = vector({1, 2, 3});
  CHECK_THROWS_WITH_AS(jvp(cubes, x, vector({1, 2})),
                       doctest::Contains("jvp: a vector of shape (2,) for an input of shape (3,)"), ShapeError);
  CHECK_THROWS_WITH_AS(vjp(cubes, x, x), doctest::Contains("vjp: a vector of shape (3,) for a value of shape ()"),
                       ShapeError);
  CHECK_THROWS_WITH_AS(hvp([](const Tensor& v) { return v; }, x, x), doctest::Contains("must be a scalar"), ShapeError);
  CHECK_THROWS_AS(hvp(cubes, Tensor(xt::xarray<std::int64_t>{1, 2}), Tensor(xt::xarray<std::int64_t>{1, 2})),
                  DtypeError);
}

TEST_CASE("a checkpoint keeps no intermediate result and gives the same gradients") {
  const auto block = [](const Tensors& in) {
    Tensor y = in[0];
    for (int i = 0; i < 10; ++i) y = tanh(y * in[1]);
    return y;
  };
  manual_seed(0);
  const Tensor x = randn({1000}, {.dtype = float64, .requires_grad = true}), w = Tensor(0.9).requires_grad_();
  const Tensor plain = sum(block({x, w}));
  const Tensors expected = grad(plain, {x, w});

  const auto before = memory::statistics().live_bytes;
  const Tensor kept = checkpoint(block, {x, w});
  CHECK(memory::statistics().live_bytes - before < 2 * 1000 * sizeof(double));
  CHECK(kept.op_name() == "checkpoint");
  sum(kept).backward();
  CHECK(close(x.grad(), expected[0]));
  CHECK(close(w.grad(), expected[1]));
}

TEST_CASE("a checkpoint reaches what its function captures, replays random numbers, and can be differentiated again") {
  manual_seed(1);
  const Tensor x = randn({50}, {.dtype = float64, .requires_grad = true});
  const Tensor w = Tensor(0.7).requires_grad_();
  const Tensor hidden = w * 2.0;  // captured, not a leaf
  Tensor mask;
  const Tensor y = checkpoint(
      [&](const Tensors& in) {
        mask = dropout(ones({50}, {.dtype = float64}), 0.5);
        return in[0] * hidden * mask;
      },
      {x});
  const Tensor first_mask = mask;
  const double next = random::default_generator().uniform();
  sum(y).backward();
  CHECK(close(mask, first_mask));
  CHECK(close(w.grad(), sum(x.detach() * mask * 2.0)));
  CHECK(random::default_generator().uniform() != next);

  const auto f = [](const Tensors& in) {
    return checkpoint([&](const Tensors& inner) { return exp(inner[0]) * in[1] * inner[0]; }, {in[0]});
  };
  CHECK(gradgradcheck(f, {vector({0.1, 0.5}), vector({1.0, 2.0})}));
  CHECK(close(hvp([&](const Tensor& v) { return sum(checkpoint([](const Tensors& in) { return exp(in[0]); }, {v})); },
                  vector({1, 2}), vector({1, 1})),
              exp(vector({1, 2}))));
}

TEST_CASE("a custom operation has its rule in both modes, to second order") {
  const CustomOp cube{.name = "my_cube",
                      .forward = [](const Tensors& in) { return in[0] * in[0] * in[0] + in[1]; },
                      .backward = [](const Tensor& g, const Tensors& in, const Tensor&) -> Tensors {
                        return {3.0 * g * in[0] * in[0], g};
                      }};
  const auto f = [&](const Tensors& in) { return custom_op(cube, in); };
  const Tensor x = vector({1, 2, 3}), b = vector({0, 1, 2});
  CHECK(gradcheck(f, {x, b}));
  CHECK(gradgradcheck(f, {x, b}));
  CHECK(close(jvp(f, Tensors{x, b}, Tensors{b, x}).second, 3.0 * x * x * b + x));
  CHECK(custom_op(cube, {x.clone().requires_grad_(), b}).op_name() == "my_cube");

  const CustomOp wrong{.name = "wrong",
                       .forward = [](const Tensors& in) { return in[0]; },
                       .backward = [](const Tensor& g, const Tensors&, const Tensor&) -> Tensors {
                         return {g, g};
                       }};
  const Tensor leaf = x.clone().requires_grad_();
  CHECK_THROWS_WITH_AS(sum(custom_op(wrong, {leaf})).backward(),
                       doctest::Contains("wrong: its backward rule gave 2 gradients for 1 inputs"), GradError);
}

TEST_CASE("hooks see and may change a gradient, at a leaf and in between, and can be removed") {
  const Tensor x = vector({1, 2, 3}).requires_grad_();
  Tensor seen;
  const unsigned number = x.register_hook([&](const Tensor& g) { seen = g; });
  x.register_hook([](const Tensor& g) { return g * 10.0; });
  Tensor y = x * 2.0;
  y.register_hook([](const Tensor& g) { return clip(g, -0.5, 0.5); });
  sum(y).backward();
  CHECK(close(seen, vector({1, 1, 1})));
  CHECK(close(x.grad(), vector({10, 10, 10})));

  seen = Tensor();
  x.remove_hook(number);
  x.zero_grad();
  sum(x * 1.0).backward();
  CHECK(!seen.defined());
  CHECK(close(x.grad(), vector({10, 10, 10})));
  CHECK_THROWS_WITH_AS(x.remove_hook(number), doctest::Contains("no hook number 0"), GradError);
  CHECK_THROWS_WITH_AS(x.detach().register_hook([](const Tensor&) {}), doctest::Contains("requires no gradient"),
                       GradError);

  const Tensor z = vector({1}).requires_grad_();
  z.register_hook([](const Tensor&) { return Tensor(1.0); });
  CHECK_THROWS_WITH_AS(sum(z * z).backward(), doctest::Contains("hook: it returned float64 of shape ()"), GradError);
  CHECK(!z.grad().defined());
}
