// Batch normalisation: by hand on a batch of three, its gradients, its running statistics; and how networks learn with
// and without it from sixteen scales of initial weights.
#include <xtape.hpp>

#include <cmath>
#include <cstdio>

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>

using namespace xtape;

namespace {

// Row by row with so many decimals.
void print(const char* name, const Tensor& values, int decimals = 10) {
  const Tensor rows = reshape(values, {-1, 2});
  for (std::ptrdiff_t i = 0; i < static_cast<std::ptrdiff_t>(rows.size()); i += 2) {
    std::printf("%-14s %13.*f %13.*f\n", i == 0 ? name : "", decimals, rows.item(i), decimals, rows.item(i + 1));
  }
}

// The three steps in tensor operations. The tape knows how to differentiate them.
Tensor normalise(const Tensor& x, const Tensor& gamma, const Tensor& beta) {
  const Tensor centred = x - mean(x, {0});
  const Tensor scaled = centred / sqrt(mean(square(centred), {0}) + 1e-6);
  return gamma * scaled + beta;
}

void show_by_hand() {
  const Tensor x = Tensor(xt::xarray<double>{{1, 2}, {3, 4}, {5, 9}}).requires_grad_();
  const Tensor gamma = ones({2}, {.dtype = float64, .requires_grad = true});
  const Tensor beta = zeros({2}, {.dtype = float64, .requires_grad = true});
  const Tensor y = normalise(x, gamma, beta);
  y.backward(xt::xarray<double>{{1, 0}, {0, 2}, {3, 1}});
  print("y", y.detach());
  print("x.grad", x.grad());
  print("gamma.grad", gamma.grad());
  print("beta.grad", beta.grad());
  print("running mean", 0.1 * mean(x.detach(), {0}));
  print("running var", 0.1 * variance(x.detach(), {0}));
  const Tensor library = batch_norm(x, gamma, beta, {.training = true, .eps = 1e-6});
  std::printf("batch_norm() gives the same: %s\n\n", amax(abs(library - y)).item() < 1e-14 ? "yes" : "no");
}

// The layer in training and in evaluation mode, on batches of mean 5 and deviation 2.
void show_modes() {
  manual_seed(1);
  nn::BatchNorm1d layer(1);
  layer.to(float64);
  std::printf("batches seen   running mean   running var\n");
  for (int batch = 1; batch <= 100; ++batch) {
    layer(5.0 + 2.0 * randn({64, 1}, {.dtype = float64}));
    if (batch != 1 && batch != 10 && batch != 100) continue;
    std::printf("%12d   %12.4f  %12.4f\n", batch, layer.running_mean.item(), layer.running_var.item());
  }
  const Tensor two = reshape(Tensor(xt::xarray<double>{5.0, 7.0}), {2, 1});
  print("5 and 7, train", layer(two).detach(), 4);
  layer.eval();
  print("5 and 7, eval", layer(two).detach(), 4);
}

// Five hidden layers of 100 with ReLU; the weights have the deviation `scale`.
nn::Sequential make_network(std::size_t inputs, double scale, bool with_norm) {
  nn::Sequential net;
  for (std::size_t layer = 0; layer < 6; ++layer) {
    const nn::Linear linear(layer == 0 ? inputs : 100, layer == 5 ? 10 : 100);
    nn::init::normal_(linear.weight, 0.0, scale);
    nn::init::zeros_(linear.bias);
    net.append(linear);
    if (layer == 5) break;
    if (with_norm) net.append(nn::BatchNorm1d(100));
    net.append(nn::ReLU());
  }
  net.to(float64);
  return net;
}

// The accuracy on the training images after every epoch, and the weights and biases that were learned.
struct Result {
  std::vector<double> accuracy;
  nn::Sequential net;
};

Result train(const data::Dataset& images, double scale, bool with_norm, double lr, int epochs) {
  manual_seed(1);
  nn::Sequential net = make_network(images.inputs().shape(1), scale, with_norm);
  optim::SGD rule(net.parameters(), {.lr = lr});
  data::DataLoader loader(images, {.batch_size = 100, .shuffle = true, .seed = 1});
  std::vector<double> accuracy;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    net.train();
    for (const auto& [x, t] : loader) {
      rule.zero_grad();
      nn::cross_entropy(net(x), t).backward();
      rule.step();
    }
    net.eval();
    const NoGrad guard;
    accuracy.push_back(nn::accuracy(net(images.inputs()), images.targets()));
  }
  return {accuracy, net};
}

void compare_scales(const data::Dataset& images, double lr, const tutorial::Options& options) {
  constexpr int epochs = 20;
  plot::Figure figure({.rows = 4,
                       .columns = 4,
                       .width = 1000,
                       .height = 900,
                       .title = "with batch normalisation (solid) and without (dashed)",
                       .font = 12});
  std::printf("\n   scale   without      with\n");
  for (std::size_t i = 0; i < 16; ++i) {
    const double scale = std::pow(10.0, -4.0 * static_cast<double>(i) / 15.0);
    const Result plain = train(images, scale, false, lr, epochs), norm = train(images, scale, true, lr, epochs);
    std::printf("%8.5f    %.3f     %.3f\n", scale, plain.accuracy.back(), norm.accuracy.back());
    char title[32];
    std::snprintf(title, sizeof title, "scale %.5f", scale);
    plot::Axes& panel = figure[i].title(title).y_range(0.0, 1.05).x_range(0.0, epochs);
    panel.y_ticks({0.0, 0.5, 1.0}).grid(false).legend("none");
    panel.line(norm.accuracy).line(plain.accuracy, {.line = "--"});
    if (i >= 12) panel.x_label("epoch");
    if (i % 4 == 0) panel.y_label("accuracy");
  }
  figure.save(options.figure("sixteen_scales"));
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  show_by_hand();
  show_modes();
  const tutorial::Images images = tutorial::load_images(options);
  const int count = options.is_embedded() ? 500 : 1000;
  const Tensor x = astype(view(flatten(images.train, 1), {xt::range(0, count)}), float64);
  const data::Dataset few(x, view(images.train_labels, {xt::range(0, count)}));
  compare_scales(few, options.is_embedded() ? 0.05 : 0.01, options);

  const Result learned = train(few, 0.1, true, 0.05, 20);
  for (const auto& [name, p] : learned.net.named_parameters()) {
    if (name.starts_with("1."))
      std::printf("\n%s: mean %.3f, deviation %.3f", name.c_str(), mean(p).item(), stddev(p).item());
  }
  std::printf("\n");
}
