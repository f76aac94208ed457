#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <type_traits>

namespace xtape {

/// The type of a tensor's elements, known at run time.
enum class DType : std::uint8_t { boolean, uint8, int64, float32, float64 };

inline constexpr DType boolean = DType::boolean;  ///< bool, one byte
inline constexpr DType uint8 = DType::uint8;      ///< std::uint8_t
inline constexpr DType int64 = DType::int64;      ///< std::int64_t
inline constexpr DType float32 = DType::float32;  ///< float
inline constexpr DType float64 = DType::float64;  ///< double

constexpr bool is_floating(DType dtype) noexcept { return dtype >= DType::float32; }

constexpr std::size_t item_bytes(DType dtype) noexcept {
  constexpr std::size_t bytes[] = {1, 1, 8, 4, 8};
  return bytes[static_cast<std::size_t>(dtype)];
}

/// The dtype that two operands meet in, by NumPy's table: boolean < uint8 < int64 < float64, boolean < uint8 < float32
/// < float64, and int64 with float32 gives float64, the smallest type that holds both.
/// Example: `promote(uint8, float32) == float32`.
constexpr DType promote(DType a, DType b) noexcept {
  if (a == b) return a;
  if ((a == int64 && b == float32) || (a == float32 && b == int64)) return float64;
  return a > b ? a : b;
}

/// The floating dtype in which sqrt, mean, division and the like compute: float64 for int64, float32 for uint8 and
/// boolean (whose values it holds exactly), the dtype itself where it is floating.
constexpr DType as_floating(DType dtype) noexcept {
  return is_floating(dtype) ? dtype : dtype == int64 ? float64 : float32;
}

/// The dtype that holds values of the C++ type `T`: integers other than bool and 8-bit unsigned become int64.
template <class T>
requires std::is_arithmetic_v<T>
constexpr DType dtype_of() noexcept {
  if constexpr (std::same_as<T, bool>) {
    return boolean;
  } else if constexpr (std::same_as<T, std::uint8_t>) {
    return uint8;
  } else if constexpr (std::integral<T>) {
    return int64;
  } else if constexpr (std::same_as<T, float>) {
    return float32;
  } else {
    return float64;
  }
}

/// The C++ type of a dtype's elements as a value of type std::type_identity, for visit_dtype.
template <class T>
using TypeTag = std::type_identity<T>;

/// Calls `function(TypeTag<T>{})` with the C++ type of `dtype`.
template <class F>
decltype(auto) visit_dtype(DType dtype, F&& function) {
  switch (dtype) {
    case DType::boolean:
      return function(TypeTag<bool>{});
    case DType::uint8:
      return function(TypeTag<std::uint8_t>{});
    case DType::int64:
      return function(TypeTag<std::int64_t>{});
    case DType::float32:
      return function(TypeTag<float>{});
    case DType::float64:
      break;
  }
  return function(TypeTag<double>{});
}

/// "float32" and the like.
const char* to_string(DType dtype) noexcept;
std::ostream& operator<<(std::ostream& out, DType dtype);

/// The same for float32 and float64; other dtypes are passed over, and nothing is compiled for them.
/// Example: `visit_floating(x.dtype(), [&]<class T>(TypeTag<T>) { fill(x.data<T>()); });`
template <class F>
void visit_floating(DType dtype, const F& function) {
  visit_dtype(dtype, [&]<class T>(TypeTag<T> tag) {
    if constexpr (std::is_floating_point_v<T>) function(tag);
  });
}

}  // namespace xtape
