// Four update rules teach the same network the same images: their loss curves, smoothed; and what a schedule of the
// learning rate adds. --dataset mnist takes the book's 2000 steps.
#include <xtape.hpp>

#include <cmath>
#include <cstdio>
#include <memory>

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>

using namespace xtape;

namespace {

constexpr std::size_t batch_size = 128, window = 11;

// The modified Bessel function I0, by its power series.
double bessel_i0(double x) {
  double term = 1.0, total = 1.0;
  for (int k = 1; k < 30; ++k) total += term *= (x / (2.0 * k)) * (x / (2.0 * k));
  return total;
}

// Weights that fall off from the middle to both ends (Kaiser's window with beta = 2).
std::vector<double> kaiser_window() {
  std::vector<double> weights;
  for (std::size_t i = 0; i < window; ++i) {
    const double place = 2.0 * static_cast<double>(i) / (window - 1.0) - 1.0;  // from -1 to 1
    weights.push_back(bessel_i0(2.0 * std::sqrt(1.0 - place * place)) / bessel_i0(2.0));
  }
  return weights;
}

// Every value becomes the weighted mean of itself and its five neighbours on both sides; beyond the ends, the values
// are mirrored.
std::vector<double> smooth_curve(const std::vector<double>& values) {
  const std::vector<double> weights = kaiser_window();
  const auto count = static_cast<std::ptrdiff_t>(values.size()), half = static_cast<std::ptrdiff_t>(window / 2);
  std::vector<double> smooth;
  for (std::ptrdiff_t i = 0; i < count; ++i) {
    double total = 0.0, weight = 0.0;
    for (std::ptrdiff_t k = -half; k <= half; ++k) {
      const std::ptrdiff_t j = i + k < 0 ? -(i + k) : i + k < count ? i + k : 2 * count - 1 - (i + k);
      total += weights[static_cast<std::size_t>(k + half)] * values[static_cast<std::size_t>(j)];
      weight += weights[static_cast<std::size_t>(k + half)];
    }
    smooth.push_back(total / weight);
  }
  return smooth;
}

// Four hidden layers of 100 with ReLU; He's initial weights, biases 0.
nn::Sequential make_network(std::size_t inputs) {
  nn::Sequential net;
  for (int layer = 0; layer < 5; ++layer) {
    const nn::Linear linear(layer == 0 ? inputs : 100, layer == 4 ? 10 : 100);
    nn::init::kaiming_normal_(linear.weight, {.nonlinearity = nn::init::Nonlinearity::relu});
    nn::init::zeros_(linear.bias);
    net.append(linear);
    if (layer < 4) net.append(nn::ReLU());
  }
  net.to(float64);
  return net;
}

// The loss of every step. Each run starts from the same weights and sees the same batches. Where a schedule is made
// for the rule, it moves after every step.
template <class Rule>
std::vector<double> train(const Tensor& x, const Tensor& t, const typename Rule::Options& options, int steps,
                          std::unique_ptr<optim::Schedule> (*make_schedule)(optim::Optimizer&, int) = nullptr) {
  manual_seed(1);
  nn::Sequential net = make_network(x.shape(1));
  Rule rule(net.parameters(), options);
  const std::unique_ptr<optim::Schedule> schedule = make_schedule ? make_schedule(rule, steps) : nullptr;
  std::vector<double> losses;
  for (int i = 0; i < steps; ++i) {
    const Tensor picked = randint(0, static_cast<std::int64_t>(x.shape(0)), {batch_size});
    rule.zero_grad();
    const Tensor loss = nn::cross_entropy(net(take(x, picked)), take(t, picked));
    loss.backward();
    rule.step();
    if (schedule) schedule->step();
    losses.push_back(loss.item());
  }
  return losses;
}

std::unique_ptr<optim::Schedule> cosine(optim::Optimizer& rule, int steps) {
  return std::make_unique<optim::CosineAnnealingLR>(
      rule, optim::CosineAnnealingLR::Options{.T_max = static_cast<std::uint64_t>(steps)});
}

double mean_of_last(const std::vector<double>& losses, std::size_t count) {
  double total = 0.0;
  for (std::size_t i = losses.size() - count; i < losses.size(); ++i) total += losses[i];
  return total / static_cast<double>(count);
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const tutorial::Images images = tutorial::load_images(options);
  const Tensor x = astype(flatten(images.train, 1), float64), t = images.train_labels;
  const int steps = options.is_embedded() ? 501 : 2000;

  std::vector<double> squares;
  for (int k = 0; k < 20; ++k) squares.push_back(k * k);
  const std::vector<double> smooth = smooth_curve(squares), weights = kaiser_window();
  std::printf("window        %.10f %.10f %.10f ... %.0f\n", weights[0], weights[1], weights[2], weights[5]);
  std::printf("0, 1, 4, ...  %.9f %.9f %.9f ... %.10f\n\n", smooth[0], smooth[1], smooth[2], smooth[19]);

  const std::vector<std::string> names{"SGD", "Momentum", "AdaGrad", "Adam"}, markers{"o", "x", "s", "d"};
  const std::vector<std::vector<double>> losses{
      train<optim::SGD>(x, t, {.lr = 0.01}, steps), train<optim::SGD>(x, t, {.lr = 0.01, .momentum = 0.9}, steps),
      train<optim::Adagrad>(x, t, {.lr = 0.01, .eps = 1e-7}, steps), train<optim::Adam>(x, t, {.lr = 0.001}, steps)};
  std::printf(" step     SGD  Momentum  AdaGrad    Adam\n");
  for (std::size_t i = 0; i < losses[0].size(); i += options.is_embedded() ? 100 : 475) {
    std::printf("%5zu  %.4f    %.4f   %.4f  %.4f\n", i, losses[0][i], losses[1][i], losses[2][i], losses[3][i]);
  }
  plot::Figure figure;
  for (std::size_t i = 0; i < names.size(); ++i) {
    figure.axes().line(smooth_curve(losses[i]), {.label = names[i], .marker = markers[i], .width = 1.0, .every = 100});
  }
  figure.axes().x_label("step").y_label("loss (smoothed)").y_range(0.0, options.is_embedded() ? 2.5 : 1.0);
  figure.save(options.figure("four_rules"));

  std::printf("\nMomentum, mean loss of the last 20 steps\n rate  constant  cosine to 0\n");
  for (const double lr : {0.02, 0.1}) {
    const optim::SGDOptions settings{.lr = lr, .momentum = 0.9};
    const int shorter = options.is_embedded() ? 300 : steps;
    const double constant = mean_of_last(train<optim::SGD>(x, t, settings, shorter), 20);
    const double annealed = mean_of_last(train<optim::SGD>(x, t, settings, shorter, cosine), 20);
    std::printf("%5.2f    %.4f       %.4f\n", lr, constant, annealed);
  }
}
