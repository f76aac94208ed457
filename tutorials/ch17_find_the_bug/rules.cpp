// Six backward rules that were taught, or nearly. Which are wrong? gradcheck() knows; look before you read what it
// says.
#include <xtape.hpp>

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>

#include <cstdio>

using namespace xtape;

namespace {

void check(const char* what, const TensorFunction& function, const Tensors& inputs, GradcheckOptions options = {}) {
  const GradcheckResult result = gradcheck(function, inputs, options);
  std::printf("%s: %s\n", what, result.ok ? "passed" : result.message.c_str());
}

Tensor d_sigmoid(const Tensor& u) { return sigmoid(u) * (1.0 - sigmoid(u)); }

// --- bug 1
Tensor sigmoid_1(const Tensor& u) {
  return custom_op(
      {.name = "sigmoid_1",
       .forward = [](const Tensors& in) { return sigmoid(in[0]); },
       .backward = [](const Tensor& g, const Tensors&, const Tensor& z) -> Tensors { return {g * d_sigmoid(z)}; }},
      {u});
}

// --- bug 2
Tensor relu_2(const Tensor& u) {
  return custom_op(
      {.name = "relu_2",
       .forward = [](const Tensors& in) { return relu(in[0]); },
       .backward = [](const Tensor& g, const Tensors& in, const Tensor&) -> Tensors { return {g * d_sigmoid(in[0])}; }},
      {u});
}

// --- bug 3: a penalty on all weights
Tensor penalty_3(const Tensors& weights) {
  return custom_op({.name = "penalty_3",
                    .forward =
                        [](const Tensors& in) {
                          Tensor squares = sum(square(in[0]));
                          for (std::size_t i = 1; i < in.size(); ++i) squares = squares + sum(square(in[i]));
                          return sqrt(squares);
                        },
                    .backward = [](const Tensor& g, const Tensors& in, const Tensor&) -> Tensors {
                      return {g * in[0], g * in[1], g * in[2]};
                    }},
                   weights);
}

// --- bug 4: the same with half the sum of squares; something else is wrong now
Tensor penalty_4(const Tensors& weights) {
  return custom_op({.name = "penalty_4",
                    .forward =
                        [](const Tensors& in) {
                          Tensor squares = sum(square(in[0]));
                          for (std::size_t i = 1; i < in.size(); ++i) squares = squares + sum(square(in[i]));
                          return 0.5 * squares;
                        },
                    .backward = [](const Tensor& g, const Tensors& in, const Tensor&) -> Tensors {
                      Tensors gradients(in.size());  // undefined stands for zero
                      for (std::size_t i = 0; i + 1 < in.size(); ++i) gradients[i] = g * in[i];
                      return gradients;
                    }},
                   weights);
}

// --- bug 5: one step of a recurrent network, h' = tanh(x Wx + h Wh)
Tensor step_5(const Tensors& in) {
  return custom_op({.name = "step_5",
                    .forward = [](const Tensors& t) { return tanh(matmul(t[0], t[2]) + matmul(t[1], t[3])); },
                    .backward = [](const Tensor& g, const Tensors& t, const Tensor& state) -> Tensors {
                      const Tensor inner = g * (1.0 - square(state));
                      return {matmul(inner, transpose(t[2])), matmul(inner, transpose(t[3])),
                              matmul(transpose(t[0]), inner), matmul(transpose(state), inner)};
                    }},
                   in);
}

// --- bug 6: softmax with cross-entropy for class 0, guarded against log(0)
Tensor loss_6(const Tensor& scores) {
  return custom_op({.name = "loss_6",
                    .forward = [](const Tensors& in) { return -log(softmax(in[0])(0) + 1e-7); },
                    .backward = [](const Tensor& g, const Tensors& in, const Tensor&) -> Tensors {
                      return {g * (softmax(in[0]) - Tensor(xt::xarray<double>{1.0, 0.0}))};
                    }},
                   {scores});
}

void curves(const tutorial::Options& options) {
  const Tensor u = linspace(-6.0, 6.0, 121, {.dtype = float64}).requires_grad_();
  const Tensor four = Tensor(xt::xarray<double>{-4.0, 4.0}).requires_grad_();
  const Tensor right = grad(sum(sigmoid(four)), four), wrong = grad(sum(sigmoid_1(four)), four);
  std::printf("slope of the sigmoid at -4 and 4: right %.4f %.4f, bug 1 %.4f %.4f\n", right.item(0), right.item(1),
              wrong.item(0), wrong.item(1));
  plot::Figure figure({.columns = 2});
  figure[0].line(u, grad(sum(sigmoid(u)), u), {.label = "right"});
  figure[0].line(u, grad(sum(sigmoid_1(u)), u), {.label = "bug 1", .line = "--"});
  figure[0].title("slope of the sigmoid").x_label("u").y_range(0, 0.35).legend("top right");
  figure[1].line(u, grad(sum(relu(u)), u), {.label = "right"});
  figure[1].line(u, grad(sum(relu_2(u)), u), {.label = "bug 2", .line = "--"});
  figure[1].title("slope of ReLU").x_label("u").y_range(-0.1, 1.4).legend("top left");
  figure.save(options.figure("slopes"));
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const Tensor u = xt::xarray<double>{-4.0, 1.0, 4.0};
  check("bug 1, sigmoid", [](const Tensors& in) { return sigmoid_1(in[0]); }, {u});
  check("bug 2, relu", [](const Tensors& in) { return relu_2(in[0]); }, {u});

  const Tensors weights = {xt::xarray<double>{1.0, 2.0}, xt::xarray<double>{-1.0}, xt::xarray<double>{0.5, 3.0, -2.0}};
  check("bug 3, penalty", penalty_3, weights);
  check("bug 4, penalty", penalty_4, weights);

  const Tensor x = xt::xarray<double>{{0.5, -1.0}}, h = xt::xarray<double>{{0.3, 0.6}};
  const Tensor wx = xt::xarray<double>{{0.1, 0.2}, {0.3, -0.4}}, wh = xt::xarray<double>{{0.5, -0.5}, {0.25, 0.75}};
  check("bug 5, recurrent step", step_5, {x, h, wx, wh});

  const TensorFunction loss = [](const Tensors& in) { return loss_6(in[0]); };
  const Tensor in_doubt = xt::xarray<double>{0.5, 1.0}, sure_and_wrong = xt::xarray<double>{-10.0, 0.0};
  check("bug 6, loss, in doubt", loss, {in_doubt});
  check("bug 6, in doubt, tolerance 1e-8", loss, {in_doubt}, {.step = 1e-4, .tolerance = 1e-8});
  check("bug 6, sure and wrong", loss, {sure_and_wrong});
  curves(options);
}
