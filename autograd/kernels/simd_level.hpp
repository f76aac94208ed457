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

/// Of the tables `name_baseline`, `name_avx2` and `name_avx512`, which loops compiled once for each level fill, that of
/// the level in use. Example: `static const PoolTable& table = XTAPE_OF_SIMD_LEVEL(pool_table);`
#ifdef XTAPE_X86_LEVELS
#define XTAPE_OF_SIMD_LEVEL(name) ::xtape::kernels::of_simd_level(name##_baseline, name##_avx2, name##_avx512)
#else
#define XTAPE_OF_SIMD_LEVEL(name) (name##_baseline)
#endif

template <class Table>
const Table& of_simd_level(const Table& baseline, const Table& avx2, const Table& avx512) {
  const SimdLevel level = simd_level();
  return level == SimdLevel::avx512 ? avx512 : level == SimdLevel::avx2 ? avx2 : baseline;
}

}  // namespace xtape::kernels
