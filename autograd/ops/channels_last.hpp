#pragma once

#include <autograd/tensor.hpp>

/// Images (N, C, ...) that lie in memory as (N, ..., C): so convolutions by oneDNN take and give them. Elementwise
/// operations keep that order, pooling and batch normalisation have loops for it, and everything else reads it as it
/// reads any strided tensor.
namespace xtape {

/// Whether `x` lies so. One with a single channel, or a single place, lies both ways.
bool is_channels_last(const Tensor& x);

/// `x` if it lies so, else a copy that does; recorded.
Tensor channels_last(const Tensor& x);

/// A new tensor that lies so, not initialised.
Tensor uninitialized_channels_last(const Shape& shape, DType dtype);

/// (N, C, ...) seen as (N * places, C), recorded; a view where `x` lies so.
Tensor rows_of_channels(const Tensor& x);
/// The way back: (N * places, C) seen as an image of `shape` that lies with its channels last.
Tensor image_of_rows(const Tensor& rows, const Shape& shape);

}  // namespace xtape
