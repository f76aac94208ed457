#pragma once

#include <cstddef>

/// The loops of the update rules over raw spans: one pass that reads parameter, gradient and state and writes parameter
/// and state.
namespace xtape::optim {

/// One SGD update: velocity = keep * velocity + take * g, where g = gradient + weight_decay * parameter; then
/// parameter -= learning_rate * (velocity, or g + momentum * velocity with nesterov, or g without a velocity).
struct SgdUpdate {
  double learning_rate;
  double momentum;
  double keep;
  double take;
  double weight_decay;
  bool nesterov;
};

/// One Adam update: m += (1 - beta1) (g - m); v = beta2 v + (1 - beta2) g^2;
/// parameter -= step * m / (sqrt(v) * root_scale + eps), where g = gradient + weight_decay * parameter.
struct AdamUpdate {
  double beta1;
  double beta2;
  double eps;
  double weight_decay;
  double step;
  double root_scale;
};

/// The loops for one SIMD level and element type.
template <class T>
struct UpdateLoops {
  /// `velocity` may be null.
  void (*sgd)(const SgdUpdate&, T* parameter, const T* gradient, T* velocity, std::size_t count);
  void (*adam)(const AdamUpdate&, T* parameter, const T* gradient, T* mean, T* square, std::size_t count);
};

struct UpdateTable {
  UpdateLoops<float> of_float;
  UpdateLoops<double> of_double;
};

extern const UpdateTable update_loops_baseline;
#ifdef XTAPE_X86_LEVELS
extern const UpdateTable update_loops_avx2;
extern const UpdateTable update_loops_avx512;
#endif

/// The loops for the SIMD level in use.
const UpdateTable& update_loops();

/// Those for the element type T.
template <class T>
const UpdateLoops<T>& update_loops_of() {
  if constexpr (sizeof(T) == sizeof(float)) {
    return update_loops().of_float;
  } else {
    return update_loops().of_double;
  }
}

}  // namespace xtape::optim
