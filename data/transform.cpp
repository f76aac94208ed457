#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/index.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/ops/slice.hpp>
#include <autograd/tape.hpp>
#include <data/sample_loops.hpp>
#include <data/transform.hpp>

#include <algorithm>

namespace xtape::data {

namespace {

Tensor to_float(const Tensor& batch) {
  if (batch.dtype() == float32) return batch;
  if (batch.dtype() != uint8) return astype(batch, float32);
  Tensor result = Tensor::uninitialized(batch.shape(), float32);
  std::transform(batch.data<std::uint8_t>(), batch.data<std::uint8_t>() + batch.size(),
                 static_cast<float*>(result.mutable_data()),
                 [](std::uint8_t value) { return static_cast<float>(value) / 255.0f; });
  return result;
}

Tensor apply_to_each(const Lambda::SampleFunction& function, const Tensor& batch, std::span<Draws> draws) {
  Tensors results;
  for (std::size_t i = 0; i < draws.size(); ++i) {
    results.push_back(function(view(batch, {static_cast<std::ptrdiff_t>(i)}), draws[i]).detach());
  }
  return stack(results);
}

void check_deviations(const std::vector<double>& means, const std::vector<double>& deviations) {
  if (means.size() != deviations.size()) {
    throw Error("Normalize: " + std::to_string(means.size()) + " means and " + std::to_string(deviations.size()) +
                " deviations; it needs as many of both, one for each channel");
  }
  for (const double deviation : deviations) {
    if (!(deviation > 0.0)) {
      throw Error("Normalize: a deviation is " + std::to_string(deviation) + "; it must be above 0");
    }
  }
}

template <class T>
void normalize(std::span<T> values, double mean, double deviation) {
  const T offset = static_cast<T>(mean), divisor = static_cast<T>(deviation);
  for (T& value : values) value = (value - offset) / divisor;
}

void check_channels(const Shape& batch, std::size_t channels) {
  if (batch.size() >= 2 && batch[1] == channels) return;
  throw ShapeError("Normalize: samples of shape " + to_string(sample_shape(batch)) + "; " + std::to_string(channels) +
                   " means fit samples whose first axis has " + std::to_string(channels) + " channels");
}

}  // namespace

Tensor writable(Tensor batch) {
  if (batch.impl()->exclusive()) return batch;
  return batch.detach().clone();
}

Tensor Transform::batch(Tensor samples, std::span<Draws> draws) const {
  if (samples.dimension() == 0 || samples.shape()[0] != draws.size()) {
    throw Error("Transform: a batch of shape " + to_string(samples.shape()) + " with draws for " +
                std::to_string(draws.size()) + " samples");
  }
  const NoGrad guard;
  if (!samples.is_contiguous()) samples = samples.contiguous();
  return m_function(std::move(samples), draws);
}

Tensor Transform::operator()(const Tensor& sample, std::uint64_t key) const {
  Draws draws[] = {Draws(key)};
  return view(batch(expand_dims(sample.detach(), 0), draws), {0});
}

Compose::Compose(std::vector<Transform> transforms)
    : Transform([transforms = std::move(transforms)](Tensor batch, std::span<Draws> draws) {
        for (const Transform& transform : transforms) batch = transform.batch(std::move(batch), draws);
        return batch;
      }) {}

Lambda::Lambda(SampleFunction function)
    : Transform([function = std::move(function)](const Tensor& batch, std::span<Draws> draws) {
        return apply_to_each(function, batch, draws);
      }) {}

ToFloat::ToFloat() : Transform([](const Tensor& batch, std::span<Draws>) { return to_float(batch); }) {}

Flatten::Flatten()
    : Transform([](const Tensor& batch, std::span<Draws>) {
        return reshape(batch, {batch.shape()[0], element_count(sample_shape(batch.shape()))});
      }) {}

OneHot::OneHot(std::size_t classes)
    : Transform([classes](const Tensor& batch, std::span<Draws>) { return one_hot(batch, classes); }) {}

Normalize::Normalize(double mean, double deviation)
    : Transform([mean, deviation](Tensor batch, std::span<Draws>) {
        batch = writable(std::move(batch));
        visit_floats("Normalize", batch,
                     [&]<class T>(T* values) { normalize(std::span(values, batch.size()), mean, deviation); });
        return batch;
      }) {
  check_deviations({mean}, {deviation});
}

Normalize::Normalize(std::vector<double> means, std::vector<double> deviations)
    : Transform([means, deviations](Tensor batch, std::span<Draws>) {
        check_channels(batch.shape(), means.size());
        batch = writable(std::move(batch));
        const std::size_t planes = batch.shape()[0] * means.size();
        visit_floats("Normalize", batch, [&]<class T>(T* values) {
          const std::size_t size = planes == 0 ? 0 : batch.size() / planes;
          for (std::size_t p = 0; p < planes; ++p) {
            normalize(std::span(values + p * size, size), means[p % means.size()], deviations[p % means.size()]);
          }
        });
        return batch;
      }) {
  check_deviations(means, deviations);
}

GaussianNoise::GaussianNoise(double deviation)
    : Transform([deviation](Tensor batch, std::span<Draws> draws) {
        return for_each_sample("GaussianNoise", std::move(batch), draws, [&]<class T>(std::span<T> values, Draws& own) {
          for (T& value : values) value += static_cast<T>(deviation * own.normal());
        });
      }) {
  if (!(deviation >= 0.0)) {
    throw Error("GaussianNoise: a deviation of " + std::to_string(deviation) + "; it must be 0 or above");
  }
}

}  // namespace xtape::data
