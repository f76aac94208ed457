#pragma once

#include <autograd/ops/softmax.hpp>

namespace xtape::nn {

/// Options of ctc_loss.
struct CtcOptions {
  std::int64_t blank = 0;           ///< the class that stands for no label
  Reduce reduction = Reduce::mean;  ///< the mean is over the examples, each loss divided by its number of labels
  bool zero_infinity = false;       ///< losses of examples with too few frames for their labels become 0
};
/// Connectionist temporal classification, for sequences whose labels are not aligned with their frames; ctc_losses()
/// says what is computed. `log_probabilities` (T, N, C) come from log_softmax(); `targets` are labels (N, S), or all of
/// them one after the other; `input_lengths` and `target_lengths` (N) say how many frames and labels each example has.
/// All three are int64. A single example is (T, C), (S), () and (). Throws ShapeError, DtypeError, IndexError.
/// Example: `nn::ctc_loss(log_softmax(net(x), 2), labels, frames, lengths, {.zero_infinity = true}).backward();`
Tensor ctc_loss(const Tensor& log_probabilities, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, const CtcOptions& options = {});

}  // namespace xtape::nn
