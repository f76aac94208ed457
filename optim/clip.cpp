#include <optim/clip.hpp>

#include <autograd/ops/elementwise.hpp>
#include <autograd/tape.hpp>

#include <cmath>

namespace xtape::optim {

namespace {

// In double for both dtypes: squares of float32 values overflow and swallow each other early.
double sum_of_squares(const Tensor& tensor) {
  const Tensor values = tensor.contiguous();
  return visit_dtype(values.dtype(), [&]<class T>(TypeTag<T>) {
    constexpr std::size_t lanes = 16;  // independent sums, which the compiler keeps in SIMD registers
    const T* x = values.data<T>();
    double sums[lanes] = {};
    std::size_t n = 0;
    for (; n + lanes <= values.size(); n += lanes) {
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        const auto value = static_cast<double>(x[n + lane]);
        sums[lane] += value * value;
      }
    }
    double total = 0.0;
    for (; n < values.size(); ++n) total += static_cast<double>(x[n]) * static_cast<double>(x[n]);
    for (double sum : sums) total += sum;
    return total;
  });
}

}  // namespace

double clip_grad_norm(const Tensors& parameters, double max_norm) {
  if (!(max_norm >= 0.0)) throw Error("clip_grad_norm: max_norm must be >= 0, not " + std::to_string(max_norm));
  const NoGrad guard;
  double total = 0.0;
  for (const Tensor& parameter : parameters) {
    const Tensor gradient = parameter.grad();
    if (gradient.defined()) total += sum_of_squares(gradient);
  }
  const double norm = std::sqrt(total);
  const double scale = max_norm / (norm + 1e-6);
  if (scale >= 1.0) return norm;
  std::vector<std::pair<Tensor, Tensor>> scaled;  // all of them, or after a failure none
  for (const Tensor& parameter : parameters) {
    if (const Tensor gradient = parameter.grad(); gradient.defined()) scaled.emplace_back(parameter, gradient * scale);
  }
  for (const auto& [parameter, gradient] : scaled) parameter.set_grad(gradient);
  return norm;
}

}  // namespace xtape::optim
