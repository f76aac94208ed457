#include <nn/init.hpp>

#include <autograd/factories.hpp>
#include <autograd/ops/decomposition.hpp>
#include <autograd/ops/diagonal.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/ops/slice.hpp>
#include <autograd/tape.hpp>

#include <cmath>
#include <numeric>

namespace xtape::nn::init {

namespace {

void require_matrix(const char* op, const Tensor& tensor) {
  if (tensor.dimension() == 2) return;
  throw ShapeError(std::string(op) + ": a tensor of shape " + to_string(tensor.shape()) + "; it must be a matrix");
}

// gain / sqrt(fan), the standard deviation that keeps the variance.
double kaiming_deviation(const Tensor& weight, const Kaiming& options) {
  const Fans counts = fans(weight.shape());
  const double fan = options.mode == FanMode::in ? counts.in : counts.out;
  return fan > 0 ? calculate_gain(options.nonlinearity, options.negative_slope) / std::sqrt(fan) : 0.0;
}

double xavier_deviation(const Tensor& weight, double gain) {
  const Fans counts = fans(weight.shape());
  return counts.in + counts.out > 0 ? gain * std::sqrt(2.0 / (counts.in + counts.out)) : 0.0;
}

// Uniform values of a given standard deviation reach sqrt(3) times as far.
void uniform_of_deviation(const Tensor& tensor, double deviation, random::Generator& generator) {
  const double bound = std::sqrt(3.0) * std::abs(deviation);
  uniform_(tensor, -bound, bound, generator);
}

}  // namespace

double calculate_gain(Nonlinearity nonlinearity, double negative_slope) {
  switch (nonlinearity) {
    case Nonlinearity::linear:
    case Nonlinearity::sigmoid:
      return 1.0;
    case Nonlinearity::tanh:
      return 5.0 / 3.0;
    case Nonlinearity::relu:
      return std::sqrt(2.0);
    case Nonlinearity::leaky_relu:
      return std::sqrt(2.0 / (1.0 + negative_slope * negative_slope));
    case Nonlinearity::selu:
      break;
  }
  return 0.75;
}

Fans fans(const Shape& weight) {
  if (weight.size() < 2) {
    throw ShapeError("fans: a weight of shape " + to_string(weight) +
                     " has no inputs and outputs; it must be (out, in, ...)");
  }
  double receptive_field = 1;
  for (std::size_t axis = 2; axis < weight.size(); ++axis) receptive_field *= static_cast<double>(weight[axis]);
  return {static_cast<double>(weight[1]) * receptive_field, static_cast<double>(weight[0]) * receptive_field};
}

void constant_(const Tensor& tensor, double value) {
  const NoGrad guard;
  tensor.assign(full({}, value, {.dtype = tensor.dtype()}));
}

void zeros_(const Tensor& tensor) { constant_(tensor, 0.0); }
void ones_(const Tensor& tensor) { constant_(tensor, 1.0); }

void eye_(const Tensor& matrix) {
  require_matrix("eye_", matrix);
  const NoGrad guard;
  matrix.assign(eye(matrix.shape(0), matrix.shape(1), {.dtype = matrix.dtype()}));
}

void dirac_(const Tensor& weight, std::size_t groups) {
  if (weight.dimension() < 3 || groups == 0 || weight.shape(0) % groups != 0) {
    throw ShapeError("dirac_: a weight of shape " + to_string(weight.shape()) + " with groups = " +
                     std::to_string(groups) + "; it must be (out, in, kernel...), and groups divide out");
  }
  const NoGrad guard;
  zeros_(weight);
  const std::size_t outputs = weight.shape(0) / groups, passed = std::min(outputs, weight.shape(1));
  Slices middle(weight.dimension(), 0);
  for (std::size_t axis = 2; axis < weight.dimension(); ++axis) {
    if (weight.shape()[axis] == 0) return;
    middle[axis] = static_cast<std::ptrdiff_t>(weight.shape()[axis] / 2);
  }
  for (std::size_t channel = 0; channel < groups * passed; ++channel) {
    middle[0] = static_cast<std::ptrdiff_t>(channel / passed * outputs + channel % passed);
    middle[1] = static_cast<std::ptrdiff_t>(channel % passed);
    view(weight.detach(), middle).assign(1.0);
  }
}

void uniform_(const Tensor& tensor, double low, double high, random::Generator& generator) {
  if (!(low <= high)) {
    throw Error("uniform_: the range [" + std::to_string(low) + ", " + std::to_string(high) + ") is empty");
  }
  const NoGrad guard;
  tensor.assign(rand(tensor.shape(), {.dtype = tensor.dtype()}, generator) * (high - low) + low);
}

void normal_(const Tensor& tensor, double mean, double deviation, random::Generator& generator) {
  if (!(deviation >= 0.0)) throw Error("normal_: the deviation " + std::to_string(deviation) + " is negative");
  const NoGrad guard;
  tensor.assign(randn(tensor.shape(), {.dtype = tensor.dtype()}, generator) * deviation + mean);
}

namespace {

// A standard normal value in [low, high]: drawn uniformly and kept with a probability in proportion to its density. The
// ends are brought in to where the density is 2^-53 of its peak, so that a wide interval wastes few draws.
double truncated_normal(double low, double high, random::Generator& generator) {
  const double peak = std::clamp(0.0, low, high);
  const double reach = std::sqrt(peak * peak + 2.0 * 53.0 * std::log(2.0));
  low = std::max(low, -reach);
  high = std::min(high, reach);
  while (true) {
    const double value = low + (high - low) * generator.uniform();
    if (generator.uniform() < std::exp(0.5 * (peak * peak - value * value))) return value;
  }
}

// `fill(i)` for every element number i, converted to the tensor's dtype.
template <class F>
void fill_each(const Tensor& tensor, const F& fill) {
  const Tensor values = Tensor::uninitialized(tensor.shape(), float64);
  auto* value = static_cast<double*>(values.mutable_data());
  for (std::size_t i = 0; i < values.size(); ++i) value[i] = fill(i);
  const NoGrad guard;
  tensor.assign(values);
}

}  // namespace

void trunc_normal_(const Tensor& tensor, const TruncatedNormal& options, random::Generator& generator) {
  if (!(options.deviation > 0.0)) {
    throw Error("trunc_normal_: the deviation " + std::to_string(options.deviation) + " is not positive");
  }
  if (!(options.low < options.high)) {
    throw Error("trunc_normal_: no values between " + std::to_string(options.low) + " and " +
                std::to_string(options.high));
  }
  const double low = (options.low - options.mean) / options.deviation;
  const double high = (options.high - options.mean) / options.deviation;
  fill_each(tensor, [&](std::size_t) {
    const double value = options.mean + options.deviation * truncated_normal(low, high, generator);
    return std::clamp(value, options.low, options.high);
  });
}

void orthogonal_(const Tensor& weight, double gain, random::Generator& generator) {
  if (weight.dimension() < 2) {
    throw ShapeError("orthogonal_: a weight of shape " + to_string(weight.shape()) + "; it must be (out, in, ...)");
  }
  if (weight.size() == 0) return;
  const NoGrad guard;
  const std::size_t rows = weight.shape(0), columns = weight.size() / rows;
  const Tensor normal = randn({std::max(rows, columns), std::min(rows, columns)}, {.dtype = float64}, generator);
  const QrResult factors = qr(normal);
  // Only with a positive diagonal of r is q distributed evenly.
  const Tensor columns_of_q = factors.q * where(diagonal(factors.r) < 0.0, -1.0, 1.0) * gain;
  weight.assign(reshape(rows < columns ? transpose(columns_of_q) : columns_of_q, weight.shape()));
}

void sparse_(const Tensor& matrix, double sparsity, double deviation, random::Generator& generator) {
  require_matrix("sparse_", matrix);
  if (!(sparsity >= 0.0 && sparsity <= 1.0)) {
    throw Error("sparse_: the sparsity " + std::to_string(sparsity) + " is outside [0, 1]");
  }
  const std::size_t rows = matrix.shape(0), columns = matrix.shape(1);
  const auto zeros = static_cast<std::size_t>(std::ceil(sparsity * static_cast<double>(rows)));
  std::vector<bool> kept(rows * columns, true);
  std::vector<std::size_t> order(rows);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t column = 0; column < columns; ++column) {
    generator.shuffle(order);
    for (std::size_t i = 0; i < zeros; ++i) kept[order[i] * columns + column] = false;
  }
  fill_each(matrix, [&](std::size_t i) { return kept[i] ? deviation * generator.normal() : 0.0; });
}

void xavier_uniform_(const Tensor& weight, double gain, random::Generator& generator) {
  uniform_of_deviation(weight, xavier_deviation(weight, gain), generator);
}

void xavier_normal_(const Tensor& weight, double gain, random::Generator& generator) {
  normal_(weight, 0.0, xavier_deviation(weight, gain), generator);
}

void kaiming_uniform_(const Tensor& weight, const Kaiming& options, random::Generator& generator) {
  uniform_of_deviation(weight, kaiming_deviation(weight, options), generator);
}

void kaiming_normal_(const Tensor& weight, const Kaiming& options, random::Generator& generator) {
  normal_(weight, 0.0, kaiming_deviation(weight, options), generator);
}

}  // namespace xtape::nn::init
