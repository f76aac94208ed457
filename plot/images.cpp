#include <autograd/factories.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/reduce.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/ops/slice.hpp>
#include <autograd/tape.hpp>
#include <plot/gnuplot.hpp>
#include <plot/images.hpp>

#include <algorithm>
#include <tuple>

namespace xtape::plot {

namespace {

// One picture as (H, W) or (3, H, W).
Tensor picture_of(const Tensor& images, std::size_t index) {
  const Tensor one = view(images, {static_cast<std::ptrdiff_t>(index)});
  return one.dimension() == 3 && one.shape(0) == 1 ? view(one, {0}) : one;
}

bool is_diverging(const ColorOptions& colors) { return colors.palette == "diverging"; }

// A picture whose own values span [0, 1], or [-1, 1] with 0 where it was.
Tensor spread(const Tensor& picture, bool around_zero) {
  const Tensor low = around_zero ? zeros_like(amin(picture)) : amin(picture);
  const Tensor range = amax(abs(picture - low));
  return (picture - low) / (range.item() > 0.0 ? range : ones_like(range));
}

}  // namespace

Figure image_grid(const Tensor& given, ImageGridOptions options) {
  const NoGrad guard;
  const bool with_channels = given.dimension() == 4 && (given.shape(1) == 1 || given.shape(1) == 3);
  if ((given.dimension() != 3 && !with_channels) || given.size() == 0) {
    throw ShapeError("plot: image_grid takes a shape of (N, H, W), (N, 1, H, W) or (N, 3, H, W), but got " +
                     to_string(given.shape()));
  }
  const Tensor images = astype(given, float64);
  if (!options.each_alone) {
    std::tie(options.colors.low, options.colors.high) = color_range(options.colors, Values(images).numbers());
  } else if (is_diverging(options.colors)) {
    options.colors.low = -1.0;
    options.colors.high = 1.0;
  }
  const std::size_t count = images.shape(0), columns = std::clamp<std::size_t>(options.columns, 1, count);
  const int across = options.pixels ? options.pixels : std::clamp(800 / static_cast<int>(columns), 48, 120);
  const double pixel = across / static_cast<double>(images.shape(-1));
  const int gap = 6, words = options.titles.empty() ? 0 : 22, head = options.title.empty() ? 0 : 30;
  const int wide = across + gap, high = static_cast<int>(pixel * static_cast<double>(images.shape(-2))) + gap + words;
  const int rows = static_cast<int>((count + columns - 1) / columns);
  Figure figure({.width = static_cast<int>(columns) * wide + gap, .height = head + rows * high + gap, .font = 13});
  Axes& axes = figure.axes().bare(figure.options().width, figure.options().height);
  if (head) axes.text(0.5 * figure.options().width, 16, options.title, "center");
  for (std::size_t i = 0; i < count; ++i) {
    const double left = gap + static_cast<int>(i % columns) * wide,
                 top = head + gap + static_cast<int>(i / columns) * high + words;
    const Tensor picture = picture_of(images, i);
    axes.picture(options.each_alone ? spread(picture, is_diverging(options.colors)) : picture, left, top, pixel,
                 options.colors);
    if (i >= options.titles.size()) continue;
    const std::string color = i < options.title_colors.size() ? options.title_colors[i] : "black";
    axes.text(left + 0.5 * across, top - 10, options.titles[i], "center", {.color = color});
  }
  return figure;
}

}  // namespace xtape::plot
