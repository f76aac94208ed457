#pragma once

#include <doctest/doctest.h>

#include <autograd/tensor.hpp>
#include <initializer_list>
#include <string>

/// What an error of type E says.
template <class E, class F>
std::string message_of(const F& function) {
  try {
    function();
  } catch (const E& error) {
    return error.what();
  }
  FAIL("the expected error was not thrown");
  return {};
}

/// Checks that a message has every one of these parts.
inline void check_says(const std::string& message, std::initializer_list<const char*> parts) {
  for (const char* part : parts) {
    INFO(message);
    INFO("looking for: " << std::string(part));
    CHECK(message.find(part) != std::string::npos);
  }
}

/// Same dtype, shape and values.
inline bool identical(const xtape::Tensor& a, const xtape::Tensor& b) {
  if (a.dtype() != b.dtype() || a.shape() != b.shape()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto index = static_cast<std::ptrdiff_t>(i);
    if (a.item(index) != b.item(index)) return false;
  }
  return true;
}
