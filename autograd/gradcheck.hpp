#pragma once

#include <string>

#include <autograd/derivatives.hpp>

namespace xtape {

/// How gradcheck compares.
struct GradcheckOptions {
  double step = 1e-5;       ///< of the central difference, times max(1, |x|)
  double tolerance = 1e-6;  ///< largest |analytic - numeric| / max(1, |analytic|, |numeric|)
  std::uint64_t seed = 1;   ///< of the weights of the scalar
};

/// What gradcheck found; converts to whether it passed.
struct GradcheckResult {
  bool ok = true;
  double max_error = 0.0;  ///< largest relative error met
  std::string message;     ///< on failure: where, and both gradients
  explicit operator bool() const noexcept { return ok; }
};

/// Compares the gradients of `function` with central differences in float64. The output is weighted with random
/// numbers before it is summed: a plain sum hides errors that cancel by symmetry. It checks every mix of inputs with
/// and without a gradient (up to four inputs; beyond, each alone and all together), and, where two inputs have one
/// shape, the same tensor in both places. Inputs of integer or boolean dtype are passed as they are.
/// Example: `gradcheck([](const Tensors& x) { return tanh(matmul(x[0], x[1])); }, {a, b})`.
GradcheckResult gradcheck(const TensorFunction& function, const Tensors& inputs, const GradcheckOptions& options = {});

/// The same for second derivatives: checks the gradients of the gradients.
GradcheckResult gradgradcheck(const TensorFunction& function, const Tensors& inputs,
                              const GradcheckOptions& options = {});

}  // namespace xtape
