// A convolutional network learns digits: one convolution, pooling, two affine layers. Its accuracy over the epochs, its
// filters before and after, what they answer to a picture, and the digits that it gets wrong.
#include "simple_convnet.hpp"

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <array>
#include <cstdio>
#include <string>
#include <vector>

using namespace xtape;

namespace {

// Returns the accuracies after every epoch: of the training images, and of the test images.
std::array<std::vector<double>, 2> train(SimpleConvNet& net, const data::Dataset& data, const data::Dataset& test,
                                         std::size_t epochs, double rate) {
  std::array<std::vector<double>, 2> accuracies;
  optim::Adam optimizer(net.parameters(), {.lr = rate});
  data::DataLoader loader(data, {.batch_size = 100, .shuffle = true, .seed = 1});
  for (std::size_t epoch = 1; epoch <= epochs; ++epoch) {
    double loss_sum = 0.0;
    for (const auto& [x, t] : loader) {
      optimizer.zero_grad();
      const Tensor loss = nn::cross_entropy(net(x), t);
      loss.backward();
      optimizer.step();
      loss_sum += loss.item();
    }
    accuracies[0].push_back(accuracy(net, data));
    accuracies[1].push_back(accuracy(net, test));
    if (epoch == 1 || epoch % 5 == 0) {
      std::printf("epoch %2zu  loss %.4f\n", epoch, loss_sum / static_cast<double>(loader.size()));
    }
  }
  return accuracies;
}

void save_accuracies(const std::array<std::vector<double>, 2>& accuracies, const tutorial::Options& options) {
  const auto last = static_cast<double>(accuracies[0].size());
  const Tensor epochs = arange(1.0, last + 1.0);
  plot::Figure figure({.width = 640, .height = 420});
  figure.axes()
      .line(epochs, accuracies[0], {.label = "train", .marker = "o"})
      .line(epochs, accuracies[1], {.label = "test", .line = "--", .marker = "s"})
      .x_label("epoch")
      .x_range(0.0, last)
      .y_label("accuracy")
      .y_range(options.is_embedded() ? 0.0 : 0.95, 1.0)
      .legend("bottom right");
  figure.save(options.figure("accuracy"));
}

// A picture with smooth shapes and edges in all directions: a disc, a ring, stripes at 45 degrees and a ramp.
Tensor test_picture(std::size_t side, DType dtype) {
  const Tensor y = reshape(linspace(-1.0, 1.0, side, {.dtype = float64}), {side, 1});
  const Tensor x = reshape(y, {1, side});
  const auto inside = [](const Tensor& distance) { return sigmoid(distance * 40.0); };  // 1 where positive
  const auto radius = [&](double cx, double cy) { return sqrt(square(x - cx) + square(y - cy)); };
  const Tensor disc = inside(0.4 - radius(-0.5, -0.5));
  const Tensor ring = inside(0.12 - abs(radius(0.5, -0.5) - 0.3));
  const Tensor stripes = (0.5 + 0.5 * sin((x + y) * 20.0)) * inside(0.42 - maximum(abs(x + 0.5), abs(y - 0.5)));
  const Tensor ramp = (x - 0.05) * inside(0.42 - maximum(abs(x - 0.5), abs(y - 0.5)));
  return astype(reshape(disc + ring + stripes + ramp, {1, 1, side, side}), dtype);
}

void save_filters(const SimpleConvNet& net, const std::filesystem::path& path) {
  plot::image_grid(net.conv.weight.detach(), {.columns = 8, .each_alone = true, .pixels = 60}).save(path);
}

// What 16 of the filters answer to the picture: red where positive, blue where negative. Each filter's mean is taken
// off first, so that it answers to differences and not to how dark a place is.
void save_responses(const SimpleConvNet& net, const tutorial::Options& options, DType dtype) {
  const NoGrad guard;
  const Tensor picture = test_picture(48, dtype), filters = view(net.conv.weight, {xt::range(0, 16)});
  const Tensor answers = transpose(conv2d(picture, filters - mean(filters, {1, 2, 3}, keep_dims)), {1, 0, 2, 3});
  plot::image_grid(picture, {.columns = 1, .pixels = 144}).save(options.figure("picture"));
  plot::image_grid(answers / amax(abs(answers), {1, 2, 3}, keep_dims),
                   {.columns = 4, .colors = {.palette = "diverging", .bar = false}, .pixels = 110})
      .save(options.figure("responses"));
}

// The first 20 of the images that the network has wrong, with (label, answer).
void save_wrong(const Tensor& images, const Tensor& labels, const Tensor& classes, const std::filesystem::path& path) {
  const Tensor wrong = flatnonzero(not_equal(classes, labels));
  const Tensor shown = view(wrong, {xt::range(0, 20)});
  std::vector<std::string> titles;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const auto image = shown.item<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(i));
    titles.push_back("(" + std::to_string(labels.item<int>(image)) + ", " + std::to_string(classes.item<int>(image)) +
                     ")");
  }
  std::printf("%zu of %zu wrong\n", wrong.size(), images.shape(0));
  plot::image_grid(take(images, shown), {.columns = 5, .titles = titles, .pixels = 90}).save(path);
}

// The book's own weights of 2016, where the folder of MNIST's files has them as simple_convnet.npz.
void try_book_weights(const tutorial::Options& options, const tutorial::Images& images) {
  const std::filesystem::path file = options.data() / "simple_convnet.npz";
  if (options.dataset() != "mnist" || !std::filesystem::exists(file)) return;
  const StateDict book = load(file);
  SimpleConvNet net(28, 30, 5);
  net.load_state_dict({{"conv.weight", book.at("W1")},
                       {"conv.bias", book.at("b1")},
                       {"hidden.weight", transpose(book.at("W2"))},
                       {"hidden.bias", book.at("b2")},
                       {"output.weight", transpose(book.at("W3"))},
                       {"output.bias", book.at("b3")}});
  std::printf("the book's weights: test accuracy %.4f\n", accuracy(net, {images.test, images.test_labels}));
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const auto images = tutorial::load_images(options);
  const DType dtype = options.is_embedded() ? float64 : float32;
  const data::Dataset training_set(astype(images.train, dtype), images.train_labels);
  const data::Dataset test_set(astype(images.test, dtype), images.test_labels);

  manual_seed(1);
  SimpleConvNet net(images.height(), 30, 5);
  for (const auto& [name, value] : net.named_parameters()) {  // the book's initial values
    if (value.dimension() > 1) {
      nn::init::normal_(value, 0.0, 0.01);
    } else {
      nn::init::zeros_(value);
    }
  }
  net.to(dtype);
  std::printf("%zu parameters\n", net.parameter_count());
  save_filters(net, options.figure("filters_before"));

  const std::size_t epochs = options.is_embedded() ? 30 : 5;
  const auto accuracies = train(net, training_set, test_set, epochs, options.is_embedded() ? 3e-3 : 1e-3);
  save_accuracies(accuracies, options);
  save_filters(net, options.figure("filters_after"));
  save_responses(net, options, dtype);

  std::printf("training accuracy %.4f\n", accuracies[0].back());
  std::printf("test accuracy     %.4f\n", accuracies[1].back());
  save_wrong(images.test, images.test_labels, classify(net, test_set.inputs()), options.figure("wrong"));
  try_book_weights(options, images);
}
