#pragma once

namespace xtape::memory {

/// Whether this source is compiled with AddressSanitizer, which must see every allocation: GCC says so by a macro,
/// Clang by a feature.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool address_sanitizer = true;
#elif defined(__has_feature)
inline constexpr bool address_sanitizer = __has_feature(address_sanitizer);
#else
inline constexpr bool address_sanitizer = false;
#endif

}  // namespace xtape::memory
