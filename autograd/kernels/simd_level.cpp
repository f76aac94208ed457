#include <autograd/error.hpp>
#include <autograd/kernels/simd_level.hpp>

#include <cstdlib>
#include <string>

namespace xtape::kernels {

const char* to_string(SimdLevel level) noexcept {
#ifdef XTAPE_X86_LEVELS
  constexpr const char* names[] = {"sse2", "avx2", "avx512"};
#else
  constexpr const char* names[] = {"baseline"};
#endif
  return names[static_cast<int>(level)];
}

std::vector<SimdLevel> available_simd_levels() {
  std::vector<SimdLevel> levels{SimdLevel::baseline};
#ifdef XTAPE_X86_LEVELS
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) levels.push_back(SimdLevel::avx2);
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
    levels.push_back(SimdLevel::avx512);
  }
#endif
  return levels;
}

namespace {

SimdLevel choose_level() {
  const std::vector<SimdLevel> levels = available_simd_levels();
  const char* asked = std::getenv("XTAPE_SIMD");
  if (!asked || !*asked) return levels.back();
  std::string names;
  for (SimdLevel level : levels) {
    if (asked == std::string(to_string(level)) || (level == levels[0] && asked == std::string("baseline")))
      return level;
    names += (names.empty() ? "" : ", ") + std::string(to_string(level));
  }
  throw Error("XTAPE_SIMD=" + std::string(asked) + " is not available; this machine and build have " + names);
}

}  // namespace

SimdLevel simd_level() {
  static const SimdLevel level = choose_level();
  return level;
}

}  // namespace xtape::kernels
