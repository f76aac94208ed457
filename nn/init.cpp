#include <nn/init.hpp>

#include <autograd/factories.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/tape.hpp>

#include <cmath>

namespace xtape::nn::init {

namespace {

// gain / sqrt(fan), the standard deviation that keeps the variance.
double kaiming_deviation(const Tensor& weight, const Kaiming& options) {
  const Fans counts = fans(weight.shape());
  const double fan = options.mode == FanMode::in ? counts.in : counts.out;
  return fan > 0 ? gain(options.nonlinearity, options.negative_slope) / std::sqrt(fan) : 0.0;
}

double xavier_deviation(const Tensor& weight, double factor) {
  const Fans counts = fans(weight.shape());
  return counts.in + counts.out > 0 ? factor * std::sqrt(2.0 / (counts.in + counts.out)) : 0.0;
}

// Uniform values of a given standard deviation reach sqrt(3) times as far.
void uniform_of_deviation(const Tensor& tensor, double deviation, random::Generator& generator) {
  const double bound = std::sqrt(3.0) * std::abs(deviation);
  uniform_(tensor, -bound, bound, generator);
}

}  // namespace

double gain(Nonlinearity nonlinearity, double negative_slope) {
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

void xavier_uniform_(const Tensor& weight, double factor, random::Generator& generator) {
  uniform_of_deviation(weight, xavier_deviation(weight, factor), generator);
}

void xavier_normal_(const Tensor& weight, double factor, random::Generator& generator) {
  normal_(weight, 0.0, xavier_deviation(weight, factor), generator);
}

void kaiming_uniform_(const Tensor& weight, const Kaiming& options, random::Generator& generator) {
  uniform_of_deviation(weight, kaiming_deviation(weight, options), generator);
}

void kaiming_normal_(const Tensor& weight, const Kaiming& options, random::Generator& generator) {
  normal_(weight, 0.0, kaiming_deviation(weight, options), generator);
}

}  // namespace xtape::nn::init
