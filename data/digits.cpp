#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/random.hpp>
#include <data/digits.hpp>
#include <data/idx.hpp>

// Made from the files in data/digits by cmake/embed.cmake.
namespace xtape::embedded {
extern const std::span<const unsigned char> digits_images;
extern const std::span<const unsigned char> digits_labels;
}  // namespace xtape::embedded

namespace xtape::data {

Split digits() {
  constexpr std::size_t train_count = 1437;
  const Tensor images = read_idx(std::as_bytes(embedded::digits_images), "the embedded images of digits");
  const Tensor labels = read_idx(std::as_bytes(embedded::digits_labels), "the embedded labels of digits");
  const Dataset every(reshape(astype(images, float32) / 16.0, {images.shape(0), 64}), astype(labels, int64));

  const std::vector<std::int64_t> permutation = random::Numpy(0).permutation(every.size());
  const std::vector<std::size_t> order(permutation.begin(), permutation.end());
  const auto part = [&](std::span<const std::size_t> indices) {
    auto [inputs, targets] = every.batch(indices);
    return Dataset(inputs, targets);
  };
  return {part(std::span(order).first(train_count)), part(std::span(order).subspan(train_count))};
}

}  // namespace xtape::data
