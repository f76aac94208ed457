#include <autograd/engine.hpp>
#include <autograd/factories.hpp>
#include <autograd/gradcheck.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/reduce.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/ops/slice.hpp>
#include <autograd/tape.hpp>

#include <cmath>
#include <cstdio>

namespace xtape {

namespace {

// "1.2e-07" rather than the "0.000000" of std::to_string.
std::string in_digits(double value, int digits) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*g", digits, value);
  return text;
}

// Undefined where the scalar does not depend on the input.
Tensors gradients_of(const Tensor& scalar, const Tensors& inputs, bool create_graph = false) {
  if (!scalar.requires_grad()) return Tensors(inputs.size());
  return grad(scalar, inputs, {.create_graph = create_graph, .allow_unused = true});
}

class Checker {
 public:
  Checker(const TensorFunction& function, const Tensors& inputs, const GradcheckOptions& options)
      : m_function(function), m_options(options) {
    for (const Tensor& input : inputs) {
      const bool floating = is_floating(input.dtype());
      m_values.push_back(floating ? astype(input.detach(), float64).clone() : input.detach());
      if (floating) m_active.push_back(m_values.size() - 1);
    }
  }

  GradcheckResult run() {
    const Tensors numeric = numeric_gradients(m_values);
    for (const std::vector<std::size_t>& mix : mixes()) compare(m_values, mix, numeric, "");
    for (std::size_t i : m_active) {
      for (std::size_t j : m_active) {
        if (i < j && m_values[i].shape() == m_values[j].shape() && m_result.ok) check_shared(i, j);
      }
    }
    return std::move(m_result);
  }

 private:
  // sum(weights * output), with weights that no symmetry of the output survives.
  Tensor scalar_of(const Tensors& inputs) const {
    const Tensor output = m_function(inputs);
    random::Generator generator(m_options.seed);
    return sum(output * (0.5 + rand(output.shape(), {.dtype = float64}, generator)));
  }

  std::vector<std::vector<std::size_t>> mixes() const {
    std::vector<std::vector<std::size_t>> result;
    if (m_active.size() <= 4) {
      for (std::size_t bits = 1; bits < std::size_t{1} << m_active.size(); ++bits) {
        result.emplace_back();
        for (std::size_t k = 0; k < m_active.size(); ++k) {
          if (bits >> k & 1) result.back().push_back(m_active[k]);
        }
      }
    } else {
      for (std::size_t i : m_active) result.push_back({i});
      result.push_back(m_active);
    }
    return result;
  }

  Tensor numeric_gradient(const Tensors& values, const Tensor& varied) const {
    const NoGrad guard;
    Tensor result = zeros(varied.shape(), {.dtype = float64});
    auto* out = static_cast<double*>(result.mutable_data());
    auto* x = static_cast<double*>(varied.mutable_data());
    for (std::size_t k = 0; k < varied.size(); ++k) {
      const double before = x[k], step = m_options.step * std::max(1.0, std::abs(before));
      x[k] = before + step;
      const double up = scalar_of(values).item();
      x[k] = before - step;
      const double down = scalar_of(values).item();
      x[k] = before;
      out[k] = (up - down) / (2.0 * step);
    }
    return result;
  }

  Tensors numeric_gradients(const Tensors& values) const {
    Tensors result(values.size());
    for (std::size_t i : m_active) result[i] = numeric_gradient(values, values[i]);
    return result;
  }

  // The analytic gradients of the inputs in `mix`, the others being constants, against the numeric ones.
  void compare(const Tensors& values, const std::vector<std::size_t>& mix, const Tensors& numeric,
               const std::string& situation) {
    if (!m_result.ok) return;
    Tensors inputs = values, wanted;
    for (std::size_t i : mix) {
      inputs[i] = values[i].detach().requires_grad_();
      wanted.push_back(inputs[i]);
    }
    const Tensors analytic = gradients_of(scalar_of(inputs), wanted);
    for (std::size_t k = 0; k < mix.size(); ++k) {
      const Tensor given = analytic[k].defined() ? analytic[k] : zeros_like(values[mix[k]]);
      judge(given, numeric[mix[k]], "input " + std::to_string(mix[k]) + situation);
    }
  }

  // One tensor in two places: its gradient is the sum of both.
  void check_shared(std::size_t i, std::size_t j) {
    const Tensor shared = m_values[i].clone();
    Tensors values = m_values;
    values[i] = values[j] = shared;
    const Tensor numeric = numeric_gradient(values, shared);
    values[i] = values[j] = shared.detach().requires_grad_();
    const Tensor analytic = gradients_of(scalar_of(values), {values[i]})[0];
    judge(analytic.defined() ? analytic : zeros_like(shared), numeric,
          "one tensor as inputs " + std::to_string(i) + " and " + std::to_string(j));
  }

  void judge(const Tensor& analytic, const Tensor& numeric, const std::string& where_found) {
    if (analytic.shape() != numeric.shape()) {
      fail(where_found + ": the gradient has shape " + to_string(analytic.shape()) + ", not " +
           to_string(numeric.shape()));
      return;
    }
    for (std::size_t k = 0; k < numeric.size(); ++k) {
      const auto index = static_cast<std::ptrdiff_t>(k);
      const double a = analytic.item(index), n = numeric.item(index);
      const double error = std::abs(a - n) / std::max({1.0, std::abs(a), std::abs(n)});
      m_result.max_error = std::max(m_result.max_error, error);
      if (error <= m_options.tolerance) continue;  // a nan fails
      fail(where_found + ", element " + std::to_string(k) + ": analytic " + in_digits(a, 8) + ", numeric " +
           in_digits(n, 8) + ", relative error " + in_digits(error, 2) + "\nanalytic: " + to_string(analytic) +
           "\nnumeric:  " + to_string(numeric));
      return;
    }
  }

  void fail(const std::string& message) {
    m_result.ok = false;
    if (m_result.message.empty()) m_result.message = "gradcheck: " + message;
  }

  const TensorFunction& m_function;
  GradcheckOptions m_options;
  Tensors m_values;
  std::vector<std::size_t> m_active;  // inputs of floating dtype
  GradcheckResult m_result;
};

}  // namespace

GradcheckResult gradcheck(const TensorFunction& function, const Tensors& inputs, const GradcheckOptions& options) {
  return Checker(function, inputs, options).run();
}

GradcheckResult gradgradcheck(const TensorFunction& function, const Tensors& inputs, const GradcheckOptions& options) {
  // The gradients of a weighted sum of the output, joined into one vector, as a function of the inputs.
  const TensorFunction gradients = [&](const Tensors& given) {
    const GradModeGuard recording(true);
    Tensors leaves = given, wanted;
    for (Tensor& input : leaves) {
      if (!is_floating(input.dtype())) continue;
      // A place of its own for every input, even where two are one tensor.
      input = input.requires_grad() ? input.clone() : input.detach().requires_grad_();
      wanted.push_back(input);
    }
    const Tensor output = function(leaves);
    random::Generator generator(options.seed + 1);
    const Tensor scalar = sum(output * (0.5 + rand(output.shape(), {.dtype = float64}, generator)));
    const Tensors first = gradients_of(scalar, wanted, true);
    Tensors parts;
    for (std::size_t i = 0; i < first.size(); ++i) {
      parts.push_back(flatten(first[i].defined() ? first[i] : zeros_like(wanted[i])));
    }
    return concatenate(parts);
  };
  return Checker(gradients, inputs, options).run();
}

}  // namespace xtape
