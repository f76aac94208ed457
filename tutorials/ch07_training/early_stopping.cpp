// Early stopping: part of the training images is set aside; when the loss on them has not fallen for ten epochs, we
// stop and take the weights of the best epoch.
#include <xtape.hpp>

#include <cstdio>

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>

using namespace xtape;

namespace {

// Six hidden layers of 100 with ReLU, He's initial weights.
nn::Sequential make_network(std::size_t inputs) {
  nn::Sequential net;
  for (std::size_t layer = 0; layer < 7; ++layer) {
    const nn::Linear linear(layer == 0 ? inputs : 100, layer == 6 ? 10 : 100);
    nn::init::kaiming_normal_(linear.weight, {.nonlinearity = nn::init::Nonlinearity::relu});
    nn::init::zeros_(linear.bias);
    net.append(linear);
    if (layer < 6) net.append(nn::ReLU());
  }
  net.to(float64);
  return net;
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

double loss_on(nn::Sequential& net, const data::Dataset& images) {
  const NoGrad guard;
  return nn::cross_entropy(net(images.inputs()), images.targets()).item();
}

void print(const char* name, nn::Sequential& net, const data::Dataset& test) {
  const NoGrad guard;
  std::printf("%-20s  test loss %.3f, accuracy %.3f\n", name, loss_on(net, test),
              nn::accuracy(net(test.inputs()), test.targets()));
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const tutorial::Images images = tutorial::load_images(options);
  const Tensor x = astype(view(flatten(images.train, 1), {xt::range(0, 300)}), float64);
  const Tensor t = spoil(view(images.train_labels, {xt::range(0, 300)}), 0.25);
  const data::Dataset test(astype(flatten(images.test, 1), float64), images.test_labels);
  const auto [train, validation] = data::random_split(data::Dataset(x, t), 0.8, {.seed = 1});  // 240 and 60

  constexpr int epochs = 60, patience = 10;
  manual_seed(1);
  nn::Sequential net = make_network(images.pixels()), best = nn::clone(net);
  optim::SGD rule(net.parameters(), {.lr = 0.05});
  data::DataLoader loader(train, {.batch_size = 80, .shuffle = true, .seed = 1});
  std::vector<double> train_losses, validation_losses;
  double smallest = loss_on(net, validation);
  int best_epoch = 0, last_epoch = 0;
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    for (const auto& [inputs, targets] : loader) {
      rule.zero_grad();
      nn::cross_entropy(net(inputs), targets).backward();
      rule.step();
    }
    train_losses.push_back(loss_on(net, train));
    validation_losses.push_back(loss_on(net, validation));
    if (last_epoch > 0) continue;  // training would be over; we go on to see what would have come
    if (validation_losses.back() < smallest) {
      smallest = validation_losses.back();
      best_epoch = epoch;
      best = nn::clone(net);
    } else if (epoch - best_epoch == patience) {
      last_epoch = epoch;
    }
  }
  std::printf("stopped after epoch %d, the best was %d\n", last_epoch, best_epoch);
  print("the best epoch", best, test);
  print("without stopping", net, test);

  plot::Figure figure;
  std::vector<double> number;
  for (int epoch = 1; epoch <= epochs; ++epoch) number.push_back(epoch);
  figure.axes().line(number, train_losses, {.label = "240 images to learn"});
  figure.axes().line(number, validation_losses, {.label = "60 to watch", .line = "--"});
  figure.axes().vertical_line(best_epoch).vertical_line(last_epoch).y_range(0.0, 2.5);
  figure.axes().x_label("epoch").y_label("loss").legend("bottom left");
  figure.save(options.figure("early_stopping"));
}
