#include <optim/update_loops.hpp>

#include <autograd/kernels/simd_level.hpp>

namespace xtape::optim {

namespace {

const UpdateTable& choose_table() {
  switch (kernels::simd_level()) {
#ifdef XTAPE_X86_LEVELS
    case kernels::SimdLevel::avx512:
      return update_loops_avx512;
    case kernels::SimdLevel::avx2:
      return update_loops_avx2;
#endif
    default:
      return update_loops_baseline;
  }
}

}  // namespace

const UpdateLoops& update_loops(DType dtype) {
  static const UpdateTable& chosen = choose_table();
  return dtype == float32 ? chosen.of_float : chosen.of_double;
}

}  // namespace xtape::optim
