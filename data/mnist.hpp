#pragma once

#include <filesystem>

#include <data/dataset.hpp>

namespace xtape::data {

/// The MNIST handwritten digits from their original four files (train-images-idx3-ubyte, train-labels-idx1-ubyte,
/// t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte; with or without ".gz") in `folder`: inputs (N, 1, 28, 28) float32 in
/// [0, 1], targets (N,) int64; 60000 images for training and 10000 for the test. Throws IoError naming the file that is
/// missing or damaged. Example: `auto [train, test] = data::mnist("datasets/mnist");`
Split mnist(const std::filesystem::path& folder);

/// Fashion-MNIST, articles of clothing in the same format: ten classes, T-shirt, trouser, pullover, dress, coat,
/// sandal, shirt, sneaker, bag and ankle boot. The default is where Debian's package dataset-fashion-mnist puts the
/// files. Example: `auto [train, test] = data::fashion_mnist();`
Split fashion_mnist(const std::filesystem::path& folder = "/usr/share/datasets/fashion-mnist");

}  // namespace xtape::data
