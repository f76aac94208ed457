#pragma once

#include <autograd/tensor.hpp>

#include <optional>

/// Normalisations, with the names, orders of arguments and defaults of torch.nn.functional. Where weight and bias are
/// given (any of them may be left out), the result is scaled by the one and shifted by the other. Operands are promoted
/// to one floating dtype. Shapes that do not fit throw ShapeError; buffers that are not floating throw DtypeError.
namespace xtape {

/// Options of batch_norm.
struct BatchNormOptions {
  Tensor running_mean = {};  ///< (C): read in evaluation, updated in place in training
  Tensor running_var = {};   ///< (C), likewise
  bool training = false;     ///< normalise with the batch's own mean and variance
  double momentum = 0.1;     ///< share of the new value in an update
  double eps = 1e-5;
};

/// Batch normalisation (Ioffe and Szegedy 2015) of `x` (N, C, ...), each channel over all examples and places:
/// (x - mean) / sqrt(variance + eps) * weight + bias, with weight and bias of shape (C).
/// In training, mean and variance are those of the batch (divided by the count), and the running buffers, where given,
/// become (1 - momentum) * buffer + momentum * value, with the unbiased variance; one value per channel throws
/// ShapeError. In evaluation they are the buffers, as constants; without buffers it throws Error.
/// Example: `batch_norm(x, weight, bias, {.running_mean = m, .running_var = v, .training = true})`
Tensor batch_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, const BatchNormOptions& options = {});

/// Layer normalisation (Ba, Kiros, Hinton 2016) over the last axes, whose sizes are `normalized_shape`:
/// (x - mean) / sqrt(variance + eps) * weight + bias, with weight and bias of shape `normalized_shape`.
/// Example: `layer_norm(x, {64}, weight, bias)`
Tensor layer_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight = {}, const Tensor& bias = {},
                  double eps = 1e-5);

/// Group normalisation (Wu and He 2018) of `x` (N, C, ...): C / groups channels that follow one another are normalised
/// together, each example by itself. Weight and bias have shape (C). Example: `group_norm(x, 4, weight, bias)`
Tensor group_norm(const Tensor& x, std::size_t groups, const Tensor& weight = {}, const Tensor& bias = {},
                  double eps = 1e-5);

/// Options of instance_norm.
struct InstanceNormOptions {
  Tensor running_mean = {};     ///< (C): updated with the mean over the examples' own values
  Tensor running_var = {};      ///< (C), likewise
  bool use_input_stats = true;  ///< false: normalise with the buffers
  double momentum = 0.1;
  double eps = 1e-5;
};

/// Instance normalisation (Ulyanov, Vedaldi, Lempitsky 2016) of `x` (N, C, ...): each channel of each example by
/// itself, over its places; a single place throws ShapeError. Weight and bias have shape (C). Example:
/// `instance_norm(x)`
Tensor instance_norm(const Tensor& x, const Tensor& weight = {}, const Tensor& bias = {},
                     const InstanceNormOptions& options = {});

/// Root mean square normalisation (Zhang and Sennrich 2019) over the last axes: x / sqrt(mean(x^2) + eps) * weight.
/// `eps` is by default the epsilon of the dtype: 1.19e-7, or 2.22e-16. Example: `rms_norm(x, {64}, weight)`
Tensor rms_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight = {},
                std::optional<double> eps = {});

/// `x` divided by its p-norm along `axes`: x / max(norm, eps), with norm = sum(|x|^p)^(1/p), for p > 0 or infinity.
/// Throws Error for another p. Example: `normalize(x)` makes rows of length 1.
Tensor normalize(const Tensor& x, double p = 2.0, const Axes& axes = {1}, double eps = 1e-12);

/// Options of local_response_norm.
struct LocalResponseOptions {
  double alpha = 1e-4;
  double beta = 0.75;
  double k = 1.0;
};

/// Local response normalisation (Krizhevsky et al. 2012) of `x` (N, C, ...): x / (k + alpha * m)^beta, where m is the
/// sum of the squares of `size` neighbouring channels around each, divided by `size`; beyond the ends there are zeros.
/// Example: `local_response_norm(x, 5)`
Tensor local_response_norm(const Tensor& x, std::size_t size, const LocalResponseOptions& options = {});

}  // namespace xtape
