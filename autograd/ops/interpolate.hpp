#pragma once

#include <autograd/tensor.hpp>

#include <concepts>

namespace xtape {

enum class Interpolation {
  nearest,  ///< the input element that the place falls into
  linear,   ///< between the two neighbours, for (N, C, W)
  bilinear  ///< between the four neighbours, for (N, C, H, W)
};

/// Factors, one for each axis after the first two; a single number holds for all of them.
class ScaleFactors {
 public:
  ScaleFactors() = default;
  template <class T>
  requires std::is_arithmetic_v<T> ScaleFactors(T factor) : m_values{static_cast<double>(factor)} {}
  ScaleFactors(std::initializer_list<double> factors) : m_values(factors) {}
  const std::vector<double>& values() const noexcept { return m_values; }

 private:
  std::vector<double> m_values;
};

/// Options of interpolate: either the sizes of the result or their factors.
struct InterpolateOptions {
  Shape size = {};                 ///< one for each axis after the first two
  ScaleFactors scale_factor = {};  ///< result: floor(size * factor)
  Interpolation mode = Interpolation::nearest;
  bool align_corners = false;  ///< first and last elements of input and result lie at the same places; not for nearest
};

/// `x` (N, C, W) or (N, C, H, W) resized along the axes after the first two, with the places of
/// torch.nn.functional.interpolate: with s = 1 / factor where a factor is given, else size of input / size of result,
/// element i of the result reads the input
///   nearest                  at floor(i * s),
///   linear, bilinear         at max((i + 0.5) * s - 0.5, 0), between the neighbours,
///   with align_corners       at i * (size of input - 1) / (size of result - 1).
/// Throws ShapeError for other shapes, an empty input axis or a result of size 0; Error where not exactly one of size
/// and scale_factor is given, or align_corners with nearest.
/// Example: `interpolate(x, {.scale_factor = 2.0, .mode = Interpolation::bilinear})`
Tensor interpolate(const Tensor& x, const InterpolateOptions& options);

}  // namespace xtape
