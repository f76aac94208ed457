#pragma once

#include <autograd/tensor.hpp>

/// Elements in another order, or several times.
namespace xtape {

/// Elements in reverse order along `axes` (every axis if none are given). Shares memory: its strides are negative.
/// Example: `flip(image, {-1})`.
Tensor flip(const Tensor& x, const Axes& axes = {});

/// Rotated by 90 degrees, `times` times, in the plane of two axes, from the first towards the second. Shares memory.
/// Throws ShapeError where there are not two axes. Example: `rot90(x, -1)` turns a matrix clockwise.
Tensor rot90(const Tensor& x, std::ptrdiff_t times = 1, const Axes& axes = {0, 1});

/// Elements moved on by `shift` places along `axes`; what leaves the end enters at the front. A negative shift moves
/// them back. Without axes the flattened array is rolled, and put in its shape again. Example: `roll(x, 1, 0)`.
Tensor roll(const Tensor& x, std::ptrdiff_t shift, const Axes& axes = {});
/// One shift per axis; those of an axis that is named twice add up. Throws ShapeError where the lists differ in length.
/// Example: `roll(x, {1, -2}, {0, 1})`.
Tensor roll(const Tensor& x, const std::vector<std::ptrdiff_t>& shifts, const Axes& axes);

/// Every element `count` times, one after the other, along `axis`: {1, 2} becomes {1, 1, 2, 2}. Throws ShapeError where
/// a count is negative. Example: `repeat(x, 2, 0)`.
Tensor repeat(const Tensor& x, std::ptrdiff_t count, std::ptrdiff_t axis);
/// The same with a count for each place on the axis (ShapeError where there are more or fewer counts than places).
/// Example: `repeat(x, {2, 0, 1}, 0)` for three rows.
Tensor repeat(const Tensor& x, const std::vector<std::ptrdiff_t>& counts, std::ptrdiff_t axis);

/// The whole array side by side, `repetitions` times along each axis: {1, 2} becomes {1, 2, 1, 2}. The list belongs to
/// the last axes, as in NumPy: where it is shorter the axes in front are taken once, where it is longer the array gets
/// new axes in front. Throws ShapeError where a number is negative. Example: `tile(x, {2, 3})`.
Tensor tile(const Tensor& x, const std::vector<std::ptrdiff_t>& repetitions);

}  // namespace xtape
