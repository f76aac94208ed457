#pragma once

#include <data/dataset.hpp>

namespace xtape::data {

/// The UCI handwritten digits (1797 images, embedded in the library; see data/digits/README.md for their authors and
/// licence): inputs (N, 64) float32 in [0, 1], the 8x8 pixels row by row, targets (N,) int64, the digit. The images are
/// put in the order of random::Numpy(0).permutation(1797), np.random.seed(0); np.random.permutation(1797) in NumPy: the
/// first 1437 are the training set, the other 360 the test set. Example: `auto [train, test] = data::digits();`
Split digits();

}  // namespace xtape::data
