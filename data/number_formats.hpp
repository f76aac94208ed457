#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

/// Numbers that files hold and C++ has no type for; each converts to the type that a tensor has.
namespace xtape::data {

/// IEEE half precision: 1 sign bit, 5 of exponent, 10 of mantissa.
struct Half {
  std::uint16_t bits;
  operator float() const {
    const int exponent = bits >> 10 & 0x1f;
    const int mantissa = bits & 0x3ff;
    const float sign = bits & 0x8000 ? -1.0f : 1.0f;
    if (exponent == 0x1f) return mantissa == 0 ? sign * HUGE_VALF : std::nanf("");
    if (exponent == 0) return sign * std::ldexp(static_cast<float>(mantissa), -24);
    return sign * std::ldexp(static_cast<float>(mantissa + 0x400), exponent - 25);
  }
};

/// The upper half of a float.
struct Bfloat {
  std::uint16_t bits;
  operator float() const { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }
};

/// A byte that stands for a boolean: a bool itself may only ever be 0 or 1 in memory.
struct BoolByte {
  std::uint8_t byte;
  operator bool() const { return byte != 0; }
};

}  // namespace xtape::data
