#pragma once

#include <filesystem>

#include <data/dataset.hpp>

namespace xtape::data {

/// CIFAR-10 from the files of its binary version (data_batch_1.bin to data_batch_5.bin and test_batch.bin) in `folder`
/// or in its subfolder cifar-10-batches-bin: inputs (N, 3, 32, 32) float32 in [0, 1], targets (N,) int64, one of
/// airplane, automobile, bird, cat, deer, dog, frog, horse, ship and truck; 50000 images for training and 10000 for the
/// test. The images are kept as bytes, and turned into float32 as they are read. Throws IoError naming the file that is
/// missing or damaged. Example: `auto [train, test] = data::cifar10("datasets/cifar");`
Split cifar10(const std::filesystem::path& folder);

struct Cifar100Options {
  bool coarse = false;  ///< targets are the 20 superclasses
};

/// CIFAR-100, likewise, from train.bin and test.bin in `folder` or its subfolder cifar-100-binary; 100 classes.
/// Example: `auto [train, test] = data::cifar100("datasets/cifar", {.coarse = true});`
Split cifar100(const std::filesystem::path& folder, Cifar100Options options = {});

}  // namespace xtape::data
