#pragma once

#include <span>
#include <string>

#include <autograd/place.hpp>
#include <autograd/profile.hpp>
#include <autograd/tape.hpp>

namespace xtape {

/// While it lives, the first operation of this thread that makes a nan, or an infinity from finite inputs, forward or
/// backward, throws a GradError that names the operation, its inputs' shapes and where it was recorded: file and line
/// of an elementwise function, and the NameScope. Every result is read once more, so this is for finding a fault.
/// Example: `{ DetectAnomaly guard; loss(model(x), y).backward(); }`
class DetectAnomaly {
 public:
  explicit DetectAnomaly(bool enabled = true) noexcept;
  ~DetectAnomaly();
  DetectAnomaly(const DetectAnomaly&) = delete;
  DetectAnomaly& operator=(const DetectAnomaly&) = delete;

 private:
  bool m_previous;
};

/// While it lives, what this thread computes is said to be `name`, within the scope around it, by the errors of
/// DetectAnomaly and by a Profiler. Example: `NameScope scope("decoder");`
class NameScope {
 public:
  explicit NameScope(const std::string& name);
  ~NameScope();
  NameScope(const NameScope&) = delete;
  NameScope& operator=(const NameScope&) = delete;

 private:
  std::size_t m_outer;
  profile::Region m_region;
};

namespace anomaly {

extern constinit thread_local bool t_detecting;
inline bool detecting() noexcept { return t_detecting; }

/// The names of the NameScopes around, joined by dots.
const std::string& scope() noexcept;

/// Whether no element is nan or infinite.
bool is_finite(const Tensor& x);

/// Throws if `result` has an anomaly, else notes on its node, if any, where it was recorded.
void check_forward(const char* op, const Tensor& result, std::span<const Tensor* const> inputs,
                   const Place& place = {});

/// Throws if the gradient that the rule of `node` gave for `input` has an anomaly.
void check_backward(const Node& node, const Node& input, const Tensor& gradient, bool upstream_is_finite);

}  // namespace anomaly

}  // namespace xtape
