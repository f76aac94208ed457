// A deeper network of small filters: what it sees, how many parameters that takes, how it learns digits, what dropout
// on the scores does to its loss, and what half of the bits of its weights are worth.
#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cmath>
#include <cstdio>
#include <string>

using namespace xtape;

namespace {

// A 3x3 convolution with He's initial values and its activation.
nn::Sequential conv3(std::size_t in, std::size_t out, std::ptrdiff_t padding = 1) {
  nn::Conv2d conv(in, out, 3, {.padding = padding});
  nn::init::kaiming_normal_(conv.weight, {.nonlinearity = nn::init::Nonlinearity::relu});
  nn::init::zeros_(conv.bias);
  return nn::Sequential(conv, nn::ReLU());
}

// The book's network, for images of 28x28.
nn::Sequential book_net(double dropout_of_scores = 0.0) {
  return nn::Sequential(conv3(1, 16), conv3(16, 16), nn::MaxPool2d(2), conv3(16, 32), conv3(32, 32, 2),
                        nn::MaxPool2d(2), conv3(32, 64), conv3(64, 64), nn::MaxPool2d(2), nn::Flatten(),
                        nn::Linear(64 * 4 * 4, 50), nn::ReLU(), nn::Dropout(0.5), nn::Linear(50, 10),
                        nn::Dropout(dropout_of_scores));
}

// The same plan for images of 8x8: two pairs of convolutions with fewer channels.
nn::Sequential small_net(double dropout_of_scores = 0.0) {
  return nn::Sequential(conv3(1, 8), conv3(8, 8), nn::MaxPool2d(2), conv3(8, 16), conv3(16, 16), nn::MaxPool2d(2),
                        nn::Flatten(), nn::Linear(16 * 2 * 2, 50), nn::ReLU(), nn::Dropout(0.5), nn::Linear(50, 10),
                        nn::Dropout(dropout_of_scores));
}

// How many pixels of the image, along one axis, a number behind each layer depends on.
void print_receptive_field() {
  struct Layer {
    const char* name;
    std::size_t kernel, stride;
  };
  std::size_t field = 1, step = 1;  // step: pixels of the image between neighbouring numbers
  std::printf("layer     sees    step\n");
  for (const auto& [name, kernel, stride] :
       {Layer{"conv 1", 3, 1}, Layer{"conv 2", 3, 1}, Layer{"pool", 2, 2}, Layer{"conv 3", 3, 1}, Layer{"conv 4", 3, 1},
        Layer{"pool", 2, 2}, Layer{"conv 5", 3, 1}, Layer{"conv 6", 3, 1}, Layer{"pool", 2, 2}}) {
    field += (kernel - 1) * step;
    step *= stride;
    std::printf("%-7s %2zux%-2zu   %5zu\n", name, field, field, step);
  }
}

void print_small_against_large() {
  std::printf("sees  one filter     3x3 only       of 64 channels\n");
  for (const std::size_t layers : {2u, 3u, 4u}) {
    const std::size_t size = 2 * layers + 1, channels = 64;
    std::printf("%zux%zu %7zu weights %7zu weights\n", size, size, size * size * channels * channels,
                layers * 9 * channels * channels);
  }
}

double accuracy(nn::Sequential& net, const Tensor& images, const Tensor& labels) {
  const NoGrad guard;
  net.eval();
  double right = 0.0;
  for (const auto& [x, t] : data::DataLoader({images, labels}, {.batch_size = 500})) {
    right += nn::accuracy(net(x), t) * static_cast<double>(t.size());
  }
  net.train();
  return right / static_cast<double>(images.shape(0));
}

// The mean training loss of every epoch.
std::vector<double> train(nn::Sequential& net, const data::Dataset& data, std::size_t epochs, double rate) {
  optim::Adam optimizer(net.parameters(), {.lr = rate});
  data::DataLoader loader(data, {.batch_size = 100, .shuffle = true, .seed = 1});
  std::vector<double> losses;
  for (std::size_t epoch = 0; epoch < epochs; ++epoch) {
    double loss_sum = 0.0;
    for (const auto& [x, t] : loader) {
      optimizer.zero_grad();
      const Tensor loss = nn::cross_entropy(net(x), t);
      loss.backward();
      optimizer.step();
      loss_sum += loss.item();
    }
    losses.push_back(loss_sum / static_cast<double>(loader.size()));
  }
  return losses;
}

// The least mean loss behind dropout of half of the scores: with the right score (of 10) lost, it stands at 0 beside k
// wrong ones that are lost, too, and the loss is log(1 + k).
double floor_of_loss() {
  double mean = 0.0, probability = std::pow(0.5, 9);  // of k of 9
  for (int k = 0; k <= 9; ++k) {
    mean += probability * std::log(1.0 + k);
    probability *= (9.0 - k) / (k + 1.0);
  }
  return 0.5 * mean;
}

// Rounds every weight to the 11 significant bits of half precision (Dekker 1971: a sum that is so large that it has no
// room for the other bits of the 53 or 24, and its difference).
void round_weights(nn::Sequential& net) {
  const NoGrad guard;
  for (const Tensor& weight : net.parameters()) {
    const Tensor large = weight * (std::exp2(weight.dtype() == float64 ? 53 - 11 : 24 - 11) + 1.0);
    weight.assign(large - (large - weight));
  }
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  nn::Sequential book = book_net();
  std::cout << nn::summary(book, {1, 1, 28, 28});
  print_receptive_field();
  print_small_against_large();

  const auto images = tutorial::load_images(options);
  const DType dtype = options.is_embedded() ? float64 : float32;
  const data::Dataset digits(astype(images.train, dtype), images.train_labels);
  const Tensor test = astype(images.test, dtype);
  const std::size_t epochs = options.is_embedded() ? 15 : 5;
  const double rate = options.is_embedded() ? 1e-2 : 1e-3;
  plot::Figure figure({.width = 760, .height = 420});
  auto& axes = figure.axes().x_label("epoch").y_label("training loss").y_range(0.0, 2.4);
  for (const double dropped : {0.0, 0.5}) {
    manual_seed(1);
    nn::Sequential net = options.is_embedded() ? small_net(dropped) : book_net(dropped);
    net.to(dtype);
    const std::vector<double> losses = train(net, digits, epochs, rate);
    axes.line(arange(1.0, static_cast<double>(epochs) + 1.0), losses,
              {.label = dropped > 0.0 ? "dropout of the scores, too" : "dropout of the hidden layer"});
    std::printf("scores dropped %.1f: last loss %.3f, test accuracy %.4f", dropped, losses.back(),
                accuracy(net, test, images.test_labels));
    round_weights(net);
    std::printf(", %.4f with weights in half precision\n", accuracy(net, test, images.test_labels));
  }
  std::printf("the loss cannot fall below %.4f on average if scores are dropped\n", floor_of_loss());
  axes.horizontal_line(floor_of_loss()).legend("top right");
  figure.save(options.figure("deep_loss"));
}
