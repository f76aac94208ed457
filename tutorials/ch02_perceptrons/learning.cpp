// Units that learn their weights from examples: Rosenblatt's rule, one sigmoid unit by gradients, and two layers.
// tolerance: 0.001, because training amplifies rounding
#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cstdio>
#include <vector>

using namespace xtape;

namespace {

const Tensor inputs = xt::xarray<double>{{0, 0}, {1, 0}, {0, 1}, {1, 1}};
const Tensor and_targets = xt::xarray<double>{0, 0, 0, 1};
const Tensor or_targets = xt::xarray<double>{0, 1, 1, 1};
const Tensor xor_targets = xt::xarray<double>{0, 1, 1, 0};

struct Unit {
  Tensor weights = zeros({2}, {.dtype = float64});
  double bias = 0.0;
  Tensor operator()(const Tensor& x) const { return step(matmul(x, weights) + bias); }
};

// Rosenblatt's rule: leave the unit alone where it is right; where it says 0 and should say 1, add the input to its
// weights; where it says 1 and should say 0, subtract it. Returns how many of the examples were wrong in each epoch.
std::vector<double> learn(Unit& perceptron, const Tensor& targets, int most_epochs, bool talk) {
  std::vector<double> mistakes;
  for (int epoch = 0; epoch < most_epochs && (mistakes.empty() || mistakes.back() > 0); ++epoch) {
    mistakes.push_back(0);
    for (int i = 0; i < 4; ++i) {
      const Tensor x = view(inputs, {i});
      const double error = targets(i).item() - perceptron(x).item();  // 1, 0 or -1
      perceptron.weights = perceptron.weights + error * x;
      perceptron.bias += error;
      mistakes.back() += std::abs(error);
    }
    if (!talk) continue;
    std::printf("epoch %d: %.0f wrong, then w = (%2.0f, %2.0f), b = %2.0f\n", epoch + 1, mistakes.back(),
                perceptron.weights(0).item(), perceptron.weights(1).item(), perceptron.bias);
  }
  return mistakes;
}

void rosenblatt(const tutorial::Options& options) {
  Unit for_or, for_and, for_xor;
  std::printf("OR by the perceptron's rule\n");
  const auto or_mistakes = learn(for_or, or_targets, 30, true);
  const auto and_mistakes = learn(for_and, and_targets, 30, false);
  const auto xor_mistakes = learn(for_xor, xor_targets, 30, false);
  std::printf("AND is right after %zu epochs; XOR still has %.0f wrong in epoch %zu\n\n", and_mistakes.size(),
              xor_mistakes.back(), xor_mistakes.size());
  plot::Figure figure;
  figure.axes()
      .line(or_mistakes, {.label = "OR", .marker = "o"})
      .line(and_mistakes, {.label = "AND", .line = "--", .marker = "s"})
      .line(xor_mistakes, {.label = "XOR", .line = ":", .marker = "^"})
      .x_label("epochs before")
      .y_label("wrong of 4")
      .y_range(-0.2, 4.2)
      .title("Rosenblatt's rule");
  figure.save(options.figure("perceptron_rule"));
}

// Steps against the gradient of the cross-entropy, one example after the other, as chapter 4 explains.
void train(nn::Sequential& net, const Tensor& targets, double rate, int epochs) {
  optim::SGD sgd(net.parameters(), {.lr = rate});
  for (int epoch = 0; epoch < epochs; ++epoch) {
    for (int i = 0; i < 4; ++i) {
      sgd.zero_grad();
      const Tensor score = squeeze(net(view(inputs, {i})));
      nn::binary_cross_entropy_with_logits(score, targets(i)).backward();
      sgd.step();
    }
  }
}

void report(const char* name, nn::Sequential& net, const Tensor& targets) {
  const NoGrad guard;
  const Tensor probability = sigmoid(squeeze(net(inputs), 1));
  const double right = mean(equal(probability > 0.5, targets > 0.5)).item();
  std::printf("%-18s", name);
  for (int i = 0; i < 4; ++i) std::printf("  %.3f", probability(i).item());
  std::printf("   %.0f of 4 right\n", 4 * right);
}

nn::Sequential one_unit() {
  nn::Sequential net(nn::Linear(2, 1));
  net.to(float64);
  return net;
}

void gradients(const tutorial::Options& options) {
  std::printf("probability of 1 for   00     10     01     11\n");
  struct Case {
    const char* name;
    Tensor targets;
    int epochs;
  };
  for (const Case& one : {Case{"OR,  30 epochs", or_targets, 30}, Case{"OR,  100 epochs", or_targets, 100},
                          Case{"AND, 100 epochs", and_targets, 100}, Case{"XOR, 100 epochs", xor_targets, 100},
                          Case{"XOR, 1000 epochs", xor_targets, 1000}}) {
    manual_seed(0);
    nn::Sequential net = one_unit();
    train(net, one.targets, 0.1, one.epochs);
    report(one.name, net, one.targets);
  }
  manual_seed(0);
  nn::Sequential two_layers(nn::Linear(2, 2), nn::Tanh(), nn::Linear(2, 1));
  two_layers.to(float64);
  train(two_layers, xor_targets, 0.1, 3000);
  report("XOR, two layers", two_layers, xor_targets);

  plot::Figure figure;
  plot::decision_regions(
      figure.axes(), {-0.5, 1.5, -0.5, 1.5}, [&](const Tensor& x) { return squeeze(two_layers(x), 1) > 0.0; }, float64)
      .scatter_classes(inputs, xor_targets, {"0", "1"})
      .title("XOR, learned by two layers")
      .x_label("x1")
      .y_label("x2")
      .equal()
      .legend("outside");
  figure.save(options.figure("xor_learned"));
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  rosenblatt(options);
  gradients(options);
}
