// The spiral of the books: its points, a data loader of our own order, and a network that learns to tell its arms
// apart; number for number what steps 48 to 50 of "Deep Learning from Scratch 3" print.
#include <xtape.hpp>

#include <cmath>
#include <cstdio>
#include <utility>

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>

using namespace xtape;

namespace {

// The book's generator after the points of a spiral were drawn: 100 normal numbers for each of 3 arms, and their order.
random::Numpy behind_spiral(std::uint32_t seed) {
  random::Numpy numpy(seed);
  (void)numpy.randn(300);
  (void)numpy.permutation(300);
  return numpy;
}

// DeZero's Linear: weights randn(in, out) / sqrt(in) in float32, biases 0.
nn::Linear dezero_linear(random::Numpy& numpy, std::size_t in, std::size_t out) {
  const Tensor drawn = reshape(Tensor(xt::adapt(numpy.randn(in * out))), {in, out});
  nn::Linear layer(in, out);
  const NoGrad guard;
  layer.weight.assign(transpose(astype(drawn, float32) * std::sqrt(1.0 / static_cast<double>(in))));
  nn::init::zeros_(layer.bias);
  return layer;
}

// Batches of 30 in the order of NumPy's permutation(). The book's loader draws the order of an epoch ahead: when it is
// made, and when the epoch before ends.
data::DataLoader shuffled(const data::Dataset& points, random::Numpy& numpy) {
  const auto draw = [&numpy](std::size_t count) {
    const std::vector<std::int64_t> order = numpy.permutation(count);
    return std::vector<std::size_t>(order.begin(), order.end());
  };
  const auto next = [draw, order = draw(points.size())](std::size_t count, random::Generator&) mutable {
    return std::exchange(order, draw(count));
  };
  return data::DataLoader(points, {.batch_size = 30, .sampler = data::Sampler(next)});
}

struct Score {
  double loss = 0.0, accuracy = 0.0;
};

// The means over the examples of an epoch; with an update rule, the network learns from each batch.
Score run_epoch(nn::Sequential& net, data::DataLoader& batches, optim::Optimizer* rule) {
  Score total;
  for (const auto& [x, t] : batches) {
    const GradModeGuard recording(rule != nullptr);
    const Tensor y = net(x), loss = nn::cross_entropy(y, t);
    if (rule) {
      rule->zero_grad();
      loss.backward();
      rule->step();
    }
    const auto share = static_cast<double>(t.size()) / static_cast<double>(batches.dataset().size());
    total.loss += share * loss.item();
    total.accuracy += share * nn::accuracy(y.detach(), t);
  }
  return total;
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const data::Dataset points = data::spiral({.classes = 3, .points = 100, .seed = 1984});
  std::printf("first points           class\n");
  for (std::ptrdiff_t i = 0; i < 3; ++i) {
    const auto [x, t] = points[i];
    std::printf("%11.8f %11.8f  %d\n", x.item(0), x.item(1), t.item<int>());
  }

  random::Numpy numpy = behind_spiral(2020);  // the last that was drawn before: the test set, with seed 2020
  data::DataLoader batches = shuffled(points, numpy);
  data::DataLoader test(data::spiral({.seed = 2020}), {.batch_size = 30});
  const nn::Linear first = dezero_linear(numpy, 2, 10);
  nn::Sequential net(first, nn::Sigmoid(), dezero_linear(numpy, 10, 3));
  optim::SGD rule(net.parameters(), {.lr = 1.0});

  std::printf("\nepoch  train loss  accuracy   test loss  accuracy\n");
  std::vector<double> train_losses, test_losses;
  for (int epoch = 1; epoch <= 300; ++epoch) {
    const Score learned = run_epoch(net, batches, &rule), seen = run_epoch(net, test, nullptr);
    train_losses.push_back(learned.loss);
    test_losses.push_back(seen.loss);
    if (epoch == 1 || epoch % 100 == 0) {
      std::printf("%5d      %.4f    %.4f      %.4f    %.4f\n", epoch, learned.loss, learned.accuracy, seen.loss,
                  seen.accuracy);
    }
  }

  plot::Figure figure({.rows = 1, .columns = 2, .width = 1000, .height = 450});
  plot::decision_regions(figure[0], plot::Plane::around(points.inputs()),
                         [&](const Tensor& p) { return net(astype(p, float32)); });
  figure[0]
      .scatter_classes(points.inputs(), points.targets(), {"arm 0", "arm 1", "arm 2"})
      .x_label("x")
      .y_label("y")
      .equal();
  figure[1].line(train_losses, {.label = "train"}).line(test_losses, {.label = "test", .line = "--"});
  figure[1].x_label("epoch").y_label("loss");
  figure.save(options.figure("spiral"));
}
