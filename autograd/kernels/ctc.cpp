#include <autograd/kernels/ctc.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace xtape::kernels {

namespace {

constexpr double nothing = -std::numeric_limits<double>::infinity();

// log(e^a + e^b + e^c)
double log_sum(double a, double b, double c) {
  const double most = std::max({a, b, c});
  if (most == nothing) return nothing;
  const auto share = [most](double x) { return x == nothing ? 0.0 : std::exp(x - most); };
  return most + std::log(share(a) + share(b) + share(c));
}

}  // namespace

template <class T>
double ctc_forward(const CtcFrames<T>& frames, const CtcPath& path, double* alpha) {
  const std::size_t states = path.states();
  if (frames.frames == 0) return path.count == 0 ? 0.0 : -nothing;
  std::fill_n(alpha, states, nothing);
  for (std::size_t s = 0; s < std::min<std::size_t>(states, 2); ++s) alpha[s] = frames.at(0, path.label(s));
  for (std::size_t t = 1; t < frames.frames; ++t) {
    const double* before = alpha;
    alpha += states;
    for (std::size_t s = 0; s < states; ++s) {
      const double moved = s > 0 ? before[s - 1] : nothing;
      const double skipped = path.skips_to(s) ? before[s - 2] : nothing;
      alpha[s] = log_sum(before[s], moved, skipped) + frames.at(t, path.label(s));
    }
  }
  return -log_sum(alpha[states - 1], states > 1 ? alpha[states - 2] : nothing, nothing);
}

template <class T>
void ctc_backward(const CtcFrames<T>& frames, const CtcPath& path, const double* alpha, double loss, double upstream,
                  double* scratch, T* gradient) {
  if (frames.frames == 0 || !std::isfinite(loss)) return;
  const std::size_t states = path.states();
  // The probability of all ways to go on from each state after this frame, and the same with this frame's own.
  double *after = scratch, *from = scratch + states;
  std::fill_n(after, states, nothing);
  for (std::size_t s = states - std::min<std::size_t>(states, 2); s < states; ++s) after[s] = 0.0;
  for (std::size_t t = frames.frames; t-- > 0;) {
    for (std::size_t s = 0; s < states; ++s) {
      const std::int64_t label = path.label(s);
      const double share = std::exp(alpha[t * states + s] + after[s] + loss);  // of the paths through state s
      gradient[t * frames.step + static_cast<std::size_t>(label)] -= static_cast<T>(upstream * share);
      from[s] = after[s] + frames.at(t, label);
    }
    for (std::size_t s = 0; s < states; ++s) {
      const double moved = s + 1 < states ? from[s + 1] : nothing;
      const double skipped = s + 2 < states && path.skips_to(s + 2) ? from[s + 2] : nothing;
      after[s] = log_sum(from[s], moved, skipped);
    }
  }
}

#define XTAPE_FOR(T)                                                         \
  template double ctc_forward(const CtcFrames<T>&, const CtcPath&, double*); \
  template void ctc_backward(const CtcFrames<T>&, const CtcPath&, const double*, double, double, double*, T*);
XTAPE_FOR(float)
XTAPE_FOR(double)
#undef XTAPE_FOR

}  // namespace xtape::kernels
