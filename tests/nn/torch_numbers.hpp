#pragma once

#include <known_values.hpp>

#include <functional>
#include <string>
#include <vector>

/// Layers against PyTorch without large tables: both sides set parameters by a formula, and weigh outputs and gradients
/// into one number each.
namespace known {

/// Converts to float64 and gives element i of parameter number k the value 0.4 sin(0.37 i + 1.1 k).
inline void fill(xtape::nn::Module& module) {
  module.to(xtape::float64);
  const xtape::NoGrad guard;
  double k = 0;
  for (const auto& [name, parameter] : module.named_parameters()) {
    const xtape::Tensor i = xtape::arange(static_cast<double>(parameter.size()), {.dtype = xtape::float64});
    parameter.assign(xtape::reshape(0.4 * xtape::sin(0.37 * i + 1.1 * k++), parameter.shape()));
  }
}

/// The sum of the elements, element i weighed by cos(0.7 i + 0.2).
inline xtape::Tensor mark(const xtape::Tensor& x) { return xtape::sum(x * other_wave(x.shape(), 0.7, 0.2)); }

/// Checks the marks of all outputs, of the inputs' gradients and of the parameters' gradients, in this order, where the
/// sum of the outputs' marks is what is differentiated. Inputs that are not defined are left out.
inline void check_layer(xtape::nn::Module& module, const xtape::Tensors& inputs,
                        const std::function<xtape::Tensors(const xtape::Tensors&)>& run,
                        const std::vector<double>& expected) {
  using namespace xtape;
  fill(module);
  Tensors leaves;
  for (const Tensor& input : inputs) {
    leaves.push_back(is_floating(input.dtype()) ? input.detach().clone().requires_grad_() : input);
  }
  std::vector<std::string> names;
  std::vector<double> marks;
  Tensor total = 0.0;
  for (const Tensor& output : run(leaves)) {
    names.push_back("output " + std::to_string(names.size()));
    marks.push_back(mark(output).item());
    total = total + mark(output);
  }
  total.backward();
  const auto add_gradient = [&](const std::string& name, const Tensor& leaf) {
    names.push_back("gradient of " + name);
    marks.push_back(leaf.grad().defined() ? mark(leaf.grad()).item() : 0.0);
  };
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    if (leaves[i].requires_grad()) add_gradient("input " + std::to_string(i), leaves[i]);
  }
  for (const auto& [name, parameter] : module.named_parameters()) add_gradient(name, parameter);
  REQUIRE(marks.size() == expected.size());
  for (std::size_t i = 0; i < marks.size(); ++i) {
    INFO(names[i]);
    CHECK(marks[i] == doctest::Approx(expected[i]).epsilon(1e-10));
  }
}

}  // namespace known
