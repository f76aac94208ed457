#include <nn/ctc_loss.hpp>

#include <autograd/factories.hpp>
#include <autograd/ops/ctc.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/ops/slice.hpp>
#include <nn/reduced.hpp>

#include <limits>

namespace xtape::nn {

namespace {

// Labels that follow one another as rows of a matrix.
Tensor rows_of(const Tensor& labels, const Tensor& counts) {
  std::vector<std::size_t> sizes;
  std::size_t total = 0, longest = 0;
  for (std::size_t n = 0; n < counts.size(); ++n) {
    const auto count = counts.item<std::int64_t>(static_cast<std::ptrdiff_t>(n));
    sizes.push_back(static_cast<std::size_t>(std::max<std::int64_t>(count, 0)));
    total += sizes.back();
    longest = std::max(longest, sizes.back());
  }
  if (total != labels.size()) {
    throw ShapeError("ctc_loss: targets of shape " + to_string(labels.shape()) + " for target_lengths that add up to " +
                     std::to_string(total));
  }
  const Tensor rows = zeros({counts.size(), longest}, {.dtype = int64});
  const Tensors parts = split(labels, sizes, 0);
  for (std::size_t n = 0; n < parts.size(); ++n) {
    const auto width = static_cast<std::ptrdiff_t>(sizes[n]);
    view(rows, {static_cast<std::ptrdiff_t>(n), xt::range(0, width)}).assign(parts[n]);
  }
  return rows;
}

}  // namespace

Tensor ctc_loss(const Tensor& log_probabilities, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, const CtcOptions& options) {
  if (log_probabilities.dimension() == 2) {
    const auto batch = [](const Tensor& x) { return expand_dims(x, 0); };
    const Tensor loss = ctc_loss(expand_dims(log_probabilities, 1), batch(targets), batch(input_lengths),
                                 batch(target_lengths), options);
    return options.reduction == Reduce::none ? squeeze(loss, {0}) : loss;
  }
  const bool joined = targets.dimension() == 1 && targets.dtype() == int64 && target_lengths.dimension() == 1;
  Tensor losses = ctc_losses(log_probabilities, joined ? rows_of(targets, target_lengths) : targets, input_lengths,
                             target_lengths, {.blank = options.blank});
  if (options.zero_infinity) losses = where(equal(losses, std::numeric_limits<double>::infinity()), 0.0, losses);
  if (options.reduction == Reduce::mean) losses = losses / astype(maximum(target_lengths, 1), losses.dtype());
  return reduced(losses, options.reduction);
}

}  // namespace xtape::nn
