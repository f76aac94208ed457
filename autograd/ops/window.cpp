#include <autograd/error.hpp>
#include <autograd/ops/window.hpp>

namespace xtape {

std::string to_string(const std::vector<std::size_t>& numbers) {
  return to_string(Shape(numbers.begin(), numbers.end()));
}

std::vector<std::size_t> PerAxis::numbers(std::size_t axes, std::ptrdiff_t least, const char* op,
                                          const char* what) const {
  std::string given;
  bool too_small = false;
  for (std::ptrdiff_t number : m_numbers) {
    given += (given.empty() ? "" : ", ") + std::to_string(number);
    too_small = too_small || number < least;
  }
  if (m_numbers.size() != 1 && m_numbers.size() != axes) {
    throw ShapeError(std::string(op) + ": " + what + " {" + given + "} for " + std::to_string(axes) +
                     (axes == 1 ? " spatial axis" : " spatial axes; give one number for all or one for each"));
  }
  if (too_small) {
    throw ShapeError(std::string(op) + ": " + what + " {" + given + "}; every number must be at least " +
                     std::to_string(least));
  }
  std::vector<std::size_t> result(m_numbers.begin(), m_numbers.end());
  result.resize(axes, result[0]);
  return result;
}

std::string image_layout(std::size_t axes) {
  const char* spatial[] = {"L", "H, W", "D, H, W"};
  const std::string sizes = std::string("C, ") + spatial[axes - 1] + ")";
  return "(N, " + sizes + " or (" + sizes;
}

void require_image(const char* op, const Shape& x, std::size_t axes) {
  if (x.size() == axes + 1 || x.size() == axes + 2) return;
  throw ShapeError(std::string(op) + ": an input of shape " + to_string(x) + "; it must be " + image_layout(axes));
}

std::vector<std::size_t> window_places(const char* op, const Shape& input, const WindowSizes& sizes, bool ceil_mode) {
  const std::size_t axes = sizes.kernel.size();
  const std::vector<std::size_t> given = last_sizes(input, axes);
  std::vector<std::size_t> padded, span, places;
  bool fits = true;
  for (std::size_t i = 0; i < axes; ++i) {
    padded.push_back(given[i] + 2 * sizes.padding[i]);
    span.push_back(sizes.dilation[i] * (sizes.kernel[i] - 1) + 1);
    fits = fits && span[i] <= padded[i];
  }
  if (!fits) {
    throw ShapeError(std::string(op) + ": a window of " + to_string(sizes.kernel) + ", which spans " + to_string(span) +
                     " with dilation " + to_string(sizes.dilation) + ", is larger than the input of shape " +
                     to_string(input) + ", which has " + to_string(padded) + " with padding " +
                     to_string(sizes.padding));
  }
  for (std::size_t i = 0; i < axes; ++i) {
    const std::size_t way = padded[i] - span[i], stride = sizes.stride[i];
    places.push_back((way + (ceil_mode ? stride - 1 : 0)) / stride + 1);
    if (ceil_mode && (places[i] - 1) * stride >= given[i] + sizes.padding[i]) --places[i];
  }
  return places;
}

kernels::Windows make_windows(const WindowSizes& sizes, const std::vector<std::size_t>& input,
                              const std::vector<std::size_t>& output) {
  kernels::Windows windows;
  const std::size_t axes = input.size(), first = windows.size() - axes;
  for (std::size_t i = 0; i < axes; ++i) {
    windows[first + i] = {input[i], sizes.kernel[i], output[i], sizes.stride[i], sizes.dilation[i], sizes.padding[i]};
  }
  return windows;
}

std::vector<std::size_t> last_sizes(const Shape& shape, std::size_t axes) {
  return {shape.end() - static_cast<std::ptrdiff_t>(axes), shape.end()};
}

}  // namespace xtape
