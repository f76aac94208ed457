#pragma once

#include <autograd/tensor.hpp>

namespace xtape {

/// Options of ctc_losses.
struct CtcLossesOptions {
  std::int64_t blank = 0;  ///< the class that stands for no label
};

/// Connectionist temporal classification (Graves et al. 2006): for each example the negative logarithm of the
/// probability that its frames spell its labels, summed over all alignments, where labels may be repeated from frame to
/// frame and blanks stand between them. Infinity where there are too few frames; the gradient is 0 there.
///
/// `log_probabilities` (T, N, C) are logarithms, as log_softmax() gives them; `labels` (N, S), `frame_counts` (N) and
/// `label_counts` (N) are int64 (DtypeError). Example n has the first `frame_counts[n]` frames and the first
/// `label_counts[n]` labels; the rest is not read. The result is (N). Throws ShapeError; IndexError for a count beyond
/// the size, and for a label that is the blank or outside [0, C).
/// Example: `ctc_losses(log_softmax(net(x), 2), labels, frame_counts, label_counts)`.
Tensor ctc_losses(const Tensor& log_probabilities, const Tensor& labels, const Tensor& frame_counts,
                  const Tensor& label_counts, CtcLossesOptions options = {});

}  // namespace xtape
