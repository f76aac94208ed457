#include <optim/update_loops.hpp>

#include <autograd/kernels/simd_level.hpp>

namespace xtape::optim {

const UpdateLoops& update_loops(DType dtype) {
  static const UpdateTable& chosen = XTAPE_OF_SIMD_LEVEL(update_loops);
  return dtype == float32 ? chosen.of_float : chosen.of_double;
}

}  // namespace xtape::optim
