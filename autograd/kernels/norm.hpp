#pragma once

#include <cstddef>

/// Normalisation of a contiguous (outer, groups, members, length) array, in two forms. By group: each (members, length)
/// block has a mean and a variance of its own, numbered (outer, groups); layer norm is (rows, 1, width, 1), group norm
/// (N, groups, C / groups, pixels), instance norm (N, C, 1, pixels). By channel, for batch norm: (N, 1, C, pixels), a
/// mean and a variance for each member over outer and length. Weight and bias have one value per group and member; a
/// null pointer stands for 1 and 0.
namespace xtape::kernels {

struct NormExtent {
  std::size_t outer = 1;
  std::size_t groups = 1;
  std::size_t members = 1;
  std::size_t length = 1;

  std::size_t parameters() const noexcept { return groups * members; }
};

/// What the passes after the first read: per group or per channel the mean and 1 / sqrt(variance + eps), and the
/// weight.
template <class T>
struct NormScale {
  const T* mean;
  const T* inverse;
  const T* weight;
};

/// Sums that are the gradients of weight and bias: sum(g * normalised), sum(g).
template <class T>
struct NormSums {
  T* weight;
  T* bias;
};

/// Mean and variance (divided by the count), both 0 of no elements. Not centred: 0, and the mean square.
template <class T>
void group_moments(const T* x, const NormExtent& extent, bool centred, T* mean, T* variance);
template <class T>
void channel_moments(const T* x, const NormExtent& extent, T* mean, T* variance);

/// y = (x - mean) * inverse * weight + bias
template <class T>
void group_normalize(const T* x, const NormExtent& extent, const NormScale<T>& scale, const T* bias, T* y);
template <class T>
void channel_normalize(const T* x, const NormExtent& extent, const NormScale<T>& scale, const T* bias, T* y);

template <class T>
void group_sums(const T* x, const T* g, const NormExtent& extent, const NormScale<T>& scale, const NormSums<T>& sums);
template <class T>
void channel_sums(const T* x, const T* g, const NormExtent& extent, const NormScale<T>& scale, const NormSums<T>& sums);

/// dx = inverse * (h - mean(h) - n * mean(h * n)) with h = g * weight and n = (x - mean) * inverse; mean(h) is left out
/// where not centred. By channel it reads both means from `sums`.
template <class T>
void group_gradient(const T* x, const T* g, const NormExtent& extent, const NormScale<T>& scale, bool centred, T* dx);
template <class T>
void channel_gradient(const T* x, const T* g, const NormExtent& extent, const NormScale<T>& scale,
                      const NormSums<const T>& sums, T* dx);

}  // namespace xtape::kernels
