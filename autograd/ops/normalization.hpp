#pragma once

#include <autograd/kernels/norm.hpp>
#include <autograd/tensor.hpp>

namespace xtape {

/// How one normalisation reads its input: as (outer, groups, members, length), see kernels/norm.hpp.
struct NormPlan {
  const char* name;  // of the op
  kernels::NormExtent extent;
  double eps = 1e-5;
  bool by_channel = false;
  bool centred = true;  // false: the mean is not subtracted
  // Given: constants for each channel. Else empty.
  Tensor fixed_mean = {};
  Tensor fixed_variance = {};
};

/// The result, with its history, and the mean and variance that it was computed with: flat, one value per group (outer,
/// groups) or channel.
struct Normalized {
  Tensor result;
  Tensor mean;
  Tensor variance;
};

/// (x - mean) / sqrt(variance + eps) * weight + bias, recorded; weight and bias are flat, or not defined. All are of
/// one floating dtype.
Normalized normalize_by(const NormPlan& plan, const Tensor& x, const Tensor& weight, const Tensor& bias);

}  // namespace xtape
