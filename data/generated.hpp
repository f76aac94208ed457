#pragma once

#include <vector>

#include <data/dataset.hpp>

/// Data sets that are computed. They draw from random::Numpy(seed), so that the points are those of NumPy programs with
/// the same seed: of the books, and of scikit-learn where it has a function of the kind.
namespace xtape::data {

struct SpiralOptions {
  std::size_t classes = 3;
  std::size_t points = 100;   ///< of each class
  std::uint32_t seed = 1984;  ///< the books' training set; 2020 is their test set
  bool shuffle = true;
  DType dtype = float32;
};

/// Arms of a spiral, one a class: point i of class j lies at the radius r = i / points and the angle
/// 4 j + 4 r + 0.2 randn() from the second axis. Inputs (N, 2), targets (N,) int64. Example: `data::spiral({.classes =
/// 3, .points = 100, .seed = 1984})`, the points of "Deep Learning from Scratch" 2 and 3.
Dataset spiral(SpiralOptions options = {});

struct MoonsOptions {
  std::size_t points = 100;  ///< of each class
  double noise = 0.1;
  std::uint32_t seed = 0;
  bool shuffle = true;
  DType dtype = float32;
};

/// Two half circles that reach into each other; the points of scikit-learn's make_moons(2 * points). Inputs (N, 2),
/// targets (N,) int64. Example: `data::two_moons({.points = 50, .seed = 1337})`.
Dataset two_moons(MoonsOptions options = {});

struct BlobsOptions {
  std::vector<std::vector<double>> centers = {};  ///< without: `classes` of them, uniform in [-10, 10) along both axes
  std::size_t classes = 3;                        ///< where no centers are given
  std::size_t points = 100;                       ///< of each class
  double deviation = 1.0;
  std::uint32_t seed = 0;
  bool shuffle = true;
  DType dtype = float32;
};

/// Normal clouds around centers, one a class; the points of scikit-learn's make_blobs(classes * points). Inputs (N, D),
/// targets (N,) int64. Throws ShapeError where the centers have different numbers of coordinates.
/// Example: `data::blobs({.centers = {{-2, 0}, {2, 0}}, .deviation = 0.7})`.
Dataset blobs(BlobsOptions options = {});

struct SineOptions {
  std::size_t points = 100;
  double noise = 1.0;
  std::uint32_t seed = 0;
  DType dtype = float32;
};

/// A sine under noise, for regression: inputs x (N, 1) uniform in [0, 1), targets sin(2 pi x) + noise * u (N, 1), u
/// uniform in [0, 1), as in step 43 of "Deep Learning from Scratch 3".
Dataset sine(SineOptions options = {});

struct SineSeriesOptions {
  std::size_t points = 1000;
  double periods = 1.0;
  double noise = 0.05;  ///< uniform in [-noise, noise)
  std::uint32_t seed = 0;
  DType dtype = float32;
};

/// A sine to be continued: `points` values from 0 to 2 pi * periods, both included, plus noise; inputs (points - 1, 1)
/// are the values and targets (points - 1, 1) those that follow. Throws Error where there are fewer than 2 points.
Dataset sine_series(SineSeriesOptions options = {});

}  // namespace xtape::data
