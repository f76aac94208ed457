#include <data/image_transforms.hpp>
#include <data/planes.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <numbers>

namespace xtape::data {

namespace {

// The inverse of a random affine map: where in the image a pixel of the result comes from, from the centre on.
struct Inverse {
  double xx, xy, yx, yy;  // x = xx * (x' - shift_x) + xy * (y' - shift_y), likewise y
  double shift_x, shift_y;
};

Inverse random_inverse(const RandomAffine::Options& options, const Planes& planes, Draws& draws) {
  constexpr double radians = std::numbers::pi / 180.0;
  const double angle = draws.uniform(options.degrees.low, options.degrees.high) * radians;
  const double most_x = options.translate[0] * static_cast<double>(planes.width);
  const double most_y = options.translate[1] * static_cast<double>(planes.height);
  const double shift_x = std::round(draws.uniform(-most_x, most_x)),
               shift_y = std::round(draws.uniform(-most_y, most_y));
  const double scale = draws.uniform(options.scale.low, options.scale.high);
  const double shear = std::tan(draws.uniform(options.shear.low, options.shear.high) * radians);
  // Forward: sheared, x - y tan(shear); turned, (x cos + y sin, -x sin + y cos) as y points down; scaled; shifted.
  const double c = std::cos(angle) / scale, s = std::sin(angle) / scale;
  return {c + shear * s, -s + shear * c, s, c, shift_x, shift_y};
}

// One plane; `weight` of the four pixels around a place, those outside having the value `fill`.
template <class T>
void resample(const T* from, const Planes& planes, const Inverse& inverse, T fill, T* to) {
  const auto height = static_cast<std::ptrdiff_t>(planes.height), width = static_cast<std::ptrdiff_t>(planes.width);
  const double centre_x = 0.5 * static_cast<double>(width - 1), centre_y = 0.5 * static_cast<double>(height - 1);
  const auto pixel = [&](std::ptrdiff_t y, std::ptrdiff_t x) {
    return y >= 0 && y < height && x >= 0 && x < width ? from[y * width + x] : fill;
  };
  for (std::ptrdiff_t row = 0; row < height; ++row) {
    const double down = static_cast<double>(row) - centre_y - inverse.shift_y;
    for (std::ptrdiff_t column = 0; column < width; ++column) {
      const double right = static_cast<double>(column) - centre_x - inverse.shift_x;
      const double x = inverse.xx * right + inverse.xy * down + centre_x;
      const double y = inverse.yx * right + inverse.yy * down + centre_y;
      const double left = std::floor(x), top = std::floor(y);
      const T part_x = static_cast<T>(x - left), part_y = static_cast<T>(y - top);
      const auto i = static_cast<std::ptrdiff_t>(top), j = static_cast<std::ptrdiff_t>(left);
      const T upper = pixel(i, j) * (T{1} - part_x) + pixel(i, j + 1) * part_x;
      const T lower = pixel(i + 1, j) * (T{1} - part_x) + pixel(i + 1, j + 1) * part_x;
      *to++ = upper * (T{1} - part_y) + lower * part_y;
    }
  }
}

Tensor transform_affinely(Tensor batch, const RandomAffine::Options& options, std::span<Draws> draws) {
  const Planes planes("RandomAffine", batch.shape());
  const std::unique_ptr<std::byte[]> kept(new std::byte[planes.plane_size() * item_bytes(batch.dtype())]);
  return for_each_sample("RandomAffine", std::move(batch), draws, [&]<class T>(std::span<T> image, Draws& own) {
    const Inverse inverse = random_inverse(options, planes, own);
    T* const source = reinterpret_cast<T*>(kept.get());
    for (std::size_t plane = 0; plane < image.size(); plane += planes.plane_size()) {
      std::copy_n(image.data() + plane, planes.plane_size(), source);
      resample(source, planes, inverse, static_cast<T>(options.value), image.data() + plane);
    }
  });
}

double random_factor(double amount, Draws& draws) { return draws.uniform(std::max(0.0, 1.0 - amount), 1.0 + amount); }

// centre + factor * (value - centre), cut to [0, 1].
template <class T>
void stretch(std::span<T> values, double centre, double factor) {
  const T scale = static_cast<T>(factor), offset = static_cast<T>(centre * (1.0 - factor));
  for (T& value : values) value = std::clamp(offset + scale * value, T{0}, T{1});
}

template <class T>
double grey_mean(std::span<const T> image, const Planes& planes) {
  constexpr double weights[] = {0.299, 0.587, 0.114};
  double total = 0.0;
  for (std::size_t c = 0; c < planes.channels; ++c) {
    const std::span<const T> plane = image.subspan(c * planes.plane_size(), planes.plane_size());
    double sum = 0.0;
    for (const T value : plane) sum += static_cast<double>(value);
    total += sum * (planes.channels == 3 ? weights[c] : 1.0 / static_cast<double>(planes.channels));
  }
  return total / static_cast<double>(planes.plane_size());
}

void check_amount(const char* op, double amount) {
  if (amount >= 0.0) return;
  throw Error(std::string(op) + ": an amount of " + std::to_string(amount) + "; it must be 0 or above");
}

}  // namespace

RandomAffine::RandomAffine(Options options)
    : Transform([options](Tensor batch, std::span<Draws> draws) {
        return transform_affinely(std::move(batch), options, draws);
      }) {
  if (!(options.scale.low > 0.0 && options.scale.low <= options.scale.high)) {
    throw Error("RandomAffine: a scale from " + std::to_string(options.scale.low) + " to " +
                std::to_string(options.scale.high) + "; it must be above 0");
  }
}

RandomBrightness::RandomBrightness(double amount)
    : Transform([amount](Tensor batch, std::span<Draws> draws) {
        return for_each_sample(
            "RandomBrightness", std::move(batch), draws,
            [&]<class T>(std::span<T> image, Draws& own) { stretch(image, 0.0, random_factor(amount, own)); });
      }) {
  check_amount("RandomBrightness", amount);
}

RandomContrast::RandomContrast(double amount)
    : Transform([amount](Tensor batch, std::span<Draws> draws) {
        const Planes planes("RandomContrast", batch.shape());
        return for_each_sample("RandomContrast", std::move(batch), draws, [&]<class T>(std::span<T> image, Draws& own) {
          stretch(image, grey_mean<T>(image, planes), random_factor(amount, own));
        });
      }) {
  check_amount("RandomContrast", amount);
}

}  // namespace xtape::data
