#include <nn/module_list.hpp>

namespace xtape::nn {

Function::Function(std::function<Tensor(const Tensor&)> function) : m_function(std::move(function)) {
  if (!m_function) throw Error("Function: the function is empty");
}

Tensor Function::forward(const Tensor& x) { return m_function(x); }

Module& Layers::operator[](std::ptrdiff_t index) const {
  const auto count = static_cast<std::ptrdiff_t>(size());
  if (index < -count || index >= count) {
    throw IndexError(std::string(m_kind) + ": index " + std::to_string(index) + " of " + std::to_string(count) +
                     " layers");
  }
  return *named_children()[static_cast<std::size_t>(index < 0 ? index + count : index)].second;
}

}  // namespace xtape::nn
