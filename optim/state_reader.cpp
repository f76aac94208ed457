#include <optim/state_reader.hpp>

#include <algorithm>
#include <autograd/ops/shape.hpp>
#include <autograd/tape.hpp>
#include <cmath>

namespace xtape::optim {

const Tensor& StateReader::entry(const std::string& name) {
  const auto found = m_state->find(name);
  if (found == m_state->end()) throw Error(m_owner + ": load_state_dict: '" + name + "' is missing");
  m_read.insert(name);
  return found->second;
}

Tensor StateReader::tensor(const std::string& name, const Shape& shape, DType dtype) {
  const Tensor& found = entry(name);
  if (found.shape() != shape) {
    throw ShapeError(m_owner + ": load_state_dict: '" + name + "' has the shape " + to_string(found.shape()) +
                     ", not " + to_string(shape));
  }
  const NoGrad guard;
  return astype(found.detach(), dtype).clone();
}

double StateReader::number(const std::string& name) {
  const Tensor& found = entry(name);
  if (found.size() == 1) return found.item();
  throw ShapeError(m_owner + ": load_state_dict: '" + name + "' has the shape " + to_string(found.shape()) +
                   "; it must be one number");
}

std::uint64_t StateReader::count(const std::string& name) {
  const double value = number(name);
  if (value >= 0.0 && value < 0x1p63 && value == std::floor(value)) return static_cast<std::uint64_t>(value);
  throw Error(m_owner + ": load_state_dict: '" + name + "' is " + std::to_string(value) + "; it must be a count");
}

std::vector<double> StateReader::numbers(const std::string& name, std::size_t size) {
  const Tensor found = tensor(name, {size}, float64);
  return {found.data<double>(), found.data<double>() + size};
}

void StateReader::finish() const {
  for (const auto& [name, tensor] : *m_state) {
    if (!m_read.contains(name)) {
      throw Error(m_owner + ": load_state_dict: '" + name +
                  "' belongs to nothing here; is it the state of another rule, "
                  "or of other parameters?");
    }
  }
}

Tensor to_tensor(const std::vector<double>& numbers) {
  const Tensor result = Tensor::uninitialized({numbers.size()}, float64);
  std::copy(numbers.begin(), numbers.end(), static_cast<double*>(result.mutable_data()));
  return result;
}

}  // namespace xtape::optim
