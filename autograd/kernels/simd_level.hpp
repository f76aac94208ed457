#pragma once

#include <vector>

namespace xtape::kernels {

/// The instruction sets that the loops are compiled for. `baseline` is what the compiler targets by default: SSE2 on
/// x86-64, and the only level on other machines.
enum class SimdLevel { baseline, avx2, avx512 };

const char* to_string(SimdLevel level) noexcept;

/// Levels that were compiled in and that this machine runs, lowest first.
std::vector<SimdLevel> available_simd_levels();

/// The level in use: the highest available, or the one that the environment variable XTAPE_SIMD names at start-up
/// ("sse2" or "baseline", "avx2", "avx512"). Throws Error where the variable names none or one that is not available.
SimdLevel simd_level();

}  // namespace xtape::kernels
