#include <doctest/doctest.h>

#include <xtape.hpp>

#include <books/printed.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

using namespace xtape;
using books::check_printed;

// Networks with the weights that D1 published in 2016, on MNIST's test images: three_layer.npz and simple_convnet.npz,
// converted from ch03/sample_weight.pkl and ch07/params.pkl of its repository's commit 0dda3d1 (later commits hold
// other weights). XTAPE_BOOK_WEIGHTS names the folder with these files, XTAPE_MNIST the one with MNIST's.

namespace {

// The value of an environment variable that names a folder, or "", said aloud.
std::string folder_from(const std::string& variable, const std::string& what) {
  if (const char* folder = std::getenv(variable.c_str())) return folder;
  MESSAGE(variable << " is not set: " << what << " were not read");
  return {};
}

struct Material {
  StateDict weights;
  data::Dataset digits;
};

std::optional<Material> material(const char* file) {
  const std::string weights = folder_from("XTAPE_BOOK_WEIGHTS", "the books' weights");
  const std::string digits = folder_from("XTAPE_MNIST", "the MNIST files");
  if (weights.empty() || digits.empty()) return {};
  return Material{load(std::filesystem::path(weights) / file), data::mnist(digits).test};
}

struct Score {
  double right = 0.0, loss = 0.0;
};

// How many of the digits the network has right, and the mean cross-entropy. In batches, as the book does: the first
// convolution of all 10000 images at once takes 700 MB.
Score score(nn::Sequential& net, const data::Dataset& digits) {
  const NoGrad guard;
  Score total;
  for (const auto& [x, t] : data::DataLoader(digits, {.batch_size = 100})) {
    const Tensor scores = net(x);
    total.right += std::round(nn::accuracy(scores, t) * 100.0);
    total.loss += nn::cross_entropy(scores, t).item() / 100.0;
  }
  return total;
}

// The layers number `number` of the book: W (in, out) and b.
nn::Linear affine(const StateDict& weights, const std::string& number) {
  return books::affine(weights.at("W" + number), weights.at("b" + number));
}

}  // namespace

TEST_CASE("D1 chapter 3: the published three-layer network has 93.52 % of MNIST's test digits right") {
  const std::optional<Material> given = material("three_layer.npz");
  if (!given) return;
  nn::Sequential net(nn::Flatten(), affine(given->weights, "1"), nn::Sigmoid(), affine(given->weights, "2"),
                     nn::Sigmoid(), affine(given->weights, "3"));
  const Score result = score(net, given->digits);
  CHECK(result.right == 9352);
  check_printed(result.loss, {0.22454}, 5);
}

TEST_CASE("D1 chapter 7: the published convolutional network has 98.90 % of MNIST's test digits right") {
  const std::optional<Material> given = material("simple_convnet.npz");
  if (!given) return;
  nn::Conv2d convolution(1, 30, 5);
  convolution.load_state_dict({{"weight", given->weights.at("W1")}, {"bias", given->weights.at("b1")}});
  nn::Sequential net(convolution, nn::ReLU(), nn::MaxPool2d(2), nn::Flatten(), affine(given->weights, "2"), nn::ReLU(),
                     affine(given->weights, "3"));
  CHECK(score(net, given->digits).right == 9890);
}
