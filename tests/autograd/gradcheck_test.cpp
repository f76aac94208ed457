#include <doctest/doctest.h>

#include <xtape.hpp>

using namespace xtape;

namespace {

// x^2 with a rule of the test's choosing.
Tensor square_with_rule(const Tensor& x, const std::function<Tensor(const Tensor&, const Tensor&)>& rule) {
  return record("square_with_rule", x.detach() * x.detach(),
                From{x, [x, rule](const Tensor& g) { return rule(g, x); }});
}

}  // namespace

TEST_CASE("gradcheck passes what is right and says by how much") {
  const GradcheckResult result =
      gradcheck([](const Tensors& in) { return tanh(matmul(in[0], in[1])); }, {randn({2, 3}), randn({3, 2})});
  CHECK(result);
  CHECK(result.max_error > 0.0);
  CHECK(result.max_error < 1e-6);
  CHECK(result.message.empty());
}

TEST_CASE("gradcheck catches wrong rules and prints both gradients") {
  const Tensor x = Tensor(xt::xarray<double>{{0.5, 2.0}, {-1.0, 3.0}});
  const auto check = [&](const std::function<Tensor(const Tensor&, const Tensor&)>& rule) {
    return gradcheck([&](const Tensors& in) { return square_with_rule(in[0], rule); }, {x});
  };
  CHECK(check([](const Tensor& g, const Tensor& v) { return 2.0 * g * v; }));
  const GradcheckResult wrong = check([](const Tensor& g, const Tensor& v) { return 2.001 * g * v; });
  CHECK_FALSE(wrong);
  CHECK(wrong.max_error > 1e-5);
  CHECK(wrong.message.find("analytic") != std::string::npos);
  CHECK(wrong.message.find("numeric") != std::string::npos);
  CHECK(wrong.message.find("input 0") != std::string::npos);
  // A message shows how small an error is that a small tolerance does not allow.
  const GradcheckResult small = gradcheck(
      [](const Tensors& in) {
        return square_with_rule(in[0], [](const Tensor& g, const Tensor& v) { return 2.00002 * g * v; });
      },
      {x}, {.step = 1e-3, .tolerance = 1e-7});
  CHECK_FALSE(small);
  CHECK(small.message.find("relative error 0.0000") == std::string::npos);
  CHECK(small.message.find("e-0") != std::string::npos);
  // Errors that a plain sum of a symmetric output would hide.
  CHECK_FALSE(check([](const Tensor& g, const Tensor& v) { return 2.0 * transpose(g) * v; }));
  CHECK_FALSE(
      check([](const Tensor& g, const Tensor& v) { return 2.0 * g * v * std::numeric_limits<double>::quiet_NaN(); }));
}

TEST_CASE("gradcheck tries every mix of inputs and one tensor in two places") {
  // Wrong only where the second input needs no gradient.
  const auto sneaky = [](const Tensors& in) {
    const double factor = in[1].requires_grad() ? 1.0 : 1.1;
    return record("sneaky", in[0].detach() * in[1].detach(),
                  From{in[0], [b = in[1], factor](const Tensor& g) { return factor * g * b; }},
                  From{in[1], [a = in[0]](const Tensor& g) { return g * a; }});
  };
  CHECK_FALSE(gradcheck(sneaky, {randn({3}), randn({4, 3})}));
  // Wrong only where both are the same tensor.
  const auto twin = [](const Tensors& in) { return in[0].is_same(in[1]) ? in[0].detach() * in[1] : in[0] * in[1]; };
  CHECK_FALSE(gradcheck(twin, {randn({3}), randn({3})}));
}

TEST_CASE("gradgradcheck finds a first-order rule that is right with a second that is not") {
  const Tensor x = Tensor(xt::xarray<double>{0.5, 2.0});
  const auto cut = [](const Tensors& in) {
    return square_with_rule(in[0], [](const Tensor& g, const Tensor& v) { return 2.0 * g * v.detach(); });
  };
  CHECK(gradcheck(cut, {x}));
  CHECK_FALSE(gradgradcheck(cut, {x}));
  CHECK(gradgradcheck([](const Tensors& in) { return in[0] * sigmoid(in[0]); }, {x}));
}
