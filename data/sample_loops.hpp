#pragma once

#include <span>
#include <string>

#include <autograd/error.hpp>
#include <data/transform.hpp>

/// What the transforms share: raw loops over the samples of a batch.
namespace xtape::data {

/// The shape of one sample of a batch.
inline Shape sample_shape(const Shape& batch) { return Shape(batch.begin() + 1, batch.end()); }

/// Calls `function(T*)` with the values of a floating tensor. Throws DtypeError naming `op`.
template <class F>
void visit_floats(const char* op, const Tensor& batch, const F& function) {
  if (batch.dtype() == float32) {
    function(static_cast<float*>(batch.mutable_data()));
  } else if (batch.dtype() == float64) {
    function(static_cast<double*>(batch.mutable_data()));
  } else {
    throw DtypeError(std::string(op) + ": the samples are " + to_string(batch.dtype()) +
                     "; it takes floating values: put data::ToFloat() before it");
  }
}

/// Calls `function(std::span<T> values, Draws& draws)` for each sample of a floating batch, overwriting it.
template <class F>
Tensor for_each_sample(const char* op, Tensor batch, std::span<Draws> draws, const F& function) {
  batch = writable(std::move(batch));
  visit_floats(op, batch, [&]<class T>(T* values) {
    const std::size_t size = draws.empty() ? 0 : batch.size() / draws.size();
    for (std::size_t i = 0; i < draws.size(); ++i) function(std::span<T>(values + i * size, size), draws[i]);
  });
  return batch;
}

}  // namespace xtape::data
