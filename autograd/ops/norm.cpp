#include <autograd/factories.hpp>
#include <autograd/ops/channels_last.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/norm.hpp>
#include <autograd/ops/normalization.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/reduce.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/ops/slice.hpp>
#include <autograd/tape.hpp>

#include <cmath>
#include <limits>

namespace xtape {

namespace {

// Operands in one floating dtype; what is not defined stays so.
struct Operands {
  Tensor x, weight, bias;
};

Operands promoted(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  DType dtype = x.dtype();
  for (const Tensor& parameter : {weight, bias}) {
    if (parameter.defined()) dtype = promote(dtype, parameter.dtype());
  }
  dtype = as_floating(dtype);
  const auto converted = [&](const Tensor& tensor) { return tensor.defined() ? astype(tensor, dtype) : tensor; };
  return {converted(x), converted(weight), converted(bias)};
}

void require_shape(const char* op, const char* what, const Tensor& tensor, const Shape& expected, const Tensor& x) {
  if (!tensor.defined() || tensor.shape() == expected) return;
  throw ShapeError(std::string(op) + ": a " + what + " of shape " + to_string(tensor.shape()) +
                   " for an input of shape " + to_string(x.shape()) + "; it must be " + to_string(expected));
}

// Sizes of (N, C, ...), where the places are one axis.
kernels::NormExtent images(const char* op, const Tensor& x) {
  if (x.dimension() < 2) {
    throw ShapeError(std::string(op) + ": the input has shape " + to_string(x.shape()) + "; it must be (N, C, ...)");
  }
  kernels::NormExtent extent{x.shape(0), 1, x.shape(1), 1};
  for (std::size_t axis = 2; axis < x.dimension(); ++axis) extent.length *= x.shape()[axis];
  return extent;
}

void check_parameters(const char* op, const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const Shape channels{x.shape(1)};
  require_shape(op, "weight", weight, channels, x);
  require_shape(op, "bias", bias, channels, x);
}

void check_buffers(const char* op, const Tensor& x, const Tensor& mean, const Tensor& variance) {
  require_shape(op, "running_mean", mean, {x.shape(1)}, x);
  require_shape(op, "running_var", variance, {x.shape(1)}, x);
  if (mean.defined() != variance.defined()) {
    throw Error(std::string(op) + ": running_mean and running_var belong together; one of them is not defined");
  }
  for (const Tensor& buffer : {mean, variance}) {
    if (!buffer.defined()) continue;
    if (!is_floating(buffer.dtype())) {
      throw DtypeError(std::string(op) + ": a running buffer is " + to_string(buffer.dtype()) +
                       "; it must be float32 or float64");
    }
    if (buffer.requires_grad()) {
      throw GradError(std::string(op) + ": a running buffer requires a gradient; give a detach() of it");
    }
  }
}

void require_several(const char* op, const Tensor& x, std::size_t count) {
  if (count != 1) return;
  throw ShapeError(std::string(op) + ": one value per channel in an input of shape " + to_string(x.shape()) +
                   "; its variance needs two or more");
}

void require_buffers(const char* op, const Tensor& mean, const char* otherwise) {
  if (mean.defined()) return;
  throw Error(std::string(op) + ": running_mean and running_var are not defined; give them, or {." + otherwise +
              " = true}");
}

// buffer = (1 - momentum) * buffer + momentum * value, in place.
void update(const Tensor& buffer, const Tensor& value, double momentum) {
  const NoGrad guard;
  buffer.assign((1.0 - momentum) * buffer + momentum * value);
}

Normalized normalize_images(const NormPlan& plan, const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const Operands operands = promoted(x, weight, bias);
  return normalize_by(plan, operands.x, operands.weight, operands.bias);
}

Tensor over_last_axes(NormPlan plan, const Tensor& x, const Shape& normalized_shape, const Tensor& weight,
                      const Tensor& bias) {
  const std::size_t count = normalized_shape.size();
  const auto lead = static_cast<std::ptrdiff_t>(x.dimension()) - static_cast<std::ptrdiff_t>(count);
  if (count == 0 || lead < 0 ||
      !std::equal(normalized_shape.begin(), normalized_shape.end(), x.shape().begin() + lead)) {
    throw ShapeError(std::string(plan.name) + ": the normalized shape " + to_string(normalized_shape) +
                     " must be the last sizes of the input's shape, " + to_string(x.shape()));
  }
  require_shape(plan.name, "weight", weight, normalized_shape, x);
  require_shape(plan.name, "bias", bias, normalized_shape, x);
  plan.extent = {1, 1, element_count(normalized_shape), 1};
  for (std::ptrdiff_t axis = 0; axis < lead; ++axis) plan.extent.outer *= x.shape(axis);
  const auto flat = [](const Tensor& tensor) { return tensor.defined() ? flatten(tensor) : tensor; };
  const Operands operands = promoted(x, weight, bias);
  return normalize_by(plan, operands.x, flat(operands.weight), flat(operands.bias)).result;
}

}  // namespace

Tensor batch_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, const BatchNormOptions& options) {
  constexpr const char* op = "batch_norm";
  NormPlan plan{.name = op, .extent = images(op, x), .eps = options.eps, .by_channel = true};
  check_parameters(op, x, weight, bias);
  check_buffers(op, x, options.running_mean, options.running_var);
  if (x.dimension() > 2 && !x.is_contiguous() && is_channels_last(x)) {
    return image_of_rows(batch_norm(rows_of_channels(x), weight, bias, options), x.shape());
  }
  const std::size_t count = plan.extent.outer * plan.extent.length;
  if (!options.training) {
    require_buffers(op, options.running_mean, "training");
    plan.fixed_mean = options.running_mean;
    plan.fixed_variance = options.running_var;
    return normalize_images(plan, x, weight, bias).result;
  }
  require_several(op, x, count);
  const Normalized done = normalize_images(plan, x, weight, bias);
  if (options.running_mean.defined() && count > 0) {
    const auto values = static_cast<double>(count);
    update(options.running_mean, done.mean, options.momentum);
    update(options.running_var, done.variance * (values / (values - 1.0)), options.momentum);
  }
  return done.result;
}

Tensor layer_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight, const Tensor& bias,
                  double eps) {
  return over_last_axes({.name = "layer_norm", .extent = {}, .eps = eps}, x, normalized_shape, weight, bias);
}

Tensor rms_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight, std::optional<double> eps) {
  const DType dtype = as_floating(weight.defined() ? promote(x.dtype(), weight.dtype()) : x.dtype());
  const double smallest = dtype == float32 ? static_cast<double>(std::numeric_limits<float>::epsilon())
                                           : std::numeric_limits<double>::epsilon();
  const NormPlan plan{.name = "rms_norm", .extent = {}, .eps = eps.value_or(smallest), .centred = false};
  return over_last_axes(plan, x, normalized_shape, weight, {});
}

Tensor group_norm(const Tensor& x, std::size_t groups, const Tensor& weight, const Tensor& bias, double eps) {
  constexpr const char* op = "group_norm";
  NormPlan plan{.name = op, .extent = images(op, x), .eps = eps};
  check_parameters(op, x, weight, bias);
  if (groups == 0 || x.shape(1) % groups != 0) {
    throw ShapeError(std::string(op) + ": " + std::to_string(groups) + " groups for an input of shape " +
                     to_string(x.shape()) + "; they must divide its " + std::to_string(x.shape(1)) + " channels");
  }
  plan.extent.groups = groups;
  plan.extent.members = x.shape(1) / groups;
  return normalize_images(plan, x, weight, bias).result;
}

Tensor instance_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, const InstanceNormOptions& options) {
  constexpr const char* op = "instance_norm";
  NormPlan plan{.name = op, .extent = images(op, x), .eps = options.eps};
  check_parameters(op, x, weight, bias);
  check_buffers(op, x, options.running_mean, options.running_var);
  if (!options.use_input_stats) {
    require_buffers(op, options.running_mean, "use_input_stats");
    plan.by_channel = true;
    plan.fixed_mean = options.running_mean;
    plan.fixed_variance = options.running_var;
    return normalize_images(plan, x, weight, bias).result;
  }
  require_several(op, x, plan.extent.length);
  const Shape examples{x.shape(0), x.shape(1)};
  std::swap(plan.extent.groups, plan.extent.members);
  const Normalized done = normalize_images(plan, x, weight, bias);
  if (options.running_mean.defined() && x.size() > 0) {
    const auto values = static_cast<double>(plan.extent.length);
    update(options.running_mean, mean(reshape(done.mean, examples), {0}), options.momentum);
    update(options.running_var, mean(reshape(done.variance, examples), {0}) * (values / (values - 1.0)),
           options.momentum);
  }
  return done.result;
}

Tensor normalize(const Tensor& x, double p, const Axes& axes, double eps) {
  if (!(p > 0.0)) throw Error("normalize: p is " + std::to_string(p) + "; it must be positive, or infinity");
  if (std::isinf(p)) return x / maximum(amax(abs(x), axes, keep_dims), eps);
  if (p == 1.0) return x / maximum(sum(abs(x), axes, keep_dims), eps);
  // The maximum is taken inside the root, whose derivative at 0 is infinite.
  if (p == 2.0) return x / sqrt(maximum(sum(square(x), axes, keep_dims), eps * eps));
  return x / pow(maximum(sum(pow(abs(x), p), axes, keep_dims), std::pow(eps, p)), 1.0 / p);
}

Tensor local_response_norm(const Tensor& x, std::size_t size, const LocalResponseOptions& options) {
  constexpr const char* op = "local_response_norm";
  const std::size_t channels = images(op, x).members;
  if (size == 0) throw ShapeError(std::string(op) + ": the number of neighbouring channels, size, is 0");
  Shape before = x.shape(), behind = x.shape();
  before[1] = size / 2;
  behind[1] = (size - 1) / 2;
  const Tensor squares = square(x);
  const TensorOptions like{.dtype = squares.dtype()};
  const Tensor padded = concatenate({zeros(before, like), squares, zeros(behind, like)}, 1);
  Tensor total = view(padded, {xt::all(), xt::range(0, static_cast<std::ptrdiff_t>(channels))});
  for (std::size_t i = 1; i < size; ++i) {
    const auto first = static_cast<std::ptrdiff_t>(i), end = static_cast<std::ptrdiff_t>(i + channels);
    total += view(padded, {xt::all(), xt::range(first, end)});
  }
  return x / pow(options.k + options.alpha / static_cast<double>(size) * total, options.beta);
}

namespace {

// Buffers for cases.
Tensor case_mean() { return Tensor(xt::xarray<double>{0.2, -0.4}); }
Tensor case_variance() { return Tensor(xt::xarray<double>{1.5, 0.7}); }

}  // namespace

std::vector<OpEntry> norm_ops() {
  return {
      {"batch_norm",
       "normalisation",
       "each channel by its mean and variance over the batch, or by running ones",
       {XTAPE_CASE(batch_norm(x[0], x[1], x[2], {.training = true}), any_value(3, 2, 2, 2), any_value(2), any_value(2)),
        XTAPE_CASE(batch_norm(x[0], x[1], x[2], {.training = true, .eps = 0.1}), any_value(4, 3), any_value(3),
                   any_value(3)),
        XTAPE_CASE(batch_norm(x[0], {}, {}, {.training = true}), any_value(2, 2, 3)),
        XTAPE_CASE(batch_norm(x[0], x[1], {}, {.running_mean = case_mean(), .running_var = case_variance()}),
                   any_value(2, 2, 3), any_value(2)),
        XTAPE_CASE(batch_norm(x[0], {}, x[1], {.running_mean = case_mean(), .running_var = case_variance()}),
                   any_value(3, 2), any_value(2)),
        XTAPE_CASE(
            batch_norm(
                x[0], x[1], {},
                {.running_mean = case_mean(), .running_var = case_variance(), .training = true, .momentum = 0.5}),
            any_value(2, 2, 2), any_value(2)),
        XTAPE_CASE(batch_norm(x[0], x[1], {}, {.training = true}), any_value(0, 2, 3), any_value(2))}},
      {"layer_norm",
       "normalisation",
       "over the last axes",
       {XTAPE_CASE(layer_norm(x[0], {4}, x[1], x[2]), any_value(3, 4), any_value(4), any_value(4)),
        XTAPE_CASE(layer_norm(x[0], {2, 3}, x[1], x[2]), any_value(2, 2, 3), any_value(2, 3), any_value(2, 3)),
        XTAPE_CASE(layer_norm(x[0], {5}), any_value(5)),
        XTAPE_CASE(layer_norm(x[0], {3}, x[1]), any_value(2, 3), any_value(3)),
        XTAPE_CASE(layer_norm(x[0], {19}, {}, x[1], 0.5), any_value(2, 19), any_value(19)),
        XTAPE_CASE(layer_norm(x[0], {3}, x[1]), any_value(0, 3), any_value(3))}},
      {"group_norm",
       "normalisation",
       "groups of channels of each example",
       {XTAPE_CASE(group_norm(x[0], 2, x[1], x[2]), any_value(2, 4, 3), any_value(4), any_value(4)),
        XTAPE_CASE(group_norm(x[0], 1, x[1]), any_value(2, 3, 2, 2), any_value(3)),
        XTAPE_CASE(group_norm(x[0], 2, x[1], x[2], 0.01), any_value(3, 6), any_value(6), any_value(6)),
        XTAPE_CASE(group_norm(x[0], 3), any_value(1, 3, 4))}},
      {"instance_norm",
       "normalisation",
       "each channel of each example",
       {XTAPE_CASE(instance_norm(x[0], x[1], x[2]), any_value(2, 2, 4), any_value(2), any_value(2)),
        XTAPE_CASE(instance_norm(x[0]), any_value(2, 1, 2, 2)),
        XTAPE_CASE(
            instance_norm(x[0], x[1], {}, {.running_mean = case_mean(), .running_var = case_variance(), .eps = 0.1}),
            any_value(2, 2, 3), any_value(2)),
        XTAPE_CASE(
            instance_norm(x[0], x[1], {},
                          {.running_mean = case_mean(), .running_var = case_variance(), .use_input_stats = false}),
            any_value(2, 2, 3), any_value(2))}},
      {"rms_norm",
       "normalisation",
       "over the last axes, by the root of the mean square",
       {XTAPE_CASE(rms_norm(x[0], {4}, x[1]), any_value(3, 4), any_value(4)),
        XTAPE_CASE(rms_norm(x[0], {2, 2}), any_value(2, 2, 2)),
        XTAPE_CASE(rms_norm(x[0], {3}, x[1], 0.1), any_value(2, 2, 3), any_value(3))}},
      {"normalize",
       "normalisation",
       "divided by the p-norm",
       {XTAPE_CASE(normalize(x[0]), any_value(3, 4)), XTAPE_CASE(normalize(x[0], 1.0, {0}), positive(3, 2)),
        XTAPE_CASE(normalize(x[0], 3.0, {-1}), positive(2, 3)),
        XTAPE_CASE(normalize(x[0], 2.0, {1}, 9.0), any_value(2, 3)),
        XTAPE_CASE(normalize(x[0], std::numeric_limits<double>::infinity(), {0, 1}), positive(2, 3))}},
      {"local_response_norm",
       "normalisation",
       "by the squares of neighbouring channels",
       {XTAPE_CASE(local_response_norm(x[0], 3), any_value(2, 4, 2)),
        XTAPE_CASE(local_response_norm(x[0], 2, {.alpha = 0.5, .beta = 0.5, .k = 2.0}), any_value(1, 3))}},
  };
}

}  // namespace xtape
