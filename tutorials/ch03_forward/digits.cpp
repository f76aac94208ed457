// Digits recognised by a network whose weights are given: one image, all of them in batches, and where it errs.
// tolerance: 0.005, because the weights are trained in float32 when the program starts (one of the 360 images is
// 0.0028)
#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cstdio>
#include <filesystem>
#include <vector>

using namespace xtape;

namespace {

// Three layers, with the sigmoid between them: the network of chapter 3 of "Deep Learning from Scratch".
struct ThreeLayers : nn::Module {
  nn::Linear fc1, fc2, fc3;

  ThreeLayers(std::size_t pixels, std::size_t first, std::size_t second)
      : fc1(add("fc1", nn::Linear(pixels, first))),
        fc2(add("fc2", nn::Linear(first, second))),
        fc3(add("fc3", nn::Linear(second, 10))) {}

  Tensor forward(const Tensor& x) override { return fc3(sigmoid(fc2(sigmoid(fc1(x))))); }
};

// The book's weights are stored as (in, out), Linear's as (out, in).
ThreeLayers from_file(const std::filesystem::path& path) {
  const StateDict file = load(path);
  StateDict state;
  for (const std::string number : {"1", "2", "3"}) {
    state["fc" + number + ".weight"] = transpose(file.at("W" + number));
    state["fc" + number + ".bias"] = file.at("b" + number);
  }
  ThreeLayers net(784, 50, 100);
  net.load_state_dict(state);
  return net;
}

// Somebody has to find the weights once. How is the matter of chapters 4 to 7; here it takes half a second.
ThreeLayers trained(const tutorial::Images& images) {
  manual_seed(0);
  ThreeLayers net(images.pixels(), 30, 20);
  optim::Adam adam(net.parameters(), {.lr = 0.01});
  const data::Dataset samples(reshape(images.train, {images.train.shape(0), images.pixels()}), images.train_labels);
  data::DataLoader loader(samples, {.batch_size = 50, .shuffle = true, .seed = 1});
  const int epochs = images.train.shape(0) > 10000 ? 1 : 30;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    for (const auto& [x, t] : loader) {
      adam.zero_grad();
      nn::cross_entropy(net(x), t).backward();
      adam.step();
    }
  }
  return net;
}

void show_one(const tutorial::Options& options, const tutorial::Images& images, nn::Module& net) {
  const Tensor image = view(images.test, {0, 0});  // (H, W)
  const Tensor flat = flatten(image);              // (H * W): what the network takes
  const Tensor shares = softmax(net(flat));
  std::printf("the first test image: shape (%zu, %zu), flat (%zu), label %d\n", image.shape(0), image.shape(1),
              flat.size(), images.test_labels(0).item<int>());
  std::printf("the network's answer: %d, with a probability of %.2f\n", argmax(shares).item<int>(),
              amax(shares).item());
  plot::Figure figure({.rows = 1, .columns = 2, .width = 800, .height = 380});
  figure[0].image(1.0 - image).title("label " + std::to_string(images.test_labels(0).item<int>()));
  figure[1].bars({"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}, shares).title("probabilities").y_range(0, 1);
  figure.save(options.figure("digit"));
}

// Images in batches of 100: one product of matrices does the work of 100 products of a vector.
void count_right(const tutorial::Images& images, nn::Module& net) {
  const std::size_t count = images.test.shape(0), batch = 100;
  const Tensor x = reshape(images.test, {count, images.pixels()});
  double right = 0.0, loss = 0.0;
  for (std::size_t first = 0; first < count; first += batch) {
    const auto rows = xt::range(first, std::min(first + batch, count));
    const Tensor scores = net(view(x, {rows})), labels = view(images.test_labels, {rows});
    right += static_cast<double>(sum(equal(argmax(scores, 1), labels)).item());
    loss += nn::cross_entropy(scores, labels).item() * static_cast<double>(labels.size());
  }
  const Tensor one = net(view(x, {7})), of_batch = view(net(view(x, {xt::range(0, 100)})), {7});
  std::printf("accuracy %.4f, mean cross-entropy %.3f\n", right / static_cast<double>(count),
              loss / static_cast<double>(count));
  std::printf("image 7 alone and in a batch: %s\n",
              amax(abs(one - of_batch)).item() < 1e-4 ? "the same scores" : "other scores");
}

void show_errors(const tutorial::Options& options, const tutorial::Images& images, nn::Module& net) {
  const Tensor answers = argmax(net(reshape(images.test, {images.test.shape(0), images.pixels()})), 1);
  const Tensor wrong = flatnonzero(not_equal(answers, images.test_labels));
  const std::size_t shown = std::min<std::size_t>(wrong.size(), 16);
  const Tensor chosen = view(wrong, {xt::range(std::size_t{0}, shown)});
  std::vector<std::string> titles;
  for (std::size_t i = 0; i < shown; ++i) {
    const auto at = chosen.item<int>(static_cast<std::ptrdiff_t>(i));
    titles.push_back(std::to_string(images.test_labels(at).item<int>()) + " as " +
                     std::to_string(answers(at).item<int>()));
  }
  plot::image_grid(take(images.test, chosen, 0), {.columns = 8, .titles = titles}).save(options.figure("errors"));
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const tutorial::Images images = tutorial::load_images(options);
  const auto book = options.data() / "three_layer.npz";
  const bool given = options.dataset() == "mnist" && std::filesystem::exists(book);
  ThreeLayers net = given ? from_file(book) : trained(images);
  std::printf("weights: %s\n", given ? "the book's, three_layer.npz" : "trained at the start of this program");
  const NoGrad guard;  // from here on nothing is learned
  show_one(options, images, net);
  count_right(images, net);
  show_errors(options, images, net);
}
