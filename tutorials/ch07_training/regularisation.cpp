// Overfitting and what helps: a network of six hidden layers learns 300 images by heart, wrong labels and all; the same
// with penalties on the weights (L2, L1) and with dropout.
#include <xtape.hpp>

#include <cmath>
#include <cstdio>

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>

using namespace xtape;

namespace {

struct Settings {
  std::string name;
  double lr = 0.1;
  double l2 = 0.0, l1 = 0.0, dropout = 0.0;
};

// Six hidden layers of 100 with ReLU, He's initial weights; behind each ReLU dropout where it is asked for.
nn::Sequential make_network(std::size_t inputs, double dropout) {
  nn::Sequential net;
  for (std::size_t layer = 0; layer < 7; ++layer) {
    const nn::Linear linear(layer == 0 ? inputs : 100, layer == 6 ? 10 : 100);
    nn::init::kaiming_normal_(linear.weight, {.nonlinearity = nn::init::Nonlinearity::relu});
    nn::init::zeros_(linear.bias);
    net.append(linear);
    if (layer == 6) break;
    net.append(nn::ReLU());
    if (dropout > 0.0) net.append(nn::Dropout(dropout));
  }
  net.to(float64);
  return net;
}

// l2 / 2 times the sum of the squares of all weights, plus l1 times the sum of their sizes. Biases go free.
Tensor penalty(const nn::Sequential& net, const Settings& settings) {
  Tensor total = 0.0;
  for (const auto& [name, p] : net.named_parameters()) {
    if (!name.ends_with("weight")) continue;
    if (settings.l2 > 0.0) total += settings.l2 / 2.0 * sum(square(p));
    if (settings.l1 > 0.0) total += settings.l1 * sum(abs(p));
  }
  return total;
}

void train_epoch(nn::Sequential& net, optim::SGD& rule, data::DataLoader& loader, const Settings& settings) {
  net.train();
  for (const auto& [x, t] : loader) {
    rule.zero_grad();
    (nn::cross_entropy(net(x), t) + penalty(net, settings)).backward();
    rule.step();
  }
}

// The loss and the accuracy on a data set, in evaluation mode.
struct Score {
  double loss, accuracy;
};
Score evaluate(nn::Sequential& net, const data::Dataset& images) {
  const NoGrad guard;
  net.eval();
  const Tensor scores = net(images.inputs());
  return {nn::cross_entropy(scores, images.targets()).item(), nn::accuracy(scores, images.targets())};
}

// The labels, of which this share is replaced by a class drawn at random.
Tensor spoil(const Tensor& labels, double share) {
  random::Generator generator(1);
  std::vector<std::int64_t> spoiled;
  for (const std::int64_t label : labels.array<std::int64_t>()) {
    const bool wrong = generator.uniform() < share;
    spoiled.push_back(wrong ? static_cast<std::int64_t>(generator.below(10)) : label);
  }
  return Tensor(xt::adapt(spoiled));
}

void compare(const data::Split& images, const std::vector<Settings>& all, int epochs,
             const tutorial::Options& options) {
  plot::Figure figure({.rows = 2, .columns = 3, .width = 1100, .height = 640});
  std::printf("after %d epochs          train    test  test loss  weights near 0\n", epochs);
  for (std::size_t i = 0; i < all.size(); ++i) {
    manual_seed(1);
    nn::Sequential net = make_network(images.train.inputs().shape(1), all[i].dropout);
    optim::SGD rule(net.parameters(), {.lr = all[i].lr});
    data::DataLoader loader(images.train, {.batch_size = 100, .shuffle = true, .seed = 1});
    std::vector<double> at, train, test;
    Score last{};
    for (int epoch = 1; epoch <= epochs; ++epoch) {
      train_epoch(net, rule, loader, all[i]);
      if (epoch % 2 != 0 && epoch != epochs) continue;
      at.push_back(epoch);
      train.push_back(evaluate(net, images.train).accuracy);
      last = evaluate(net, images.test);
      test.push_back(last.accuracy);
    }
    const Tensor first = net.parameters()[0];
    const double near_0 = mean(astype(less(abs(first), 1e-3), float64)).item();
    std::printf("%-21s   %.3f   %.3f      %.3f           %4.1f%%\n", all[i].name.c_str(), train.back(), test.back(),
                last.loss, 100.0 * near_0);
    plot::Axes& panel = figure[i].title(all[i].name).x_label("epoch").y_label("accuracy").y_range(0.0, 1.05);
    panel.line(at, train, {.label = "train"}).line(at, test, {.label = "test", .line = "--"}).legend("bottom right");
  }
  figure.save(options.figure("regularisation"));
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const tutorial::Images images = tutorial::load_images(options);
  const bool small = options.is_embedded();
  const Tensor x = astype(view(flatten(images.train, 1), {xt::range(0, 300)}), float64);
  const Tensor t = view(images.train_labels, {xt::range(0, 300)});
  // The digits of 8x8 pixels are too easy to be overfitted: a quarter of their labels is spoiled.
  const data::Split split{data::Dataset(x, small ? spoil(t, 0.25) : t),
                          data::Dataset(astype(flatten(images.test, 1), float64), images.test_labels)};
  if (small) {
    compare(split,
            {{.name = "nothing", .lr = 0.03},
             {.name = "L2, 0.02", .lr = 0.03, .l2 = 0.02},
             {.name = "L1, 0.002", .lr = 0.03, .l1 = 0.002},
             {.name = "dropout 0.2", .lr = 0.03, .dropout = 0.2},
             {.name = "dropout 0.08, L1 0.004", .lr = 0.03, .l1 = 0.004, .dropout = 0.08},
             {.name = "L2, 0.1: too much", .lr = 0.03, .l2 = 0.1}},
            150, options);
  } else {
    compare(split,
            {{.name = "nothing", .lr = 0.01},
             {.name = "L2, 0.1", .lr = 0.01, .l2 = 0.1},
             {.name = "L1, 0.005", .lr = 0.1, .l1 = 0.005},
             {.name = "dropout 0.2", .lr = 0.01, .dropout = 0.2},
             {.name = "dropout 0.08, L1 0.004", .lr = 0.01, .l1 = 0.004, .dropout = 0.08},
             {.name = "L2, 0.2: too much", .lr = 0.01, .l2 = 0.2}},
            201, options);
  }
}
