// The rules of rules.cpp, mended; and what gradcheck() cannot see: checks that are empty, and losses, update rules and
// logarithms that are wrong although their gradients are right.
#include <xtape.hpp>

#include <tutorials/common/tutorial.hpp>

#include <cmath>
#include <cstdio>

using namespace xtape;

namespace {

void check(const char* what, const TensorFunction& function, const Tensors& inputs) {
  const GradcheckResult result = gradcheck(function, inputs);
  std::printf("%s: %s\n", what, result.ok ? "passed" : result.message.c_str());
}

using Rule = Tensors (*)(const Tensor& g, const Tensors& in, const Tensor& y);

TensorFunction op(const char* name, Tensor (*value)(const Tensors&), Rule rule) {
  return [=](const Tensors& in) { return custom_op({.name = name, .forward = value, .backward = rule}, in); };
}

Tensor half_of_squares(const Tensors& weights) {
  Tensor result = 0.0;
  for (const Tensor& w : weights) result = result + 0.5 * sum(square(w));
  return result;
}

Tensor recurrent_step(const Tensors& t) { return tanh(matmul(t[0], t[2]) + matmul(t[1], t[3])); }

Tensors recurrent_rule(const Tensor& g, const Tensors& t, const Tensor& state) {
  const Tensor inner = g * (1.0 - square(state));
  return {matmul(inner, transpose(t[2])), matmul(inner, transpose(t[3])), matmul(transpose(t[0]), inner),
          matmul(transpose(t[1]), inner)};
}

void mended_rules() {
  const Tensor u = xt::xarray<double>{-4.0, 1.0, 4.0};
  check("1, sigmoid",
        op(
            "sigmoid", [](const Tensors& in) { return sigmoid(in[0]); },
            [](const Tensor& g, const Tensors&, const Tensor& z) -> Tensors { return {g * z * (1.0 - z)}; }),
        {u});
  check("2, relu",
        op(
            "relu", [](const Tensors& in) { return relu(in[0]); },
            [](const Tensor& g, const Tensors& in, const Tensor&) -> Tensors { return {where(in[0] > 0.0, g, 0.0)}; }),
        {u});
  check("3 and 4, penalty",
        op("penalty", half_of_squares,
           [](const Tensor& g, const Tensors& in, const Tensor&) -> Tensors {
             return {g * in[0], g * in[1], g * in[2]};
           }),
        {xt::xarray<double>{1.0, 2.0}, xt::xarray<double>{-1.0}, xt::xarray<double>{0.5, 3.0, -2.0}});
  check("5, recurrent step", op("step", recurrent_step, recurrent_rule),
        {xt::xarray<double>{{0.5, -1.0}}, xt::xarray<double>{{0.3, 0.6}}, xt::xarray<double>{{0.1, 0.2}, {0.3, -0.4}},
         xt::xarray<double>{{0.5, -0.5}, {0.25, 0.75}}});
  const Tensor label = xt::xarray<std::int64_t>{0};
  check("6, loss", [&](const Tensors& in) { return nn::cross_entropy(in[0], label); },
        {xt::xarray<double>{{-10.0, 0.0}}});
}

// --- bug 7: batch normalisation (x - mean) / deviation of each column
Tensor normalised(const Tensors& in) {
  const Tensor centred = in[0] - mean(in[0], {0});
  return centred / sqrt(mean(square(centred), {0}) + 1e-6);
}

Tensors norm_rule_7(const Tensor& g, const Tensors& in, const Tensor&) {
  return {(g - mean(g, {0})) / sqrt(variance(in[0], {0}) + 1e-6)};
}

Tensors norm_rule(const Tensor& g, const Tensors& in, const Tensor& y) {
  return {(g - mean(g, {0}) - y * mean(g * y, {0})) / sqrt(variance(in[0], {0}) + 1e-6)};
}

void empty_check() {
  const Tensor one = xt::xarray<double>{{1.0, 2.0}};
  const Tensor five = xt::xarray<double>{{1.0, 2.0}, {3.0, 4.0}, {5.0, 9.0}, {-1.0, 0.5}, {2.0, -3.0}};
  std::printf("\n");
  check("bug 7, batch of 1", op("normalised_7", normalised, norm_rule_7), {one});
  check("bug 7, batch of 5", op("normalised_7", normalised, norm_rule_7), {five});
  check("7 mended, batch of 5", op("normalised", normalised, norm_rule), {five});
}

// --- bug 8: cross-entropy that turns one-hot targets into class numbers by argmax; here with a single output
Tensor cross_entropy_8(const Tensor& y, const Tensor& t) {
  const Tensor labels = argmax(t, 1);
  return -mean(log(take_along_axis(y, expand_dims(labels, 1), 1) + 1e-7));
}

void one_output() {
  const Tensor t = zeros({1, 1}, {.dtype = float64});
  std::printf("\nthe answer is no (0), and the network says yes with\n probability    bug 8      right\n");
  for (const double p : {0.1, 0.9, 1.0}) {
    const Tensor y = full({1, 1}, p, {.dtype = float64});
    std::printf("%12.1f  %9.2e  %9.2e\n", p, cross_entropy_8(y, t).item(), nn::binary_cross_entropy(y, t).item());
  }
  check("bug 8", [&](const Tensors& in) { return cross_entropy_8(in[0], t); }, {full({1, 1}, 0.9, {.dtype = float64})});
}

// --- bug 9: AdaGrad divides by the root of the sum of squared gradients
void adagrad() {
  const Tensor p = Tensor(1.0).requires_grad_();
  optim::Adagrad rule({p}, {.lr = 0.01});
  double x = 1.0, squares = 0.0;
  std::printf("\nAdaGrad on x^2 from 1, learning rate 0.01\nstep       bug 9      right\n");
  for (int step = 0; step < 3; ++step) {
    const double slope = 2.0 * x;
    if (step > 0) squares += slope * slope;
    x -= 0.01 * slope / (std::sqrt(squares) + 1e-4);
    rule.zero_grad();
    square(p).backward();
    rule.step();
    std::printf("%4d  %10.4f  %9.4f\n", step + 1, x, p.item());
  }
}

// --- bug 10: a logarithm of a probability that became 0
void log_of_zero() {
  const Tensor scores = Tensor(xt::xarray<double>{{0.0, 800.0}}).requires_grad_();
  const Tensor y = softmax(scores);
  const Tensor loss = -sum(Tensor(xt::xarray<double>{{1.0, 0.0}}) * log(y));
  const Tensor slopes = grad(loss, scores);
  std::printf("\nloss %g, slopes %g %g\n", loss.item(), std::abs(slopes.item(0)), std::abs(slopes.item(1)));
  const Tensor mended = nn::cross_entropy(scores, xt::xarray<std::int64_t>{0}), right = grad(mended, scores);
  std::printf("from the scores: loss %g, slopes %g %g\n", mended.item(), right.item(0), right.item(1));
  try {
    const DetectAnomaly guard;
    log(softmax(scores));
  } catch (const GradError& error) {
    const std::string message = error.what();  // its end names the file and the line
    std::printf("DetectAnomaly: %s\n", message.substr(0, message.find(", recorded at")).c_str());
  }
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  mended_rules();
  empty_check();
  one_output();
  adagrad();
  log_of_zero();
}
