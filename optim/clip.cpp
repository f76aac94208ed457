#include <optim/clip.hpp>

#include <autograd/ops/elementwise.hpp>
#include <autograd/tape.hpp>
#include <cmath>

namespace xtape::optim {

namespace {

// The sum of term(x) over all elements, in double for both dtypes: squares of float32 values overflow and swallow each
// other early.
template <class F>
double sum_over(const Tensor& tensor, const F& term) {
  return visit_dtype(tensor.dtype(), [&]<class T>(TypeTag<T>) {
    constexpr std::size_t lanes = 16;  // independent sums, which the compiler keeps in SIMD registers
    const T* x = tensor.data<T>();
    double sums[lanes] = {};
    std::size_t n = 0;
    for (; n + lanes <= tensor.size(); n += lanes) {
      for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] += term(static_cast<double>(x[n + lane]));
    }
    double total = 0.0;
    for (; n < tensor.size(); ++n) total += term(static_cast<double>(x[n]));
    for (double sum : sums) total += sum;
    return total;
  });
}

// nan where an element is.
double largest_magnitude(const Tensor& tensor) {
  return visit_dtype(tensor.dtype(), [&]<class T>(TypeTag<T>) {
    double largest = 0.0;
    for (std::size_t n = 0; n < tensor.size(); ++n) {
      const double magnitude = std::abs(static_cast<double>(tensor.data<T>()[n]));
      if (magnitude > largest || std::isnan(magnitude)) largest = magnitude;
    }
    return largest;
  });
}

double norm_of(const Tensors& gradients, double p) {
  double total = 0.0;
  if (p == 2.0) {
    for (const Tensor& gradient : gradients) total += sum_over(gradient, [](double x) { return x * x; });
    return std::sqrt(total);
  }
  double largest = 0.0;
  for (const Tensor& gradient : gradients) {
    const double magnitude = largest_magnitude(gradient);
    if (magnitude > largest || std::isnan(magnitude)) largest = magnitude;
  }
  if (std::isinf(p) || largest == 0.0 || !std::isfinite(largest)) return largest;
  // High powers overflow; those of quotients up to 1 do not.
  for (const Tensor& gradient : gradients) {
    total += sum_over(gradient, [&](double x) { return std::pow(std::abs(x) / largest, p); });
  }
  return largest * std::pow(total, 1.0 / p);
}

// The parameters that have a gradient.
Tensors with_gradient(const Tensors& parameters) {
  Tensors result;
  for (const Tensor& parameter : parameters) {
    if (parameter.grad().defined()) result.push_back(parameter);
  }
  return result;
}

// Replaces the gradient of every parameter by change(gradient): all of them, or after a failure none.
template <class F>
void change_gradients(const Tensors& parameters, const F& change) {
  Tensors changed;
  for (const Tensor& parameter : parameters) changed.push_back(change(parameter.grad()));
  for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i].set_grad(changed[i]);
}

}  // namespace

double clip_grad_norm(const Tensors& parameters, double max_norm, const ClipNorm& options) {
  if (!(max_norm >= 0.0)) throw Error("clip_grad_norm: max_norm must be >= 0, not " + std::to_string(max_norm));
  if (!(options.norm_type > 0.0)) {
    throw Error("clip_grad_norm: norm_type must be > 0, not " + std::to_string(options.norm_type));
  }
  const NoGrad guard;
  const Tensors clipped = with_gradient(parameters);
  Tensors gradients;
  for (const Tensor& parameter : clipped) gradients.push_back(parameter.grad().contiguous());
  const double norm = norm_of(gradients, options.norm_type);
  if (options.error_if_nonfinite && !std::isfinite(norm)) {
    throw Error("clip_grad_norm: the norm of the gradients is " + std::to_string(norm));
  }
  const double scale = max_norm / (norm + 1e-6);
  if (!(scale >= 1.0)) change_gradients(clipped, [&](const Tensor& gradient) { return gradient * scale; });
  return norm;
}

void clip_grad_value(const Tensors& parameters, double clip_value) {
  if (!(clip_value >= 0.0)) throw Error("clip_grad_value: clip_value must be >= 0, not " + std::to_string(clip_value));
  const NoGrad guard;
  change_gradients(with_gradient(parameters),
                   [&](const Tensor& gradient) { return clip(gradient, -clip_value, clip_value); });
}

}  // namespace xtape::optim
