// What data suits a convolution: digits as they are, and digits whose pixels were put into another order, the same for
// all images. A perceptron does not notice; a convolutional network loses what it is good at.
#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cstdio>
#include <functional>
#include <string>

using namespace xtape;

namespace {

constexpr int runs = 3;  // with other initial weights each; the curves are their means

nn::Sequential perceptron(std::size_t side) {
  return nn::Sequential(nn::Flatten(), nn::Linear(side * side, 96), nn::ReLU(), nn::Linear(96, 10));
}

nn::Sequential convolutional(std::size_t side) {
  const std::size_t rest = side / 4;  // behind two poolings
  return nn::Sequential(nn::Conv2d(1, 12, 3, {.padding = 1}), nn::ReLU(), nn::MaxPool2d(2),
                        nn::Conv2d(12, 24, 3, {.padding = 1}), nn::ReLU(), nn::MaxPool2d(2), nn::Flatten(),
                        nn::Linear(24 * rest * rest, 10));
}

// The pixels of every image in the order that `order` gives.
Tensor shuffled(const Tensor& images, const Tensor& order) {
  return reshape(take(flatten(images, 1), order, 1), images.shape());
}

double test_accuracy(nn::Sequential& net, const data::Dataset& test) {
  const NoGrad guard;
  net.eval();
  double right = 0.0;
  for (const auto& [x, t] : data::DataLoader(test, {.batch_size = 500})) {
    right += nn::accuracy(net(x), t) * static_cast<double>(t.size());
  }
  net.train();
  return right / static_cast<double>(test.size());
}

// The accuracy on the test images after every epoch.
std::vector<double> learn(nn::Sequential net, const data::Split& data, std::size_t epochs, std::uint64_t seed) {
  optim::Adam optimizer(net.parameters(), {.lr = 3e-3});
  data::DataLoader loader(data.train, {.batch_size = 50, .shuffle = true, .seed = seed});
  std::vector<double> accuracies;
  for (std::size_t epoch = 0; epoch < epochs; ++epoch) {
    for (const auto& [x, t] : loader) {
      optimizer.zero_grad();
      nn::cross_entropy(net(x), t).backward();
      optimizer.step();
    }
    accuracies.push_back(test_accuracy(net, data.test));
  }
  return accuracies;
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const auto images = tutorial::load_images(options);
  const DType dtype = options.is_embedded() ? float64 : float32;
  const std::size_t used = options.is_embedded() ? 300 : 5000, epochs = options.is_embedded() ? 25 : 10;

  const Tensor train = astype(view(images.train, {xt::range(0, used)}), dtype);
  const Tensor train_labels = view(images.train_labels, {xt::range(0, used)});
  const Tensor test = astype(images.test, dtype);
  random::Generator generator(1);
  const Tensor order = randperm(images.pixels(), generator);
  const data::Split plain{{train, train_labels}, {test, images.test_labels}};
  const data::Split mixed{{shuffled(train, order), train_labels}, {shuffled(test, order), images.test_labels}};

  Tensor shown = concatenate({view(train, {xt::range(0, 8)}), shuffled(view(train, {xt::range(0, 8)}), order)});
  plot::image_grid(shown, {.columns = 8, .pixels = 70}).save(options.figure("shuffled"));

  plot::Figure figure({.width = 760, .height = 440});
  auto& axes = figure.axes().x_label("epoch").y_label("accuracy on test images").legend("bottom right");
  std::printf("%zu training images, mean of %d runs\n", used, runs);
  std::printf("network        parameters  pixels    accuracy\n");
  const auto compare = [&](const std::string& name, nn::Sequential (*make)(std::size_t), const std::string& color) {
    for (const auto& [pixels, data] : {std::pair{"in place", &plain}, std::pair{"shuffled", &mixed}}) {
      Tensor mean = zeros({epochs}, {.dtype = float64});
      std::size_t parameters = 0;
      for (int run = 0; run < runs; ++run) {
        manual_seed(static_cast<std::uint64_t>(run));
        nn::Sequential net = make(images.height());
        net.to(dtype);
        parameters = net.parameter_count();
        mean = mean + Tensor(xt::adapt(learn(net, *data, epochs, static_cast<std::uint64_t>(run)))) / double{runs};
      }
      const bool in_place = data == &plain;
      axes.line(arange(1.0, static_cast<double>(epochs) + 1.0), mean,
                {.label = name + ", " + pixels, .color = color, .line = in_place ? "-" : "--"});
      std::printf("%-14s %10zu  %-8s  %.4f\n", name.c_str(), parameters, pixels, mean.item(-1));
    }
  };
  compare("perceptron", perceptron, "#0072b2");
  compare("convolutional", convolutional, "#d55e00");
  axes.y_range(0.5, 1.0);
  figure.save(options.figure("shuffled_pixels"));
}
