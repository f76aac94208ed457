#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

/// How a window moves over an image: what convolution, unfold and fold share.
namespace xtape::kernels {

/// A window along one axis: place `o` reads positions o * stride + k * dilation - padding for k < kernel. Positions
/// outside the axis read as zero.
struct Window {
  std::size_t input = 1;   // size of the axis
  std::size_t kernel = 1;  // elements of the window
  std::size_t output = 1;  // places of the window
  std::size_t stride = 1;
  std::size_t dilation = 1;
  std::size_t padding = 0;  // in front; behind there is as much as the last place needs

  bool operator==(const Window&) const = default;
};

/// One window per axis of an image. An image of one or two axes has its own at the end; those in front keep size 1, so
/// that three loops serve all.
using Windows = std::array<Window, 3>;
/// A position within the window.
using Offset = std::array<std::size_t, 3>;

inline std::size_t input_size(const Windows& w) { return w[0].input * w[1].input * w[2].input; }
inline std::size_t kernel_size(const Windows& w) { return w[0].kernel * w[1].kernel * w[2].kernel; }
inline std::size_t output_size(const Windows& w) { return w[0].output * w[1].output * w[2].output; }

struct Range {
  std::size_t begin = 0, end = 0;
  std::size_t size() const { return end - begin; }
};

inline std::ptrdiff_t input_position(const Window& w, std::size_t output, std::size_t offset) {
  return static_cast<std::ptrdiff_t>(output * w.stride + offset * w.dilation) - static_cast<std::ptrdiff_t>(w.padding);
}

/// The places that read inside the axis at this offset; none where begin is not below end.
inline Range places_inside(const Window& w, std::size_t offset) {
  const std::size_t ahead = offset * w.dilation;
  const std::size_t begin = ahead >= w.padding ? 0 : (w.padding - ahead + w.stride - 1) / w.stride;
  const std::size_t reach = w.input + w.padding;
  const std::size_t end = ahead >= reach ? 0 : (reach - ahead + w.stride - 1) / w.stride;
  return {begin, std::min(end, w.output)};
}

/// Places that follow each other on the last axis: `size` of them, of which those in `inside` read inside the image,
/// the first at `input`, the next ones a stride further.
struct Line {
  std::size_t size;
  Range inside;
  std::size_t input;
};

/// Calls `function(line)` for the places `places`, numbered row-major over all axes, as they read at `offset`.
template <class F>
void for_each_line(const Windows& windows, const Offset& offset, Range places, const F& function) {
  const auto& [w0, w1, w2] = windows;
  const Range inside = places_inside(w2, offset[2]);
  std::size_t o2 = places.begin % w2.output, o1 = places.begin / w2.output % w1.output,
              o0 = places.begin / w2.output / w1.output;
  for (std::size_t left = places.size(); left > 0;) {
    const std::size_t size = std::min(left, w2.output - o2);
    const auto i0 = static_cast<std::size_t>(input_position(w0, o0, offset[0]));
    const auto i1 = static_cast<std::size_t>(input_position(w1, o1, offset[1]));
    Line line{size, {size, size}, 0};
    const Range part{std::max(inside.begin, o2), std::min(inside.end, o2 + size)};
    if (i0 < w0.input && i1 < w1.input && part.begin < part.end) {  // what was negative is a large number now
      line.inside = {part.begin - o2, part.end - o2};
      line.input =
          (i0 * w1.input + i1) * w2.input + static_cast<std::size_t>(input_position(w2, part.begin, offset[2]));
    }
    function(line);
    left -= size;
    o2 = 0;
    if (++o1 == w1.output) {
      o1 = 0;
      ++o0;
    }
  }
}

/// Calls `function(offset)` for every offset of the window, row-major.
template <class F>
void for_each_offset(const Windows& windows, const F& function) {
  Offset offset{};
  for (offset[0] = 0; offset[0] < windows[0].kernel; ++offset[0]) {
    for (offset[1] = 0; offset[1] < windows[1].kernel; ++offset[1]) {
      for (offset[2] = 0; offset[2] < windows[2].kernel; ++offset[2]) function(offset);
    }
  }
}

}  // namespace xtape::kernels
