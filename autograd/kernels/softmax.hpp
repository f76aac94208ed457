#pragma once

#include <cstddef>
#include <cstdint>

#include <autograd/shape.hpp>

/// Softmax of the rows of contiguous (rows, width) arrays.
namespace xtape::kernels {

/// exp(x) / sum(exp(x)), or its logarithm. The output may be the input.
template <class T>
void softmax(const T* input, std::size_t rows, std::size_t width, bool logarithm, T* output);

/// Gradient of the input, from the result and its gradient. The output may be either.
template <class T>
void softmax_gradient(const T* result, const T* upstream, std::size_t rows, std::size_t width, bool logarithm,
                      T* output);

/// Which columns take part in each row. Rows are numbered over `outer`, whose last axis is that of the queries.
struct RowMask {
  const bool* data = nullptr;  // null: all of them
  Shape outer;
  Strides strides;          // of the mask along `outer`,
  std::ptrdiff_t step = 0;  // and along the columns
  bool causal = false;      // in addition, only columns up to the query's own number
};

/// Softmax over the columns that take part; the others become 0, and so do all where none takes part or all that do are
/// -inf. The output may be the input.
template <class T>
void masked_softmax(const T* input, std::size_t rows, std::size_t width, const RowMask& mask, T* output);

/// -log(softmax(scores))[target] for each row. Targets lie in [0, width).
template <class T>
void cross_entropy(const T* scores, const std::int64_t* targets, std::size_t rows, std::size_t width, T* output);

/// (softmax(scores) - one_hot(target)) * upstream * scale for each row, where the upstream gradient of row r is
/// `upstream[r * step]`. Targets lie in [0, width).
template <class T>
void cross_entropy_gradient(const T* scores, const std::int64_t* targets, std::size_t rows, std::size_t width,
                            const T* upstream, std::size_t step, double scale, T* output);

}  // namespace xtape::kernels
