#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <autograd/tensor.hpp>

namespace xtape::data {

class Transform;

/// An input and its target; of a batch, both with a leading batch axis.
using Sample = std::pair<Tensor, Tensor>;

/// Where a Dataset's samples come from. Derive from it for samples that are computed or read on demand. A DataLoader
/// with workers calls it from several threads at once.
class Source {
 public:
  virtual ~Source() = default;

  /// Number of samples.
  virtual std::size_t size() const = 0;
  /// One sample, `index` < size(). The same index gives samples of the same shapes.
  virtual Sample sample(std::size_t index) const = 0;
  /// Several samples along a new first axis, in tensors that are the caller's to overwrite. What is random about them
  /// depends on `keys` alone, one for each index (see sample_key). Stacks sample() unless a source knows a faster way.
  virtual Sample batch(std::span<const std::size_t> indices, std::span<const std::uint64_t> keys) const;
  /// Every sample, in order, with the keys of seed 0 and epoch 0.
  virtual Sample all() const;
  /// The targets of all(), for sources that know them without the inputs.
  virtual Tensor targets() const { return all().second; }

 protected:
  /// sample() for sources that make batches.
  Sample batch_of_one(std::size_t index) const;

  friend class Dataset;
};

/// A sequence of (input, target). Copying a Dataset copies a handle: the samples are shared. Where its transforms draw
/// random numbers, what is asked of the data set itself is as in epoch 0 of a DataLoader with seed 0.
class Dataset {
 public:
  /// The rows of `inputs` (N, ...) and `targets` (N, ...), of any dtypes; shares their memory where they are contiguous
  /// and drops their history. Throws ShapeError where one is a scalar or the numbers of rows differ.
  /// Example: `data::Dataset points(randn({100, 2}), zeros({100}, {.dtype = int64}));`
  Dataset(const Tensor& inputs, const Tensor& targets);
  /// Samples from a source of one's own. Example: `data::Dataset(std::make_shared<Frames>("film.raw"))`.
  explicit Dataset(std::shared_ptr<const Source> source) : m_source(std::move(source)) {}

  /// Number of samples.
  std::size_t size() const { return m_source->size(); }

  /// One (input, target) without a batch axis; negative indices count from the back. Throws IndexError.
  /// Example: `auto [x, t] = points[0];`
  Sample operator[](std::ptrdiff_t index) const;

  /// The samples at `indices` as one batch: inputs (B, ...), targets (B, ...), in the dtypes of the samples, copied.
  /// Throws IndexError. Example: `auto [x, t] = points.batch(std::vector<std::size_t>{3, 1});`
  Sample batch(std::span<const std::size_t> indices) const;
  /// The same with the keys that random transforms draw from. Throws Error where there are not as many.
  Sample batch(std::span<const std::size_t> indices, std::span<const std::uint64_t> keys) const;

  /// Every input (N, ...). A data set made of tensors returns its own. Example: `net(test.inputs())`.
  Tensor inputs() const { return m_source->all().first; }
  /// Every target (N, ...). Example: `nn::accuracy(net(test.inputs()), test.targets())`.
  Tensor targets() const { return m_source->targets(); }

  /// These samples with a transform applied to each input whenever it is read. Example:
  /// `train.map(data::RandomCrop(28, {.padding = 2}))`.
  Dataset map(const Transform& transform) const;
  /// The same for the targets. Example: `train.map_targets(data::OneHot(10))`.
  Dataset map_targets(const Transform& transform) const;

  /// Where the samples come from.
  const std::shared_ptr<const Source>& source() const noexcept { return m_source; }

 private:
  std::shared_ptr<const Source> m_source;
};

/// A data set in two parts. Example: `auto [train, test] = data::digits();`
struct Split {
  Dataset train;
  Dataset test;
};

}  // namespace xtape::data
