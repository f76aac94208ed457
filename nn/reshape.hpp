#pragma once

#include <nn/module.hpp>

/// Layers that give their input another shape.
namespace xtape::nn {

/// The axes from `first` to `last` merged into one: (N, C, H, W) -> (N, C H W) unless told otherwise. An axis that the
/// input does not have throws IndexError.
struct Flatten : Module {
  explicit Flatten(std::ptrdiff_t first = 1, std::ptrdiff_t last = -1) : m_first(first), m_last(last) {}
  Tensor forward(const Tensor& x) override;

 private:
  std::ptrdiff_t m_first, m_last;
};

/// One axis cut into several of the given sizes, of which one may be -1 and is worked out. An axis that the input does
/// not have throws IndexError, sizes that do not multiply to its size ShapeError.
/// Example: `nn::Unflatten(1, {8, 4, 4})` turns (N, 128) into (N, 8, 4, 4).
struct Unflatten : Module {
  Unflatten(std::ptrdiff_t axis, std::vector<std::ptrdiff_t> sizes) : m_axis(axis), m_sizes(std::move(sizes)) {}
  Tensor forward(const Tensor& x) override;

 private:
  std::ptrdiff_t m_axis;
  std::vector<std::ptrdiff_t> m_sizes;
};

/// Channels become places: (..., C r^2, H, W) -> (..., C, H r, W r), where r is the upscale factor (Shi et al. 2016).
/// Throws ShapeError where r^2 does not divide the channels. Example: `nn::PixelShuffle(2)`.
struct PixelShuffle : Module {
  explicit PixelShuffle(std::size_t upscale_factor) : m_factor(upscale_factor) {}
  Tensor forward(const Tensor& x) override;

 private:
  std::size_t m_factor;
};

}  // namespace xtape::nn
