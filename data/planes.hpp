#pragma once

#include <span>
#include <string>

#include <autograd/error.hpp>
#include <data/sample_loops.hpp>

/// What the transforms of images share.
namespace xtape::data {

/// The sizes of a batch of images, (B, C, H, W), (B, H, W) or with more axes before H and W.
struct Planes {
  std::size_t images = 0, channels = 1, height = 0, width = 0;

  /// Throws ShapeError naming `op` where the samples have no two axes.
  Planes(const char* op, const Shape& batch) {
    if (batch.size() < 3) {
      throw ShapeError(std::string(op) + ": samples of shape " + to_string(sample_shape(batch)) +
                       " are no images; these are (C, H, W) or (H, W)");
    }
    images = batch[0];
    height = batch[batch.size() - 2];
    width = batch[batch.size() - 1];
    for (std::size_t axis = 1; axis + 2 < batch.size(); ++axis) channels *= batch[axis];
  }

  std::size_t plane_size() const { return height * width; }
  std::size_t image_size() const { return channels * plane_size(); }
};

/// Calls `function(std::span<T> image, const Planes&, Draws&)` for each image of a batch of any dtype, overwriting it.
template <class F>
Tensor change_images(const char* op, Tensor batch, std::span<Draws> draws, const F& function) {
  const Planes planes(op, batch.shape());
  batch = writable(std::move(batch));
  if (planes.image_size() == 0) return batch;
  visit_dtype(batch.dtype(), [&]<class T>(TypeTag<T>) {
    auto* image = static_cast<T*>(batch.mutable_data());
    for (Draws& own : draws) {
      function(std::span<T>(image, planes.image_size()), planes, own);
      image += planes.image_size();
    }
  });
  return batch;
}

}  // namespace xtape::data
