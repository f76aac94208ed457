#pragma once

#include <concepts>
#include <functional>
#include <initializer_list>
#include <span>
#include <vector>

#include <autograd/tensor.hpp>
#include <data/draws.hpp>

/// What is done to each sample when it is read: `train.map(data::Compose({...}))`. A transform works on whole batches,
/// without an allocation for each sample, and its random numbers come from the sample's own Draws, so a sample's fate
/// depends neither on its batch nor on the thread. Images are (C, H, W), or (H, W) without channels.
namespace xtape::data {

/// A function of batches that treats each sample for itself. The classes below are transforms; a Lambda makes one of a
/// function. Copies share what they hold.
class Transform {
 public:
  /// From a batch (B, ...), contiguous, and the random numbers of each of its samples, to another batch of B samples.
  /// It is called by several threads at once and may overwrite a batch that nothing else refers to (see writable()).
  using Function = std::function<Tensor(Tensor batch, std::span<Draws> draws)>;

  explicit Transform(Function function) : m_function(std::move(function)) {}

  /// The transform of every sample of a batch. Throws Error where the numbers of samples and of draws differ.
  Tensor batch(Tensor samples, std::span<Draws> draws) const;
  /// The transform of one sample; what is random about it depends on `key`. Example: `data::RandomCrop(24)(image, 7)`.
  Tensor operator()(const Tensor& sample, std::uint64_t key = 0) const;

 private:
  Function m_function;
};

/// A tensor of the same values that may be overwritten: itself where nothing else refers to its memory, else a copy.
Tensor writable(Tensor batch);

/// Several transforms, one after another. Example:
/// `data::Compose augment({data::GaussianNoise(0.01), data::Normalize(0.0, 1.0)});`
class Compose : public Transform {
 public:
  Compose(std::initializer_list<Transform> transforms) : Compose(std::vector<Transform>(transforms)) {}
  explicit Compose(std::vector<Transform> transforms);
};

/// A function of one sample, `Tensor(const Tensor&)` or `Tensor(const Tensor&, data::Draws&)`; it must give tensors of
/// one shape and take its random numbers from its Draws. It costs several tensors a sample: where that is too slow,
/// write a Transform. Example: `data::Lambda([](const Tensor& x, data::Draws& draws) { return x *
/// draws.uniform(0.5, 1.0); })`.
class Lambda : public Transform {
 public:
  using SampleFunction = std::function<Tensor(const Tensor& sample, Draws& draws)>;

  explicit Lambda(SampleFunction function);
  template <std::invocable<const Tensor&> F>
  explicit Lambda(F function)
      : Lambda(SampleFunction(
            [function = std::move(function)](const Tensor& sample, Draws&) { return function(sample); })) {}
};

/// float32 values: those of uint8 divided by 255, others as they are. Example: `photos.map(data::ToFloat())`.
class ToFloat : public Transform {
 public:
  ToFloat();
};

/// All axes of a sample in one: (C, H, W) becomes (C H W).
class Flatten : public Transform {
 public:
  Flatten();
};

/// int64 labels of any shape as float32 with a new last axis of `classes` values, 1 at the label and 0 elsewhere.
/// Throws IndexError where a label is out of range. Example: `train.map_targets(data::OneHot(10))`.
class OneHot : public Transform {
 public:
  explicit OneHot(std::size_t classes);
};

/// (x - mean) / deviation of floating values; of one value for all, or of one for each place of a sample's first axis.
/// Throws Error where a deviation is 0, ShapeError where there are not as many as channels. Example:
/// `data::Normalize({0.49, 0.48, 0.45}, {0.25, 0.24, 0.26})`.
class Normalize : public Transform {
 public:
  Normalize(double mean, double deviation);
  Normalize(std::vector<double> means, std::vector<double> deviations);
};

/// Adds normal noise of this deviation to floating values.
class GaussianNoise : public Transform {
 public:
  explicit GaussianNoise(double deviation);
};

}  // namespace xtape::data
