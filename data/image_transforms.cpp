#include <data/image_transforms.hpp>
#include <data/planes.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

namespace xtape::data {

namespace {

// A window of an image: where it begins (above or left of it where negative) and its size.
struct Window {
  std::ptrdiff_t top, left;
  std::size_t height, width;
};

// Writes the window of a plane; what lies outside of the plane is `fill`. `to` may not overlap with `from`.
template <class T>
void copy_window(const T* from, std::size_t height, std::size_t width, const Window& window, T fill, T* to) {
  const auto within = [](std::ptrdiff_t place, std::size_t size) {
    return static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(place, 0, static_cast<std::ptrdiff_t>(size)));
  };
  const std::size_t begin = within(-window.left, window.width);
  const std::size_t end = within(static_cast<std::ptrdiff_t>(width) - window.left, window.width);
  for (std::size_t y = 0; y < window.height; ++y, to += window.width) {
    const std::ptrdiff_t row = window.top + static_cast<std::ptrdiff_t>(y);
    if (row < 0 || row >= static_cast<std::ptrdiff_t>(height) || begin >= end) {
      std::fill_n(to, window.width, fill);
      continue;
    }
    const T* source = from + row * static_cast<std::ptrdiff_t>(width) + window.left;
    std::fill_n(to, begin, fill);
    std::copy(source + begin, source + end, to + begin);
    std::fill_n(to + end, window.width - end, fill);
  }
}

// A window of every image of a batch, each its own. Where the size stays, the batch is overwritten.
template <class F>
Tensor cut_windows(Tensor batch, const Planes& planes, std::size_t height, std::size_t width, double fill,
                   const F& window_of) {
  const bool same_size = height == planes.height && width == planes.width;
  Tensor result;
  if (same_size) {
    batch = writable(std::move(batch));
    result = batch;
  } else {
    Shape shape = batch.shape();
    shape[shape.size() - 2] = height;
    shape[shape.size() - 1] = width;
    result = Tensor::uninitialized(shape, batch.dtype());
  }
  visit_dtype(batch.dtype(), [&]<class T>(TypeTag<T>) {
    const auto* from = static_cast<const T*>(batch.raw_data());
    auto* to = static_cast<T*>(result.mutable_data());
    const std::unique_ptr<T[]> kept(same_size ? new T[planes.plane_size()] : nullptr);
    for (std::size_t i = 0; i < planes.images; ++i) {
      const Window window = window_of(i);
      for (std::size_t c = 0; c < planes.channels; ++c, from += planes.plane_size(), to += height * width) {
        const T* source = same_size ? std::copy_n(from, planes.plane_size(), kept.get()) - planes.plane_size() : from;
        copy_window(source, planes.height, planes.width, window, static_cast<T>(fill), to);
      }
    }
  });
  return result;
}

Tensor pad(Tensor batch, std::size_t margin, double value) {
  const Planes planes("Pad", batch.shape());
  const auto outside = -static_cast<std::ptrdiff_t>(margin);
  const std::size_t height = planes.height + 2 * margin, width = planes.width + 2 * margin;
  return cut_windows(std::move(batch), planes, height, width, value, [&](std::size_t) {
    return Window{outside, outside, height, width};
  });
}

Tensor crop(Tensor batch, std::size_t height, std::size_t width, const RandomCrop::Options& options,
            std::span<Draws> draws) {
  const Planes planes("RandomCrop", batch.shape());
  const std::size_t whole_height = planes.height + 2 * options.padding,
                    whole_width = planes.width + 2 * options.padding;
  if (height > whole_height || width > whole_width) {
    throw ShapeError("RandomCrop: images of " + std::to_string(planes.height) + "x" + std::to_string(planes.width) +
                     " with a padding of " + std::to_string(options.padding) + " have no part of " +
                     std::to_string(height) + "x" + std::to_string(width));
  }
  const auto padding = static_cast<std::ptrdiff_t>(options.padding);
  return cut_windows(std::move(batch), planes, height, width, options.value, [&](std::size_t i) {
    const auto top = static_cast<std::ptrdiff_t>(draws[i].below(whole_height - height + 1));
    const auto left = static_cast<std::ptrdiff_t>(draws[i].below(whole_width - width + 1));
    return Window{top - padding, left - padding, height, width};
  });
}

template <class T>
void flip_horizontally(std::span<T> image, std::size_t, std::size_t width) {
  for (std::size_t row = 0; row < image.size(); row += width)
    std::reverse(image.data() + row, image.data() + row + width);
}

template <class T>
void flip_vertically(std::span<T> image, std::size_t height, std::size_t width) {
  for (std::size_t plane = 0; plane < image.size(); plane += height * width) {
    T* top = image.data() + plane;
    T* bottom = top + (height - 1) * width;
    for (; top < bottom; top += width, bottom -= width) std::swap_ranges(top, top + width, bottom);
  }
}

void check_probability(const char* op, double probability) {
  if (probability >= 0.0 && probability <= 1.0) return;
  throw Error(std::string(op) + ": a probability of " + std::to_string(probability) + "; it must be from 0 to 1");
}

// A rectangle of a random area and ratio that fits in the image, if one is found in ten attempts.
std::optional<Window> random_rectangle(const Planes& planes, const RandomErasing::Options& options, Draws& draws) {
  const auto height = static_cast<double>(planes.height), width = static_cast<double>(planes.width);
  for (int attempt = 0; attempt < 10; ++attempt) {
    const double area = height * width * draws.uniform(options.scale.low, options.scale.high);
    const double ratio = std::exp(draws.uniform(std::log(options.ratio.low), std::log(options.ratio.high)));
    const double h = std::round(std::sqrt(area * ratio)), w = std::round(std::sqrt(area / ratio));
    if (!(h >= 1.0 && w >= 1.0 && h < height && w < width)) continue;
    const auto rows = static_cast<std::size_t>(h), columns = static_cast<std::size_t>(w);
    const auto top = static_cast<std::ptrdiff_t>(draws.below(planes.height - rows + 1));
    const auto left = static_cast<std::ptrdiff_t>(draws.below(planes.width - columns + 1));
    return Window{top, left, rows, columns};
  }
  return std::nullopt;
}

template <class T>
void erase(std::span<T> image, const Planes& planes, const Window& window, T value) {
  for (std::size_t plane = 0; plane < image.size(); plane += planes.plane_size()) {
    T* first = image.data() + plane + window.top * static_cast<std::ptrdiff_t>(planes.width) + window.left;
    for (std::size_t row = 0; row < window.height; ++row) std::fill_n(first + row * planes.width, window.width, value);
  }
}

}  // namespace

Pad::Pad(std::size_t margin, double value)
    : Transform([margin, value](Tensor batch, std::span<Draws>) { return pad(std::move(batch), margin, value); }) {}

RandomCrop::RandomCrop(std::size_t height, std::size_t width, Options options)
    : Transform([height, width, options](Tensor batch, std::span<Draws> draws) {
        return crop(std::move(batch), height, width, options, draws);
      }) {}

RandomHorizontalFlip::RandomHorizontalFlip(double probability)
    : Transform([probability](Tensor batch, std::span<Draws> draws) {
        return change_images("RandomHorizontalFlip", std::move(batch), draws,
                             [&]<class T>(std::span<T> image, const Planes& planes, Draws& own) {
                               if (own.chance(probability)) flip_horizontally(image, planes.height, planes.width);
                             });
      }) {
  check_probability("RandomHorizontalFlip", probability);
}

RandomVerticalFlip::RandomVerticalFlip(double probability)
    : Transform([probability](Tensor batch, std::span<Draws> draws) {
        return change_images("RandomVerticalFlip", std::move(batch), draws,
                             [&]<class T>(std::span<T> image, const Planes& planes, Draws& own) {
                               if (own.chance(probability)) flip_vertically(image, planes.height, planes.width);
                             });
      }) {
  check_probability("RandomVerticalFlip", probability);
}

RandomErasing::RandomErasing(Options options)
    : Transform([options](Tensor batch, std::span<Draws> draws) {
        return change_images("RandomErasing", std::move(batch), draws,
                             [&]<class T>(std::span<T> image, const Planes& planes, Draws& own) {
                               if (!own.chance(options.probability)) return;
                               if (const auto window = random_rectangle(planes, options, own)) {
                                 erase(image, planes, *window, static_cast<T>(options.value));
                               }
                             });
      }) {
  check_probability("RandomErasing", options.probability);
  if (!(options.scale.low >= 0.0 && options.scale.low <= options.scale.high && options.scale.high <= 1.0)) {
    throw Error("RandomErasing: a scale from " + std::to_string(options.scale.low) + " to " +
                std::to_string(options.scale.high) + "; it must lie within 0 and 1");
  }
  if (!(options.ratio.low > 0.0 && options.ratio.low <= options.ratio.high)) {
    throw Error("RandomErasing: a ratio from " + std::to_string(options.ratio.low) + " to " +
                std::to_string(options.ratio.high) + "; it must be above 0");
  }
}

}  // namespace xtape::data
