#pragma once

#include <optional>

#include <autograd/tensor.hpp>

/// Selecting and scattering by integer tensors. Indices are int64; negative ones count from the back. An index out of
/// range throws IndexError, an index tensor of another dtype DtypeError. Gradients of repeated indices accumulate.
/// An index tensor that is changed in place before backward throws GradError there.
namespace xtape {

// --- slices

/// Slices of `x` along `axis` at `indices`, whose shape takes the axis' place: NumPy's take.
/// Example: `take(x, rows, 0)`.
Tensor take(const Tensor& x, const Tensor& indices, std::ptrdiff_t axis = 0);
/// take() by a vector of indices, with PyTorch's order of arguments; another shape throws ShapeError.
Tensor index_select(const Tensor& x, std::ptrdiff_t axis, const Tensor& indices);

/// A copy of `x` to whose slices along `axis` those of `source` are added: result[indices[i]] += source[i] for axis 0.
/// `indices` is a vector; `source` has the shape of `x` with as many slices along the axis (ShapeError).
Tensor index_add(const Tensor& x, std::ptrdiff_t axis, const Tensor& indices, const Tensor& source);

/// Options of embedding.
struct EmbeddingOptions {
  std::optional<std::int64_t> padding_idx = {};  ///< a row of the weight that gets no gradient
};
/// Rows of `weight` (count, width) at `indices`: (...) -> (..., width).
/// Example: `embedding(weight, words, {.padding_idx = 0})`.
Tensor embedding(const Tensor& weight, const Tensor& indices, EmbeddingOptions options = {});

/// Elements or parts by one index tensor for each of the leading axes, NumPy's `x[i, j]`: the index tensors broadcast,
/// and their common shape takes the place of those axes. Throws IndexError for more index tensors than axes, or none.
/// Boolean masks select by masked_select(). Example: `index(x, {i, j})`, `index(x, nonzero(mask))`.
Tensor index(const Tensor& x, const Tensors& indices);

/// Options of index_put.
struct IndexPutOptions {
  bool accumulate = false;  ///< add to what is there, once for every repeated index
};
/// A copy of `x` with `values`, broadcast to the shape of `index(x, indices)`, written there; of repeated indices the
/// last is kept. Throws ShapeError where the values do not broadcast. Example: `index_put(x, {i, j}, 0.0)`.
Tensor index_put(const Tensor& x, const Tensors& indices, const Tensor& values, IndexPutOptions options = {});

// --- one element per index

/// One element per entry of `indices`, taken along `axis`: result[i][j] = x[indices[i][j]][j] for axis 0. `indices` has
/// as many axes as `x`; other sizes agree. Also known as gather.
Tensor take_along_axis(const Tensor& x, const Tensor& indices, std::ptrdiff_t axis);
Tensor gather(const Tensor& x, std::ptrdiff_t axis, const Tensor& indices);

/// A copy of `x` to which `source` is added at `indices` along `axis`: result[indices[i][j]][j] += source[i][j] for
/// axis 0. `source` and `indices` have one shape.
Tensor scatter_add(const Tensor& x, std::ptrdiff_t axis, const Tensor& indices, const Tensor& source);

/// A copy of `x` with `source` written over it at `indices`; of repeated indices the last is kept.
Tensor scatter(const Tensor& x, std::ptrdiff_t axis, const Tensor& indices, const Tensor& source);

/// A new last axis of size `classes`, 1 at the label and 0 elsewhere.
Tensor one_hot(const Tensor& labels, std::size_t classes, DType dtype = float32);

}  // namespace xtape
