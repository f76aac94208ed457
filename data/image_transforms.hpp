#pragma once

#include <array>

#include <data/transform.hpp>

/// Transforms of images, (C, H, W) or (H, W), with torchvision's names. Those that move pixels about take any dtype;
/// those that compute with them take floating values.
namespace xtape::data {

/// A range of values to draw from. A single number stands for [-number, number].
struct Range {
  double low = 0.0;
  double high = 0.0;

  Range(double amount) : low(-amount), high(amount) {}
  Range(double from, double to) : low(from), high(to) {}
};

/// `margin` more pixels of `value` on all four sides. Example: `data::Pad(2)`, 28x28 to 32x32.
class Pad : public Transform {
 public:
  explicit Pad(std::size_t margin, double value = 0.0);
};

/// A random part of `height` x `width` pixels, of the image with a margin of `padding` pixels of `value` around it.
/// Throws ShapeError where it is larger than that. Example: `data::RandomCrop(28, {.padding = 2})`.
class RandomCrop : public Transform {
 public:
  struct Options {
    std::size_t padding = 0;
    double value = 0.0;
  };
  explicit RandomCrop(std::size_t side) : RandomCrop(side, side, Options{}) {}
  RandomCrop(std::size_t side, Options options) : RandomCrop(side, side, options) {}
  RandomCrop(std::size_t height, std::size_t width) : RandomCrop(height, width, Options{}) {}
  RandomCrop(std::size_t height, std::size_t width, Options options);
};

/// Left and right exchanged, with this probability.
class RandomHorizontalFlip : public Transform {
 public:
  explicit RandomHorizontalFlip(double probability = 0.5);
};

/// Top and bottom exchanged, with this probability.
class RandomVerticalFlip : public Transform {
 public:
  explicit RandomVerticalFlip(double probability = 0.5);
};

/// Turned about the centre, shifted, scaled and sheared at random; pixels between pixels are interpolated linearly,
/// those outside are `value`. Example: `data::RandomAffine({.degrees = 15, .translate = {0.1, 0.1}, .scale =
/// {0.9, 1.1}})`.
class RandomAffine : public Transform {
 public:
  struct Options {
    Range degrees = 0.0;                           ///< of the turn, counter-clockwise
    std::array<double, 2> translate = {0.0, 0.0};  ///< at most, as a part of the width and of the height
    Range scale = {1.0, 1.0};
    Range shear = 0.0;  ///< degrees: a row y below the centre moves to the left by y tan(shear)
    double value = 0.0;
  };
  explicit RandomAffine(Options options);
};

/// Turned about the centre by a random angle from [-degrees, degrees] or [low, high], counter-clockwise; interpolated
/// as by RandomAffine, with zeros outside. Example: `data::RandomRotation(15)`.
class RandomRotation : public RandomAffine {
 public:
  explicit RandomRotation(double degrees) : RandomRotation(-degrees, degrees) {}
  RandomRotation(double low, double high) : RandomAffine({.degrees = {low, high}}) {}
};

/// Values in [0, 1] times a factor from [max(0, 1 - amount), 1 + amount], and cut to [0, 1] again: to be put before
/// Normalize.
class RandomBrightness : public Transform {
 public:
  explicit RandomBrightness(double amount);
};

/// Distances of values in [0, 1] from the image's mean times a factor from [max(0, 1 - amount), 1 + amount], cut to [0,
/// 1] again. Of three channels the mean is that of the grey picture, 0.299 red + 0.587 green + 0.114 blue.
class RandomContrast : public Transform {
 public:
  explicit RandomContrast(double amount);
};

/// A random rectangle overwritten, the same in all channels (Zhong et al., 2017). Example:
/// `data::RandomErasing({.probability = 0.3})`.
class RandomErasing : public Transform {
 public:
  struct Options {
    double probability = 0.5;
    Range scale = {0.02, 0.33};  ///< the rectangle's area as a part of the image's
    Range ratio = {0.3, 3.3};    ///< its height divided by its width
    double value = 0.0;
  };
  RandomErasing() : RandomErasing(Options{}) {}
  explicit RandomErasing(Options options);
};

}  // namespace xtape::data
