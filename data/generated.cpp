#include <autograd/error.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/random.hpp>
#include <data/generated.hpp>

#include <cmath>
#include <numbers>
#include <numeric>

namespace xtape::data {

namespace {

constexpr double pi = std::numbers::pi;

Tensor tensor_of(const std::vector<double>& values, const Shape& shape, DType dtype) {
  const Tensor result = Tensor::uninitialized(shape, dtype);
  visit_dtype(dtype, [&]<class T>(TypeTag<T>) {
    auto* to = static_cast<T*>(result.mutable_data());
    for (const double value : values) *to++ = static_cast<T>(value);
  });
  return result;
}

// Points and their classes while they are made.
struct Cloud {
  std::size_t coordinates = 2;
  std::vector<double> points = {};
  std::vector<std::int64_t> classes = {};

  void add(double x, double y, std::size_t label) {
    points.insert(points.end(), {x, y});
    classes.push_back(static_cast<std::int64_t>(label));
  }
  void reorder(const std::vector<std::int64_t>& order);
  Dataset dataset(DType dtype) const {
    const Tensor targets = Tensor::uninitialized({classes.size()}, int64);
    std::copy(classes.begin(), classes.end(), static_cast<std::int64_t*>(targets.mutable_data()));
    return Dataset(tensor_of(points, {classes.size(), coordinates}, dtype), targets);
  }
};

void Cloud::reorder(const std::vector<std::int64_t>& order) {
  Cloud result{coordinates};
  for (const std::int64_t place : order) {
    const auto first = points.begin() + place * static_cast<std::ptrdiff_t>(coordinates);
    result.points.insert(result.points.end(), first, first + static_cast<std::ptrdiff_t>(coordinates));
    result.classes.push_back(classes[static_cast<std::size_t>(place)]);
  }
  *this = std::move(result);
}

// np.linspace(0, stop, count)
std::vector<double> steps_to(double stop, std::size_t count) {
  std::vector<double> values(count);
  if (count < 2) return values;
  const double step = stop / static_cast<double>(count - 1);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<double>(i) * step;
  values.back() = stop;
  return values;
}

std::vector<std::vector<double>> centers_of(const BlobsOptions& options, random::Numpy& numpy) {
  std::vector<std::vector<double>> centers = options.centers;
  if (centers.empty()) {
    for (std::size_t c = 0; c < options.classes; ++c) {
      const double x = numpy.uniform(-10.0, 10.0);
      centers.push_back({x, numpy.uniform(-10.0, 10.0)});
    }
  }
  for (const auto& center : centers) {
    if (center.size() == centers[0].size()) continue;
    throw ShapeError("blobs: a center of " + std::to_string(center.size()) + " coordinates and one of " +
                     std::to_string(centers[0].size()) + "; all need as many");
  }
  return centers;
}

}  // namespace

Dataset spiral(SpiralOptions options) {
  random::Numpy numpy(options.seed);
  Cloud cloud;
  for (std::size_t c = 0; c < options.classes; ++c) {
    for (std::size_t i = 0; i < options.points; ++i) {
      const double radius = static_cast<double>(i) / static_cast<double>(options.points);
      const double angle = static_cast<double>(c) * 4.0 + 4.0 * radius + numpy.randn() * 0.2;
      cloud.add(radius * std::sin(angle), radius * std::cos(angle), c);
    }
  }
  if (options.shuffle) cloud.reorder(numpy.permutation(cloud.classes.size()));
  return cloud.dataset(options.dtype);
}

Dataset two_moons(MoonsOptions options) {
  random::Numpy numpy(options.seed);
  Cloud cloud;
  const std::vector<double> angles = steps_to(pi, options.points);
  for (const double angle : angles) cloud.add(std::cos(angle), std::sin(angle), 0);
  for (const double angle : angles) cloud.add(1.0 - std::cos(angle), 1.0 - std::sin(angle) - 0.5, 1);
  if (options.shuffle) cloud.reorder(numpy.permutation(cloud.classes.size()));
  for (double& coordinate : cloud.points) coordinate += numpy.normal(0.0, options.noise);
  return cloud.dataset(options.dtype);
}

Dataset blobs(BlobsOptions options) {
  random::Numpy numpy(options.seed);
  const std::vector<std::vector<double>> centers = centers_of(options, numpy);
  Cloud cloud{centers.empty() ? 2 : centers[0].size()};
  for (std::size_t c = 0; c < centers.size(); ++c) {
    for (std::size_t i = 0; i < options.points; ++i) {
      for (const double coordinate : centers[c]) cloud.points.push_back(numpy.normal(coordinate, options.deviation));
      cloud.classes.push_back(static_cast<std::int64_t>(c));
    }
  }
  if (options.shuffle) cloud.reorder(numpy.permutation(cloud.classes.size()));
  return cloud.dataset(options.dtype);
}

Dataset sine(SineOptions options) {
  random::Numpy numpy(options.seed);
  const std::vector<double> x = numpy.rand(options.points);
  std::vector<double> y(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = std::sin(2.0 * pi * x[i]) + options.noise * numpy.rand();
  const Shape shape{x.size(), 1};
  return Dataset(tensor_of(x, shape, options.dtype), tensor_of(y, shape, options.dtype));
}

Dataset sine_series(SineSeriesOptions options) {
  if (options.points < 2) {
    throw Error("sine_series: " + std::to_string(options.points) +
                " points; it needs at least 2, a value and the next");
  }
  random::Numpy numpy(options.seed);
  std::vector<double> values = steps_to(2.0 * pi * options.periods, options.points);
  for (double& value : values) value = std::sin(value) + numpy.uniform(-options.noise, options.noise);
  const Shape shape{values.size() - 1, 1};
  const std::vector<double> inputs(values.begin(), values.end() - 1), targets(values.begin() + 1, values.end());
  return Dataset(tensor_of(inputs, shape, options.dtype), tensor_of(targets, shape, options.dtype));
}

}  // namespace xtape::data
