// Activations: PyTorch's values, the ends of the range, and the derivatives at kinks.

#include <doctest/doctest.h>

#include <xtape.hpp>

#include <functional>

using namespace xtape;

namespace {

using Function = std::function<Tensor(const Tensor&)>;

struct Activation {
  const char* name;
  Function function;
  std::vector<double> expected;  // at -2.5, -0.7, 0.3, 1.9 and 7, by PyTorch 1.13
};

#define XTAPE_ACTIVATION(name, ...)                                 \
  {                                                                 \
#name, [](const Tensor& x) { return name(x); }, { __VA_ARGS__ } \
  }

const std::vector<Activation>& activations() {
  static const std::vector<Activation> all = {
      XTAPE_ACTIVATION(step, 0, 0, 1, 1, 1),
      XTAPE_ACTIVATION(identity, -2.5, -0.7, 0.3, 1.9, 7),
      XTAPE_ACTIVATION(tanh, -0.9866142981514303, -0.6043677771171636, 0.2913126124515909, 0.9562374581277391,
                       0.9999983369439447),
      XTAPE_ACTIVATION(sigmoid, 0.07585818002124355, 0.3318122278318339, 0.574442516811659, 0.8698915256370021,
                       0.9990889488055994),
      XTAPE_ACTIVATION(logsigmoid, -2.5788897342925496, -1.103186048885458, -0.5543552444685271, -0.1393867582829606,
                       -0.0009114664537742447),
      XTAPE_ACTIVATION(softplus, 0.07888973429254963, 0.4031860488854579, 0.8543552444685272, 2.0393867582829603,
                       7.000911466453774),
      XTAPE_ACTIVATION(relu, 0, 0, 0.3, 1.9, 7),
      XTAPE_ACTIVATION(relu6, 0, 0, 0.3, 1.9, 6),
      XTAPE_ACTIVATION(leaky_relu, -0.025, -0.006999999999999999, 0.3, 1.9, 7),
      XTAPE_ACTIVATION(elu, -0.9179150013761012, -0.5034146962085905, 0.3, 1.9, 7),
      XTAPE_ACTIVATION(celu, -0.9179150013761012, -0.5034146962085905, 0.3, 1.9, 7),
      XTAPE_ACTIVATION(selu, -1.6137857588732423, -0.8850530455772052, 0.31521029620664415, 1.9963318759754127,
                       7.354906911488364),
      XTAPE_ACTIVATION(gelu, -0.015524163314440398, -0.1693745565561511, 0.1853734266566858, 1.8454385363495966,
                       6.999999999991041),
      XTAPE_ACTIVATION(gelu_tanh, -0.015084266089998577, -0.16942986529488321, 0.18537092354275922, 1.8454512344553327,
                       6.999999999999997),
      XTAPE_ACTIVATION(silu, -0.18964545005310887, -0.2322685594822837, 0.1723327550434977, 1.652793898710304,
                       6.993622641639196),
      XTAPE_ACTIVATION(mish, -0.19681620390653337, -0.2678702347955009, 0.20800137234811503, 1.8367436005523152,
                       6.999988379809741),
      XTAPE_ACTIVATION(softsign, -0.7142857142857143, -0.4117647058823529, 0.23076923076923075, 0.6551724137931034,
                       0.875),
      XTAPE_ACTIVATION(hardtanh, -1, -0.7, 0.3, 1, 1),
      XTAPE_ACTIVATION(hardsigmoid, 0.08333333333333333, 0.3833333333333333, 0.5499999999999999, 0.8166666666666668, 1),
      XTAPE_ACTIVATION(hardswish, -0.20833333333333334, -0.2683333333333333, 0.16499999999999998, 1.5516666666666667,
                       7),
      XTAPE_ACTIVATION(tanhshrink, -1.5133857018485697, -0.09563222288283646, 0.008687387548409087, 0.9437625418722608,
                       6.0000016630560555),
      XTAPE_ACTIVATION(softshrink, -2, -0.19999999999999996, 0, 1.4, 6.5),
      XTAPE_ACTIVATION(hardshrink, -2.5, -0.7, 0, 1.9, 7),
  };
  return all;
}

double derivative_at(const Function& f, double value) {
  const Tensor x = Tensor(value).requires_grad_();
  return grad(f(x), x).item();
}

bool all_finite(const Tensor& x) { return all(isfinite(x)).item<bool>(); }

}  // namespace

TEST_CASE("activations have PyTorch's values") {
  const Tensor x = Tensor(xt::xarray<double>{-2.5, -0.7, 0.3, 1.9, 7.0});
  const auto check = [&](const Tensor& y, const std::vector<double>& expected) {
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CHECK(y.item(static_cast<std::ptrdiff_t>(i)) == doctest::Approx(expected[i]).epsilon(1e-13));
    }
  };
  for (const Activation& activation : activations()) {
    INFO(std::string(activation.name));
    check(activation.function(x), activation.expected);
  }
  check(softplus(x, 2.0),
        {0.003357674244559034, 0.11020870495922547, 0.5187439752429428, 1.9110621082274395, 7.000000415764187});
  check(celu(x, 1.5), {-1.2166865957436572, -0.5593663720904157, 0.3, 1.9, 7.0});
  check(hardtanh(x, -2.0, 3.0), {-2.0, -0.7, 0.3, 1.9, 3.0});
  check(threshold(x, 0.1, 20.0), {20.0, 20.0, 0.3, 1.9, 7.0});
  check(leaky_relu(x, 0.2), {-0.5, -0.14, 0.3, 1.9, 7.0});
  CHECK(log_sigmoid(x).item(1) == logsigmoid(x).item(1));
}

TEST_CASE("prelu has a slope that is learned, one a column or one for all") {
  const Tensor x = Tensor(xt::xarray<double>{{-1.0, 2.0}, {-3.0, -4.0}});
  const Tensor slope = Tensor(xt::xarray<double>{0.25, 0.5}).requires_grad_();
  const Tensor y = prelu(x, slope);
  CHECK(y.item(0) == -0.25);
  CHECK(y.item(1) == 2.0);
  CHECK(y.item(3) == -2.0);
  sum(y).backward();
  CHECK(slope.grad().item(0) == -4.0);
  CHECK(slope.grad().item(1) == -4.0);
}

TEST_CASE("value, gradient and second gradient are finite at 1000 and 10000 on either side") {
  for (DType dtype : {float32, float64}) {
    for (std::size_t n : {1u, 40u}) {  // single elements and arrays take different loops
      for (double end : {1e3, -1e3, 1e4, -1e4}) {
        for (const Activation& activation : activations()) {
          INFO(std::string(activation.name) << " at " << end << " " << n << " " << to_string(dtype));
          const Tensor x = full({n}, end, {.dtype = dtype}).requires_grad_();
          const Tensor y = activation.function(x);
          CHECK(all_finite(y));
          CHECK(all_finite(grad(sum(y), x, {.retain_graph = true})));
          const Tensor first = grad(sum(y), x, {.create_graph = true});
          CHECK(all_finite(first));
          if (!first.requires_grad()) continue;
          const Tensor second = grad(sum(first), x, {.create_graph = true, .allow_unused = true});
          if (!second.defined()) continue;
          CHECK(all_finite(second));
        }
        // The parameters of those that have some.
        for (const auto& function : std::vector<std::pair<const char*, Tensor (*)(const Operand&, const Operand&)>>{
                 {"softplus", softplus},
                 {"elu", elu},
                 {"celu", celu},
                 {"leaky_relu", leaky_relu},
                 {"logaddexp", logaddexp}}) {
          INFO(std::string(function.first) << " at " << end << " " << n << " " << to_string(dtype));
          const Tensor x = full({n}, end, {.dtype = dtype}).requires_grad_();
          const Tensor parameter = full({n}, 0.75, {.dtype = dtype}).requires_grad_();
          const Tensors first = grad(sum(function.second(x, parameter)), {x, parameter}, {.create_graph = true});
          CHECK(all_finite(first[0]));
          CHECK(all_finite(first[1]));
          for (const Tensor& second : grad(sum(first[0] * 0.5 + first[1]), {x, parameter}, {.allow_unused = true})) {
            if (second.defined()) CHECK(all_finite(second));
          }
        }
      }
    }
  }
  CHECK(softplus(Tensor(1e3)).item() == 1e3);
  CHECK(softplus(Tensor(-1e3)).item() == 0.0);
  CHECK(logsigmoid(Tensor(-1e4)).item() == -1e4);
  CHECK(logaddexp(1e4, Tensor(1e4)).item() == doctest::Approx(1e4 + std::log(2.0)));
}

TEST_CASE("silu's derivative does not cancel where x is large") {
  const Tensor x = full({17}, 1000.3).requires_grad_();
  CHECK(grad(sum(silu(x)), x).item(3) == 1.0);
}

TEST_CASE("derivatives at kinks") {
  struct Kink {
    const char* name;
    Function function;
    std::vector<std::pair<double, double>> derivatives;  // at x
  };
#define XTAPE_KINK(call, ...)                                    \
  {                                                              \
#call, [](const Tensor& x) { return call; }, { __VA_ARGS__ } \
  }
  const std::vector<Kink> kinks = {
      XTAPE_KINK(relu(x), {0, 0}),
      XTAPE_KINK(relu6(x), {0, 0}, {6, 0}),
      XTAPE_KINK(step(x), {0, 0}),
      XTAPE_KINK(leaky_relu(x), {0, 0.01}),
      XTAPE_KINK(prelu(x, 0.25), {0, 0.25}),
      XTAPE_KINK(elu(x, 2.0), {0, 2}),
      XTAPE_KINK(celu(x, 2.0), {0, 1}),
      XTAPE_KINK(softsign(x), {0, 1}),
      XTAPE_KINK(hardtanh(x), {-1, 0}, {1, 0}),
      XTAPE_KINK(hardsigmoid(x), {-3, 0}, {3, 0}),
      XTAPE_KINK(hardswish(x), {-3, -0.5}, {3, 1.5}),
      XTAPE_KINK(softshrink(x), {-0.5, 0}, {0, 0}, {0.5, 0}),
      XTAPE_KINK(hardshrink(x), {-0.5, 0}, {0, 0}, {0.5, 0}),
      XTAPE_KINK(threshold(x, 0.5, 2.0), {0.5, 0}),
      XTAPE_KINK(abs(x), {0, 0}),
      XTAPE_KINK(sign(x), {0, 0}),
      XTAPE_KINK(clip(x, -1.0, 1.0), {-1, 1}, {1, 1}, {1.5, 0}),
      XTAPE_KINK(maximum(x, 1.0), {1, 0.5}),
      XTAPE_KINK(minimum(1.0, x), {1, 0.5}),
      XTAPE_KINK(fmax(x, 1.0), {1, 0.5}),
      XTAPE_KINK(fmin(1.0, x), {1, 0.5}),
      XTAPE_KINK(floor(x), {1, 0}),
      XTAPE_KINK(round(x), {0.5, 0}),
      XTAPE_KINK(hypot(x, 0.0), {0, 0}),
      XTAPE_KINK(atan2(x, 0.0), {0, 0}),
      XTAPE_KINK(xlogy(x, 0.0), {0, 0}),
      XTAPE_KINK(xlogy(0.0, x), {0, 0}),
      XTAPE_KINK(pow(x, 0.0), {0, 0}),
      XTAPE_KINK(pow(x, 1.0), {0, 1}),
      XTAPE_KINK(pow(x, 2.0), {0, 0}),
      XTAPE_KINK(pow(0.0, x), {0, 0}, {1, 0}),
  };
  for (const Kink& kink : kinks) {
    for (const auto& point : kink.derivatives) {
      CHECK_MESSAGE(derivative_at(kink.function, point.first) == point.second, std::string(kink.name)
                                                                                   << " at " << point.first);
    }
  }
  // At clip's bounds x has the whole gradient.
  const Tensor x = Tensor(1.0).requires_grad_(), low = Tensor(1.0).requires_grad_(),
               high = Tensor(2.0).requires_grad_();
  const Tensors gradients = grad(clip(x, low, high), {x, low, high});
  CHECK(gradients[0].item() == 1.0);
  CHECK(gradients[1].item() == 0.0);
  CHECK(gradients[2].item() == 0.0);
}

TEST_CASE("powers of 0 have all their derivatives") {
  const Tensor x = Tensor(0.0).requires_grad_();
  Tensor derivative = pow(x, 3.0);
  for (double expected : {0.0, 0.0, 6.0, 0.0, 0.0}) {
    derivative = grad(derivative, x, {.create_graph = true});
    CHECK(derivative.item() == expected);
  }
}
