#include <nn/sequential.hpp>

namespace xtape::nn {

Function::Function(std::function<Tensor(const Tensor&)> function) : m_function(std::move(function)) {
  if (!m_function) throw Error("Function: the function is empty");
}

Tensor Function::forward(const Tensor& x) { return m_function(x); }

Tensor Sequential::forward(const Tensor& x) {
  Tensor result = x;
  for (const auto& [name, layer] : named_children()) result = (*layer)(result);
  return result;
}

Module& Sequential::operator[](std::ptrdiff_t index) const {
  const auto count = static_cast<std::ptrdiff_t>(size());
  if (index < -count || index >= count) {
    throw IndexError("Sequential: index " + std::to_string(index) + " of " + std::to_string(count) + " layers");
  }
  return *named_children()[static_cast<std::size_t>(index < 0 ? index + count : index)].second;
}

}  // namespace xtape::nn
