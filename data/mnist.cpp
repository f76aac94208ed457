#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/shape.hpp>
#include <data/idx.hpp>
#include <data/mnist.hpp>

#include <algorithm>

namespace xtape::data {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t side = 28;
constexpr std::int64_t classes = 10;

// The file under either of its names.
fs::path find_file(const fs::path& folder, const char* name, const std::string& how_to_get) {
  const fs::path plain = folder / name;
  const fs::path packed = folder / (std::string(name) + ".gz");
  if (fs::exists(plain)) return plain;
  if (fs::exists(packed)) return packed;
  throw IoError("neither " + quoted(plain) + " nor " + quoted(packed) + " exists; " + how_to_get);
}

Tensor read_images(const fs::path& path) {
  const Tensor images = read_idx(path);
  if (images.dtype() != uint8 || images.dimension() != 3 || images.shape(1) != side || images.shape(2) != side) {
    throw IoError(quoted(path) + ": holds " + to_string(images.dtype()) + " values of shape " +
                  to_string(images.shape()) + "; images are uint8 of shape (N, 28, 28)");
  }
  return reshape(astype(images, float32) / 255.0, {images.shape(0), 1, side, side});
}

Tensor read_labels(const fs::path& path, std::size_t count) {
  const Tensor labels = read_idx(path);
  if (labels.dtype() != uint8 || labels.shape() != Shape({count})) {
    throw IoError(quoted(path) + ": holds " + to_string(labels.dtype()) + " values of shape " +
                  to_string(labels.shape()) + "; " + std::to_string(count) + " images need uint8 labels of shape " +
                  to_string(Shape({count})));
  }
  const std::uint8_t* first = labels.data<std::uint8_t>();
  const std::uint8_t* largest = std::max_element(first, first + count);
  if (count > 0 && *largest >= classes) {
    throw IoError(quoted(path) + ": the label at " + std::to_string(largest - first) + " is " +
                  std::to_string(*largest) + "; labels are 0 to 9");
  }
  return astype(labels, int64);
}

Dataset read_part(const fs::path& folder, const std::string& part, const std::string& how_to_get) {
  const fs::path images = find_file(folder, (part + "-images-idx3-ubyte").c_str(), how_to_get);
  const fs::path labels = find_file(folder, (part + "-labels-idx1-ubyte").c_str(), how_to_get);
  const Tensor inputs = read_images(images);
  return Dataset(inputs, read_labels(labels, inputs.shape(0)));
}

Split read_split(const fs::path& folder, const std::string& how_to_get) {
  Dataset train = read_part(folder, "train", how_to_get);
  return {std::move(train), read_part(folder, "t10k", how_to_get)};
}

}  // namespace

Split mnist(const fs::path& folder) {
  return read_split(folder,
                    "put the four original files of MNIST (train-images-idx3-ubyte, train-labels-idx1-ubyte, "
                    "t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte; with or without .gz) into that folder");
}

Split fashion_mnist(const fs::path& folder) {
  return read_split(folder,
                    "`apt-get install dataset-fashion-mnist` puts the four files of Fashion-MNIST into "
                    "/usr/share/datasets/fashion-mnist");
}

}  // namespace xtape::data
