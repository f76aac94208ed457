// The update rules over spans. CMake compiles this file once for each SIMD level.

#include <autograd/kernels/simd_batch.hpp>
#include <optim/update_loops.hpp>

#if defined(XTAPE_LEVEL_AVX512)
#define XTAPE_TABLE update_loops_avx512
#elif defined(XTAPE_LEVEL_AVX2)
#define XTAPE_TABLE update_loops_avx2
#else
#define XTAPE_TABLE update_loops_baseline
#endif

namespace xtape::optim {

namespace {

template <class T>
using Batch = xsimd::batch<T, kernels::Architecture>;

template <class T>
Batch<T> constant(double value) {
  return Batch<T>(static_cast<T>(value));
}

// Calls formula(p, state, g) for every batch and stores what it leaves in p and the state. The last elements go through
// one batch padded with zeros, so that all see the same arithmetic. What is kept by no array reads as zero.
template <class T, std::size_t states, class F>
void update_spans(const GradientTerms& terms, const UpdateArrays& arrays, const F& formula) {
  constexpr std::size_t width = Batch<T>::size, count = states + 1;
  const auto decay = constant<T>(terms.weight_decay);
  const bool decays = terms.weight_decay != 0.0, maximize = terms.maximize;
  T* targets[count] = {static_cast<T*>(arrays.parameter)};
  for (std::size_t s = 0; s < states; ++s) targets[s + 1] = static_cast<T*>(arrays.state[s]);
  const auto* gradient = static_cast<const T*>(arrays.gradient);

  Batch<T> values[count];
  for (auto& value : values) value = constant<T>(0.0);
  const auto update = [&](Batch<T> g) {
    if (maximize) g = -g;
    if (decays) g += decay * values[0];
    formula(values[0], values + 1, g);
  };

  std::size_t n = arrays.begin;
  for (; n + width <= arrays.end; n += width) {
    for (std::size_t a = 0; a < count; ++a) {
      if (targets[a]) values[a] = Batch<T>::load_unaligned(targets[a] + n);
    }
    update(Batch<T>::load_unaligned(gradient + n));
    for (std::size_t a = 0; a < count; ++a) {
      if (targets[a]) values[a].store_unaligned(targets[a] + n);
    }
  }
  if (n == arrays.end) return;
  const std::size_t rest = (arrays.end - n) * sizeof(T);
  alignas(64) T padded[width] = {};
  for (std::size_t a = 0; a < count; ++a) {
    if (!targets[a]) continue;
    std::memcpy(padded, targets[a] + n, rest);
    values[a] = Batch<T>::load_aligned(padded);
  }
  std::memcpy(padded, gradient + n, rest);
  update(Batch<T>::load_aligned(padded));
  for (std::size_t a = 0; a < count; ++a) {
    if (!targets[a]) continue;
    values[a].store_aligned(padded);
    std::memcpy(targets[a] + n, padded, rest);
  }
}

// --- the formulas

// A running mean of the gradient and one of its square: state 0 and 1 of Adam and its relatives.
template <class T>
struct Moments {
  Moments(double beta1, double beta2)
      : new1(constant<T>(1.0 - beta1)), keep2(constant<T>(beta2)), new2(constant<T>(1.0 - beta2)) {}
  void update(Batch<T>* state, Batch<T> g) const {
    state[0] += new1 * (g - state[0]);
    state[1] = keep2 * state[1] + new2 * g * g;
  }
  Batch<T> new1, keep2, new2;
};

template <class T>
void sgd(const SgdUpdate& u, const UpdateArrays& arrays) {
  const auto rate = constant<T>(u.rate), momentum = constant<T>(u.momentum), take = constant<T>(u.take);
  const bool moves = u.momentum != 0.0, nesterov = u.nesterov;
  update_spans<T, 1>(u.terms, arrays, [&](Batch<T>& p, Batch<T>* state, Batch<T> g) {
    if (moves) {
      state[0] = momentum * state[0] + take * g;
      g = nesterov ? g + momentum * state[0] : state[0];
    }
    p -= rate * g;
  });
}

template <class T>
void asgd(const AsgdUpdate& u, const UpdateArrays& arrays) {
  const auto keep = constant<T>(u.keep), rate = constant<T>(u.rate), mix = constant<T>(u.mix);
  const bool copies = u.mix == 1.0;
  update_spans<T, 1>(u.terms, arrays, [&](Batch<T>& p, Batch<T>* state, Batch<T> g) {
    p = keep * p - rate * g;
    state[0] = copies ? p : state[0] + (p - state[0]) * mix;
  });
}

template <class T>
void adagrad(const AdagradUpdate& u, const UpdateArrays& arrays) {
  const auto rate = constant<T>(u.rate), eps = constant<T>(u.eps);
  update_spans<T, 1>(u.terms, arrays, [&](Batch<T>& p, Batch<T>* state, Batch<T> g) {
    state[0] += g * g;
    p -= rate * g / (xsimd::sqrt(state[0]) + eps);
  });
}

template <class T>
void adadelta(const AdadeltaUpdate& u, const UpdateArrays& arrays) {
  const auto rate = constant<T>(u.rate), rho = constant<T>(u.rho), rest = constant<T>(1.0 - u.rho);
  const auto eps = constant<T>(u.eps);
  update_spans<T, 2>(u.terms, arrays, [&](Batch<T>& p, Batch<T>* state, Batch<T> g) {
    state[0] = rho * state[0] + rest * g * g;
    const auto delta = xsimd::sqrt(state[1] + eps) / xsimd::sqrt(state[0] + eps) * g;
    state[1] = rho * state[1] + rest * delta * delta;
    p -= rate * delta;
  });
}

template <class T>
void rmsprop(const RmspropUpdate& u, const UpdateArrays& arrays) {
  const auto rate = constant<T>(u.rate), alpha = constant<T>(u.alpha), rest = constant<T>(1.0 - u.alpha);
  const auto eps = constant<T>(u.eps), momentum = constant<T>(u.momentum), zero = constant<T>(0.0);
  const bool centered = u.centered, moves = u.momentum != 0.0;
  update_spans<T, 3>(u.terms, arrays, [&](Batch<T>& p, Batch<T>* state, Batch<T> g) {
    state[0] = alpha * state[0] + rest * g * g;
    auto variance = state[0];
    if (centered) {
      state[2] = alpha * state[2] + rest * g;
      variance = xsimd::max(variance - state[2] * state[2], zero);  // rounding can take it below zero
    }
    auto delta = g / (xsimd::sqrt(variance) + eps);
    if (moves) delta = state[1] = momentum * state[1] + delta;
    p -= rate * delta;
  });
}

template <class T>
void adam(const AdamUpdate& u, const UpdateArrays& arrays) {
  const Moments<T> moments(u.beta1, u.beta2);
  const auto eps = constant<T>(u.eps), keep = constant<T>(u.keep), step = constant<T>(u.step);
  const auto root_scale = constant<T>(u.root_scale);
  const bool amsgrad = arrays.state[2] != nullptr, decays = u.keep != 1.0;
  update_spans<T, 3>(u.terms, arrays, [&](Batch<T>& p, Batch<T>* state, Batch<T> g) {
    moments.update(state, g);
    if (amsgrad) state[2] = xsimd::max(state[2], state[1]);
    const auto denominator = xsimd::sqrt(amsgrad ? state[2] : state[1]) * root_scale + eps;
    if (decays) p *= keep;
    p -= step * state[0] / denominator;
  });
}

template <class T>
void adamax(const AdamaxUpdate& u, const UpdateArrays& arrays) {
  const auto new1 = constant<T>(1.0 - u.beta1), beta2 = constant<T>(u.beta2), eps = constant<T>(u.eps);
  const auto step = constant<T>(u.step);
  update_spans<T, 2>(u.terms, arrays, [&](Batch<T>& p, Batch<T>* state, Batch<T> g) {
    state[0] += new1 * (g - state[0]);
    state[1] = xsimd::max(beta2 * state[1], xsimd::abs(g) + eps);
    p -= step * state[0] / state[1];
  });
}

template <class T>
void nadam(const NadamUpdate& u, const UpdateArrays& arrays) {
  const Moments<T> moments(u.beta1, u.beta2);
  const auto eps = constant<T>(u.eps), root_scale = constant<T>(u.root_scale);
  const auto gradient_step = constant<T>(u.gradient_step), mean_step = constant<T>(u.mean_step);
  update_spans<T, 2>(u.terms, arrays, [&](Batch<T>& p, Batch<T>* state, Batch<T> g) {
    moments.update(state, g);
    p -= (gradient_step * g + mean_step * state[0]) / (xsimd::sqrt(state[1]) * root_scale + eps);
  });
}

template <class T>
void radam(const RadamUpdate& u, const UpdateArrays& arrays) {
  const Moments<T> moments(u.beta1, u.beta2);
  const auto eps = constant<T>(u.eps), step = constant<T>(u.step);
  const bool rectified = u.rectified;
  update_spans<T, 2>(u.terms, arrays, [&](Batch<T>& p, Batch<T>* state, Batch<T> g) {
    moments.update(state, g);
    p -= rectified ? step * state[0] / (xsimd::sqrt(state[1]) + eps) : step * state[0];
  });
}

template <class T>
void rprop(const RpropUpdate& u, const UpdateArrays& arrays) {
  const auto etaminus = constant<T>(u.etaminus), etaplus = constant<T>(u.etaplus);
  const auto smallest = constant<T>(u.smallest), largest = constant<T>(u.largest);
  const auto zero = constant<T>(0.0), one = constant<T>(1.0);
  update_spans<T, 2>(u.terms, arrays, [&](Batch<T>& p, Batch<T>* state, Batch<T> g) {
    const auto product = g * state[0];
    const auto factor = xsimd::select(product > zero, etaplus, xsimd::select(product < zero, etaminus, one));
    state[1] = xsimd::min(xsimd::max(state[1] * factor, smallest), largest);
    g = xsimd::select(product < zero, zero, g);
    p -= xsimd::select(g > zero, state[1], xsimd::select(g < zero, -state[1], zero));
    state[0] = g;
  });
}

template <class T>
void average(const AverageUpdate& u, const UpdateArrays& arrays) {
  const auto keep = constant<T>(u.keep), take = constant<T>(1.0 - u.keep);
  update_spans<T, 0>({}, arrays, [&](Batch<T>& p, Batch<T>*, Batch<T> q) { p = keep * p + take * q; });
}

template <class T>
constexpr UpdateLoops loops = {sgd<T>,    asgd<T>,  adagrad<T>, adadelta<T>, rmsprop<T>, adam<T>,
                               adamax<T>, nadam<T>, radam<T>,   rprop<T>,    average<T>};

}  // namespace

const UpdateTable XTAPE_TABLE = {loops<float>, loops<double>};

}  // namespace xtape::optim
