// An epoch of MNIST through the loader: each image is cropped at random and normalised, by two workers.

#include <cstdlib>

#include <benchmarks/xtape_side.hpp>

namespace benchmarks::xtape_side {

using namespace xtape;

namespace {

// Synthetic images of the same sizes where XTAPE_MNIST names no folder with the files.
data::Dataset digits() {
  if (const char* folder = std::getenv("XTAPE_MNIST")) return data::mnist(folder).train;
  const Tensor image = reshape(arange(60000), {60000, 1, 1, 1}), pixel = reshape(arange(784), {1, 1, 28, 28});
  return data::Dataset(fmod(31 * image + 7 * pixel, 256) / 255, astype(fmod(arange(60000), 10), int64));
}

}  // namespace

Program mnist_epoch() {
  const data::Compose augment({data::RandomCrop(28, {.padding = 2}), data::Normalize(0.1307, 0.3081)});
  const auto loader = std::make_shared<data::DataLoader>(
      digits().map(augment), data::DataLoader::Options{.batch_size = 100, .shuffle = true, .workers = 2});
  return {[=] {
            for ([[maybe_unused]] const auto& [images, labels] : *loader) {
            }
          },
          [=] {  // of another epoch; the mean itself is close to 0
            double count = 0, pixels = 0, classes = 0;
            for (const auto& [images, labels] : *loader) {
              count += static_cast<double>(labels.size());
              pixels += mean(square(images)).item();
              classes += sum(labels).item();
            }
            return Results{{count}, {pixels}, {classes}};
          }};
}

}  // namespace benchmarks::xtape_side
