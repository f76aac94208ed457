#pragma once

#include <string>
#include <vector>

#include <autograd/tensor.hpp>

/// What the operations on batches of matrices, tensors of shape (..., rows, columns), have in common. Not part of the
/// API.
namespace xtape {

/// Sizes of the axes in front of the last two.
inline Shape batch_shape(const Tensor& x) { return Shape(x.shape().begin(), x.shape().end() - 2); }

inline Shape shape_of_batch(Shape batches, std::size_t rows, std::size_t columns) {
  batches.push_back(rows);
  batches.push_back(columns);
  return batches;
}

/// The offset of batch number `index`, counted in row-major order, where neighbours lie `strides` apart.
std::ptrdiff_t batch_offset(std::size_t index, const Shape& batches, const Strides& strides);

/// "matrix (1, 0) of shape (2, 3, 4, 4)", or "the matrix of shape (4, 4)".
std::string matrix_name(std::size_t index, const Shape& shape);

/// Throws ShapeError where `x` has less than two axes, or where the last two differ.
void require_matrix(const char* op, const Tensor& x);
void require_square(const char* op, const Tensor& x);

/// The LU factorization, with row exchanges, of every matrix of a tensor of a floating dtype.
struct LuFactors {
  explicit LuFactors(const Tensor& a);
  /// Throws LinalgError naming the first matrix that is singular.
  void require_regular(const char* op) const;

  Tensor factors;                        // as kernels::lu_factor() leaves them
  std::vector<int> pivots;               // n for each matrix
  std::vector<std::size_t> zero_pivots;  // for each matrix 0, or 1 + the index of the first pivot that is zero

  std::size_t count() const noexcept { return zero_pivots.size(); }
};

}  // namespace xtape
