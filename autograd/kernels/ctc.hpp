#pragma once

#include <cstddef>
#include <cstdint>

/// Connectionist temporal classification (Graves et al. 2006): how likely a sequence of frames, each with a logarithm
/// of probability for every class, spells given labels, over all ways to align them. In logarithms and in double.
namespace xtape::kernels {

/// The labels of one example with a blank around each: a path stays, moves on by one, or by two where that only skips a
/// blank between different labels.
struct CtcPath {
  const std::int64_t* labels;
  std::size_t count;
  std::int64_t blank;

  std::size_t states() const noexcept { return 2 * count + 1; }
  std::int64_t label(std::size_t state) const noexcept { return state % 2 == 0 ? blank : labels[state / 2]; }
  /// Whether `state` is reached from the one two before it.
  bool skips_to(std::size_t state) const noexcept {
    return state % 2 == 1 && state > 1 && labels[state / 2] != labels[state / 2 - 1];
  }
};

/// The frames of one example: `frames` rows of logarithms, `step` elements apart.
template <class T>
struct CtcFrames {
  const T* values;
  std::size_t frames;
  std::size_t step;

  double at(std::size_t frame, std::int64_t label) const noexcept {
    return static_cast<double>(values[frame * step + static_cast<std::size_t>(label)]);
  }
};

/// Writes into `alpha`, (frames, states), the logarithm of the probability of all paths through the first frames that
/// end in each state. Returns the negative logarithm of that of all whole paths: infinity where there is none.
template <class T>
double ctc_forward(const CtcFrames<T>& frames, const CtcPath& path, double* alpha);

/// Adds to `gradient`, laid out as the frames are, `upstream` times the derivative of the loss by each of their
/// logarithms; nothing where the loss is infinite. `alpha` and `loss` are those of ctc_forward(), `scratch` has room
/// for two rows of states.
template <class T>
void ctc_backward(const CtcFrames<T>& frames, const CtcPath& path, const double* alpha, double loss, double upstream,
                  double* scratch, T* gradient);

}  // namespace xtape::kernels
