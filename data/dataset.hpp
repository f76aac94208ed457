#pragma once

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <autograd/tensor.hpp>

namespace xtape::data {

/// An input and its target; of a batch, both with a leading batch axis.
using Sample = std::pair<Tensor, Tensor>;

/// Where a Dataset's samples come from. Derive from it for samples that are computed or read on demand.
class Source {
 public:
  virtual ~Source() = default;

  /// Number of samples.
  virtual std::size_t size() const = 0;
  /// One sample, `index` < size(). The same index gives samples of the same shapes.
  virtual Sample sample(std::size_t index) const = 0;
  /// Several samples along a new first axis. Stacks sample() unless a source knows a faster way.
  virtual Sample batch(std::span<const std::size_t> indices) const;
  /// Every sample, in order.
  virtual Sample all() const;
};

/// A sequence of (input, target). Copying a Dataset copies a handle: the samples are shared.
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

  /// Every input (N, ...). A data set made of tensors returns its own. Example: `net(test.inputs())`.
  Tensor inputs() const { return m_source->all().first; }
  /// Every target (N, ...). Example: `nn::accuracy(net(test.inputs()), test.targets())`.
  Tensor targets() const { return m_source->all().second; }

 private:
  std::shared_ptr<const Source> m_source;
};

/// A data set in two parts. Example: `auto [train, test] = data::digits();`
struct Split {
  Dataset train;
  Dataset test;
};

}  // namespace xtape::data
