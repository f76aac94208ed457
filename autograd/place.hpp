#pragma once

namespace xtape {

/// A place in a program's source: std::source_location, which Clang 14 does not have.
struct Place {
  const char* file = nullptr;
  unsigned line = 0;

  /// As a default argument, the place of the call.
  static constexpr Place here(const char* file = __builtin_FILE(), unsigned line = __builtin_LINE()) noexcept {
    return {file, line};
  }
};

}  // namespace xtape
