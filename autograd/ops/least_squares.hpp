#pragma once

#include <optional>

#include <autograd/tensor.hpp>

namespace xtape {

/// Which singular values count as zero: those below `rcond` times the largest.
struct RankCutoff {
  std::optional<double> rcond = {};  ///< by default the dtype's epsilon times max(m, n), as in PyTorch
};

/// The x with the smallest |a x - b|, and of these the smallest: `a` (..., m, n) of full rank min(m, n), and `b` a
/// matrix
/// (..., m, k), or a vector (m), with x of the same kind. Leading axes broadcast. Throws ShapeError, and LinalgError
/// naming the matrix whose rank is deficient, where x is no differentiable function of it; pinv() gives a solution
/// there. Example: `lstsq(stack({t, ones_like(t)}, 1), y)` fits a line.
Tensor lstsq(const Tensor& a, const Tensor& b, RankCutoff cutoff = {});

/// The pseudo-inverse of Moore and Penrose, (..., m, n) -> (..., n, m), from the singular values. The gradient is that
/// among matrices of the same rank (Golub and Pereyra 1973). Throws ShapeError, and LinalgError for a nan.
/// Example: `pinv(a, {.rcond = 1e-3})`.
Tensor pinv(const Tensor& a, RankCutoff cutoff = {});

}  // namespace xtape
