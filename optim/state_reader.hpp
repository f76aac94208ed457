#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include <autograd/tensor.hpp>

namespace xtape::optim {

/// Reads a saved state entry by entry, for load_state_dict(). What it throws names who loads, and the entry.
class StateReader {
 public:
  /// `owner` is for errors: "Adam". Refers to `state`, which must outlive it.
  StateReader(std::string owner, const StateDict& state) : m_owner(std::move(owner)), m_state(&state) {}

  const std::string& owner() const noexcept { return m_owner; }
  bool has(const std::string& name) const { return m_state->contains(name); }
  /// A copy of an entry, without history, in that dtype. Throws Error where it is missing, ShapeError where it has
  /// another shape.
  Tensor tensor(const std::string& name, const Shape& shape, DType dtype);
  /// An entry that is a single number. Throws Error where it is missing, ShapeError where it is none.
  double number(const std::string& name);
  /// The same for what is counted. Throws Error for a number that is no count, too.
  std::uint64_t count(const std::string& name);
  /// An entry of shape (size). The same errors.
  std::vector<double> numbers(const std::string& name, std::size_t size);
  /// Throws Error where an entry was not read: it belongs to something else.
  void finish() const;

 private:
  const Tensor& entry(const std::string& name);

  std::string m_owner;
  const StateDict* m_state;
  std::set<std::string> m_read;
};

/// The tensor (size), float64, of these numbers.
Tensor to_tensor(const std::vector<double>& numbers);

}  // namespace xtape::optim
