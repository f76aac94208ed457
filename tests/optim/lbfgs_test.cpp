#include <doctest/doctest.h>

#include <cmath>
#include <expectations.hpp>
#include <optim/line_search.hpp>
#include <scratch_files.hpp>
#include <xtape.hpp>

using namespace xtape;

namespace {

Tensor point(double x, double y) { return Tensor(xt::xarray<double>{x, y}).requires_grad_(); }
// Smallest at (1, 1), at the bottom of a bent valley.
Tensor rosenbrock(const Tensor& p) { return 100.0 * square(p(1) - square(p(0))) + square(1.0 - p(0)); }

auto closure(optim::Optimizer& rule, const Tensor& p) {
  return [&rule, p] {
    rule.zero_grad();
    Tensor loss = rosenbrock(p);
    loss.backward();
    return loss;
  };
}

}  // namespace

TEST_CASE("LBFGS finds the bottom of Rosenbrock's valley in one step of many iterations") {
  for (const DType dtype : {float32, float64}) {
    const Tensor p = astype(point(-1.2, 1.0).detach(), dtype).clone().requires_grad_();
    optim::LBFGS rule({p},
                      {.max_iter = 100, .tolerance_change = 1e-14, .line_search_fn = optim::LineSearch::strong_wolfe});
    const Tensor loss = rule.step(closure(rule, p));
    CHECK(loss.item() == doctest::Approx(24.2));  // the one before
    CHECK(std::abs(p.item(0) - 1.0) < (dtype == float64 ? 1e-6 : 1e-2));
    CHECK(std::abs(p.item(1) - 1.0) < (dtype == float64 ? 1e-6 : 1e-2));
  }
}

TEST_CASE("LBFGS moves every parameter but those without a gradient") {
  const Tensor a = point(-1.2, 1.0), b = point(5, 5), c = point(2, 2);
  optim::LBFGS rule({a, b, c}, {.lr = 0.1, .max_iter = 3});
  rule.step([&] {
    rule.zero_grad();
    Tensor loss = rosenbrock(a) + sum(square(c));
    loss.backward();
    return loss;
  });
  CHECK(b.item(0) == 5.0);
  CHECK(a.item(0) != -1.2);
  CHECK(c.item(0) < 2.0);
}

TEST_CASE("LBFGS stays where the gradient is 0") {
  const Tensor p = point(1, 1);
  optim::LBFGS rule({p});
  int calls = 0;
  rule.step([&] {
    ++calls;
    return closure(rule, p)();
  });
  CHECK(calls == 1);
  CHECK(p.item(0) == 1.0);
}

TEST_CASE("LBFGS asks for the closure, and refuses options and parameters that make no sense") {
  const Tensor p = point(1, 1);
  optim::LBFGS rule({p});
  check_says(message_of<Error>([&] { rule.step(); }), {"LBFGS: step() needs what computes the loss anew"});
  CHECK_THROWS_WITH_AS(optim::LBFGS({p}, {.max_iter = 0}), "LBFGS: max_iter must be >= 1, not 0", Error);
  CHECK_THROWS_WITH_AS(optim::LBFGS({p}, {.history_size = 0}), "LBFGS: history_size must be >= 1, not 0", Error);
  CHECK_THROWS_WITH_AS(optim::LBFGS({p}, {.tolerance_grad = -1.0}), "LBFGS: tolerance_grad must be >= 0, not -1",
                       Error);
  CHECK_THROWS_WITH_AS(optim::LBFGS({p, zeros({1}, {.dtype = float32})}, {}),
                       "LBFGS: the parameters are float64 and float32; they must have one dtype", DtypeError);
}

TEST_CASE("an error within the line search leaves the parameters at the last iteration") {
  const Tensor p = point(-1.2, 1.0);
  optim::LBFGS rule({p}, {.line_search_fn = optim::LineSearch::strong_wolfe});
  int calls = 0;
  const auto failing = [&] {
    if (++calls == 2) throw Error("no loss");
    return closure(rule, p)();
  };
  CHECK_THROWS_WITH_AS(rule.step(failing), "no loss", Error);
  CHECK(p.item(0) == -1.2);
  CHECK(p.item(1) == 1.0);
}

TEST_CASE("the state of LBFGS goes through a file") {
  const Tensor a = point(-1.2, 1.0), b = point(0, 0);
  const optim::LBFGS::Options options{
      .max_iter = 4, .history_size = 3, .line_search_fn = optim::LineSearch::strong_wolfe};
  optim::LBFGS one({a}, options), two({b}, options);
  CHECK(one.state_dict().size() == 1);  // param_groups.0.lr
  for (int i = 0; i < 2; ++i) one.step(closure(one, a));
  CHECK(one.state_dict().at("0.old_dirs").shape() == Shape{3, 2});
  const ScratchFolder folder;
  save(folder / "state.safetensors", one.state_dict());
  two.load_state_dict(load(folder / "state.safetensors"));
  {
    const NoGrad guard;
    b.assign(a.detach());
  }
  one.step(closure(one, a));
  two.step(closure(two, b));
  CHECK(identical(a.detach(), b.detach()));

  StateDict wrong = one.state_dict();
  wrong["0.old_dirs"] = zeros({2, 2});
  CHECK_THROWS_WITH_AS(two.load_state_dict(wrong),
                       "LBFGS: load_state_dict: '0.old_dirs' has the shape (2, 2), not (3, 2)", ShapeError);
  wrong = one.state_dict();
  wrong["0.exp_avg"] = zeros({2});
  CHECK_THROWS_AS(two.load_state_dict(wrong), Error);
}

TEST_CASE("the line search meets the strong Wolfe conditions") {
  struct Line {
    double (*value)(double);
    double (*slope)(double);
  };
  const Line lines[] = {
      {[](double t) { return (t - 3.0) * (t - 3.0); }, [](double t) { return 2.0 * (t - 3.0); }},
      {[](double t) { return -t / (t * t + 2.0); },
       [](double t) { return (t * t - 2.0) / std::pow(t * t + 2.0, 2.0); }},
      {[](double t) { return std::exp(t) - 5.0 * t; }, [](double t) { return std::exp(t) - 5.0; }},
      {[](double t) { return std::cos(3.0 * t) - 2.0 * t + 0.1 * t * t * t * t; },
       [](double t) { return -3.0 * std::sin(3.0 * t) - 2.0 + 0.4 * t * t * t; }},
  };
  for (const Line& line : lines) {
    for (double first : {1e-3, 0.1, 1.0, 10.0, 100.0}) {
      std::size_t calls = 0;
      const auto at = [&](double t) {
        ++calls;
        return optim::LinePoint{t, line.value(t), Tensor(), line.slope(t)};
      };
      const optim::LinePoint start = at(0.0);
      calls = 0;
      const optim::LineSearchResult found = optim::strong_wolfe(at, start, first, 1.0, {});
      CHECK(found.evaluations == calls);
      CHECK(found.point.loss <= start.loss + 1e-4 * found.point.t * start.slope);
      CHECK(std::abs(found.point.slope) <= -0.9 * start.slope);
      CHECK(found.point.loss == line.value(found.point.t));
    }
  }
}
