#pragma once

#include <cstddef>

#include <autograd/dtype.hpp>

/// The loops of the update rules over raw spans: one pass that reads parameter, gradient and state and writes parameter
/// and state. Below, p is the parameter, g the gradient, t the number of this update, counted from 1.
namespace xtape::optim {

/// The most state arrays that a rule keeps of one parameter.
inline constexpr std::size_t most_states = 3;

/// The arrays of one parameter, all of the loop's element type and of one length, and the elements that are updated.
struct UpdateArrays {
  void* parameter;
  const void* gradient;
  void* state[most_states];  ///< null where the rule, with its options, does not keep it
  std::size_t begin;
  std::size_t end;
};

/// What every rule makes of the gradient first: g = -gradient with maximize, then g += weight_decay * p.
struct GradientTerms {
  double weight_decay = 0.0;
  bool maximize = false;
};

/// State: velocity v. v = momentum v + take g; p -= rate (v, or g + momentum v with nesterov). Without momentum
/// p -= rate g.
struct SgdUpdate {
  GradientTerms terms;
  double rate;
  double momentum;
  double take;
  bool nesterov;
};

/// State: average a. p = keep p - rate g; a += mix (p - a), or a = p where mix is 1.
struct AsgdUpdate {
  GradientTerms terms;
  double keep;
  double rate;
  double mix;
};

/// State: sum s. s += g^2; p -= rate g / (sqrt(s) + eps).
struct AdagradUpdate {
  GradientTerms terms;
  double rate;
  double eps;
};

/// State: mean squares v of gradients and u of steps. v = rho v + (1 - rho) g^2; d = sqrt(u + eps) / sqrt(v + eps) g;
/// u = rho u + (1 - rho) d^2; p -= rate d.
struct AdadeltaUpdate {
  GradientTerms terms;
  double rate;
  double rho;
  double eps;
};

/// State: mean square v, velocity b, mean a. v = alpha v + (1 - alpha) g^2; d = g / (sqrt(v) + eps), centered with
/// a = alpha a + (1 - alpha) g and v - a^2 in place of v; p -= rate d, or with momentum b = momentum b + d;
/// p -= rate b.
struct RmspropUpdate {
  GradientTerms terms;
  double rate;
  double alpha;
  double eps;
  double momentum;
  bool centered;
};

/// State: mean m, mean square v, the largest v so far (null without amsgrad). m += (1 - beta1) (g - m);
/// v = beta2 v + (1 - beta2) g^2; p = keep p - step m / (sqrt(v) * root_scale + eps), with amsgrad the largest v for v.
struct AdamUpdate {
  GradientTerms terms;
  double beta1;
  double beta2;
  double eps;
  double keep;
  double step;
  double root_scale;
};

/// State: mean m, norm u. m as Adam's; u = max(beta2 u, |g| + eps); p -= step m / u.
struct AdamaxUpdate {
  GradientTerms terms;
  double beta1;
  double beta2;
  double eps;
  double step;
};

/// State: mean m, mean square v, as Adam's. p -= (gradient_step g + mean_step m) / (sqrt(v) * root_scale + eps).
struct NadamUpdate {
  GradientTerms terms;
  double beta1;
  double beta2;
  double eps;
  double gradient_step;
  double mean_step;
  double root_scale;
};

/// State: mean m, mean square v, as Adam's. p -= step m / (sqrt(v) + eps), not rectified p -= step m.
struct RadamUpdate {
  GradientTerms terms;
  double beta1;
  double beta2;
  double eps;
  double step;
  bool rectified;
};

/// State: gradient before h, step size s. s = clip(s * (etaplus where g h > 0, etaminus where g h < 0), smallest,
/// largest); g = 0 where g h < 0; p -= sign(g) s; h = g.
struct RpropUpdate {
  GradientTerms terms;
  double etaminus;
  double etaplus;
  double smallest;
  double largest;
};

/// No state: the parameter is an average, the gradient a parameter q. p = keep p + (1 - keep) q.
struct AverageUpdate {
  double keep;
};

/// The loops for one SIMD level and element type.
struct UpdateLoops {
  void (*sgd)(const SgdUpdate&, const UpdateArrays&);
  void (*asgd)(const AsgdUpdate&, const UpdateArrays&);
  void (*adagrad)(const AdagradUpdate&, const UpdateArrays&);
  void (*adadelta)(const AdadeltaUpdate&, const UpdateArrays&);
  void (*rmsprop)(const RmspropUpdate&, const UpdateArrays&);
  void (*adam)(const AdamUpdate&, const UpdateArrays&);
  void (*adamax)(const AdamaxUpdate&, const UpdateArrays&);
  void (*nadam)(const NadamUpdate&, const UpdateArrays&);
  void (*radam)(const RadamUpdate&, const UpdateArrays&);
  void (*rprop)(const RpropUpdate&, const UpdateArrays&);
  void (*average)(const AverageUpdate&, const UpdateArrays&);
};

struct UpdateTable {
  UpdateLoops of_float;
  UpdateLoops of_double;
};

extern const UpdateTable update_loops_baseline;
#ifdef XTAPE_X86_LEVELS
extern const UpdateTable update_loops_avx2;
extern const UpdateTable update_loops_avx512;
#endif

/// The loops for the SIMD level in use, over float32 or float64.
const UpdateLoops& update_loops(DType dtype);

}  // namespace xtape::optim
