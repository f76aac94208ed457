#include <autograd/engine.hpp>
#include <autograd/factories.hpp>
#include <autograd/kernels/ctc.hpp>
#include <autograd/kernels/parallel.hpp>
#include <autograd/ops/ctc.hpp>
#include <autograd/ops/index.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/reduce.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/ops/slice.hpp>
#include <autograd/ops/softmax.hpp>
#include <autograd/record.hpp>

#include <limits>

namespace xtape {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// What the frames are to spell: checked, contiguous, and not changed from outside any more.
struct Spelling {
  Tensor labels, frame_counts, label_counts;
  std::int64_t blank;
  std::size_t most_states;  // of any example

  kernels::CtcPath path(std::size_t n) const {
    const auto* row = labels.data<std::int64_t>() + n * labels.shape(1);
    return {row, static_cast<std::size_t>(label_counts.data<std::int64_t>()[n]), blank};
  }
  std::size_t frames(std::size_t n) const { return static_cast<std::size_t>(frame_counts.data<std::int64_t>()[n]); }
};
using SpellingPtr = std::shared_ptr<const Spelling>;

void require_counts(const char* what, const Tensor& counts, std::size_t examples, std::size_t most) {
  if (counts.shape() != Shape{examples}) {
    throw ShapeError("ctc_losses: " + std::string(what) + " of shape " + to_string(counts.shape()) + " for " +
                     std::to_string(examples) + " examples; they must be " + to_string(Shape{examples}));
  }
  for (std::size_t n = 0; n < examples; ++n) {
    const std::int64_t count = counts.data<std::int64_t>()[n];
    if (count >= 0 && count <= static_cast<std::int64_t>(most)) continue;
    throw IndexError("ctc_losses: " + std::string(what) + "[" + std::to_string(n) + "] is " + std::to_string(count) +
                     "; it must be in [0, " + std::to_string(most) + "]");
  }
}

void require_labels(const Spelling& spelling, std::size_t examples, std::size_t classes) {
  for (std::size_t n = 0; n < examples; ++n) {
    const kernels::CtcPath path = spelling.path(n);
    for (std::size_t i = 0; i < path.count; ++i) {
      const std::int64_t label = path.labels[i];
      if (label >= 0 && label < static_cast<std::int64_t>(classes) && label != path.blank) continue;
      throw IndexError("ctc_losses: label " + std::to_string(label) + " of example " + std::to_string(n) + " of " +
                       std::to_string(classes) + " classes, of which " + std::to_string(path.blank) + " is the blank");
    }
  }
}

SpellingPtr spelling_of(const Tensor& x, const Tensor& labels, const Tensor& frame_counts, const Tensor& label_counts,
                        std::int64_t blank) {
  for (const Tensor& given : {labels, frame_counts, label_counts}) {
    if (given.dtype() == int64) continue;
    throw DtypeError(std::string("ctc_losses: labels and counts are int64, not ") + to_string(given.dtype()));
  }
  if (x.dimension() != 3 || labels.dimension() != 2 || labels.shape(0) != x.shape(1)) {
    throw ShapeError("ctc_losses: log_probabilities of shape " + to_string(x.shape()) + " and labels of shape " +
                     to_string(labels.shape()) + "; they must be (T, N, C) and (N, S)");
  }
  const std::size_t frames = x.shape(0), examples = x.shape(1), classes = x.shape(2);
  if (blank < 0 || blank >= static_cast<std::int64_t>(classes)) {
    throw IndexError("ctc_losses: the blank " + std::to_string(blank) + " for log_probabilities of shape " +
                     to_string(x.shape()) + "; it must be one of " + std::to_string(classes) + " classes");
  }
  Spelling result{labels.clone(), frame_counts.clone(), label_counts.clone(), blank, 1};
  require_counts("frame_counts", result.frame_counts, examples, frames);
  require_counts("label_counts", result.label_counts, examples, labels.shape(1));
  require_labels(result, examples, classes);
  for (std::size_t n = 0; n < examples; ++n) result.most_states = std::max(result.most_states, result.path(n).states());
  return std::make_shared<const Spelling>(std::move(result));
}

// Calls function(n, frames) for every example of contiguous logarithms.
template <class T, class F>
void for_each_example(const Tensor& x, const Spelling& spelling, const F& function) {
  constexpr std::size_t exponentials = 40;  // what a state costs, in plain operations
  const std::size_t examples = x.shape(1), classes = x.shape(2);
  kernels::parallel_rows(
      examples, x.shape(0) * spelling.most_states * exponentials, [&](std::size_t begin, std::size_t end) {
        for (std::size_t n = begin; n < end; ++n) {
          function(n, kernels::CtcFrames<T>{x.data<T>() + n * classes, spelling.frames(n), examples * classes});
        }
      });
}

// What the gradient needs, float64.
struct Forward {
  Tensor losses;  // (N)
  Tensor alpha;   // (N, T, states)
};

Forward run_forward(const Tensor& x, const Spelling& spelling) {
  const std::size_t examples = x.shape(1);
  const Tensor losses = Tensor::uninitialized({examples}, float64);
  const Tensor alpha = Tensor::uninitialized({examples, x.shape(0), spelling.most_states}, float64);
  const std::size_t room = x.shape(0) * spelling.most_states;
  visit_floating(x.dtype(), [&]<class T>(TypeTag<T>) {
    for_each_example<T>(x, spelling, [&](std::size_t n, const kernels::CtcFrames<T>& frames) {
      static_cast<double*>(losses.mutable_data())[n] =
          kernels::ctc_forward(frames, spelling.path(n), static_cast<double*>(alpha.mutable_data()) + n * room);
    });
  });
  return {losses, alpha};
}

Tensor run_backward(const Tensor& x, const Spelling& spelling, const Forward& forward, const Tensor& upstream) {
  const Tensor gradient = zeros(x.shape(), {.dtype = x.dtype()});
  const Tensor g = astype(upstream, float64).contiguous();
  const std::size_t room = x.shape(0) * spelling.most_states;
  visit_floating(x.dtype(), [&]<class T>(TypeTag<T>) {
    for_each_example<T>(x, spelling, [&](std::size_t n, const kernels::CtcFrames<T>& frames) {
      std::vector<double> scratch(2 * spelling.most_states);
      kernels::ctc_backward(frames, spelling.path(n), forward.alpha.data<double>() + n * room,
                            forward.losses.data<double>()[n], g.data<double>()[n], scratch.data(),
                            static_cast<T*>(gradient.mutable_data()) + n * x.shape(2));
    });
  });
  return gradient;
}

// --- the same in tensor operations, for derivatives of higher order

// A row for each example with a constant for each state, also for those that only longer examples have.
template <class T, class F>
Tensor for_each_state(const Spelling& spelling, const F& function) {
  const std::size_t examples = spelling.label_counts.size(), states = spelling.most_states;
  Tensor result = Tensor::uninitialized({examples, states}, dtype_of<T>());
  auto* values = static_cast<T*>(result.mutable_data());
  for (std::size_t n = 0; n < examples; ++n) {
    const kernels::CtcPath path = spelling.path(n);
    for (std::size_t s = 0; s < states; ++s) *values++ = function(path, s);
  }
  return result;
}

// What lies `count` states before each, -inf in front.
Tensor moved(const Tensor& alpha, std::ptrdiff_t count) {
  const auto states = static_cast<std::ptrdiff_t>(alpha.shape(1));
  if (states <= count) return full(alpha.shape(), -infinity, {.dtype = alpha.dtype()});
  const Tensor front = full({alpha.shape(0), static_cast<std::size_t>(count)}, -infinity, {.dtype = alpha.dtype()});
  return concatenate({front, view(alpha, {xt::all(), xt::range(0, states - count)})}, 1);
}

Tensor in_operations(const Tensor& x, const Spelling& spelling) {
  const std::size_t examples = x.shape(1), states = spelling.most_states;
  const Tensor labels = for_each_state<std::int64_t>(spelling, [](const kernels::CtcPath& path, std::size_t s) {
    return s < path.states() ? path.label(s) : path.blank;
  });
  const Tensor skips = for_each_state<bool>(
      spelling, [](const kernels::CtcPath& path, std::size_t s) { return s < path.states() && path.skips_to(s); });
  const Tensor begins = expand_dims(arange(static_cast<double>(states)) < 2.0, 0);
  const Tensor emitted = take_along_axis(x, broadcast_to(labels, {x.shape(0), examples, states}), 2);

  const Tensor frames = expand_dims(spelling.frame_counts, 1);
  Tensor alpha = full({examples, states}, -infinity, {.dtype = x.dtype()});
  for (std::size_t t = 0; t < x.shape(0); ++t) {
    const Tensor own = view(emitted, {static_cast<std::ptrdiff_t>(t)});
    const Tensor next =
        t == 0 ? where(begins, own, -infinity)
               : logaddexp(logaddexp(alpha, moved(alpha, 1)), where(skips, moved(alpha, 2), -infinity)) + own;
    alpha = where(frames > static_cast<std::int64_t>(t), next, alpha);
  }
  const Tensor last = expand_dims(2 * spelling.label_counts, 1);
  const Tensor whole = take_along_axis(alpha, last, 1);
  const Tensor on_label = where(last > 0, take_along_axis(alpha, maximum(last - 1, 0), 1), -infinity);
  Tensor losses = -squeeze(logaddexp(whole, on_label), {1});
  losses = where(equal(losses, infinity), infinity, losses);  // no gradient there
  return where(equal(spelling.frame_counts, 0) && equal(spelling.label_counts, 0), 0.0, losses);
}

Tensor gradient_in_operations(const Tensor& x, const Spelling& spelling, const Tensor& upstream) {
  const bool create_graph = grad_enabled();
  const Tensor place = entry(x, create_graph);
  const GradModeGuard recording(true);
  const Tensor losses = in_operations(place, spelling);
  return gradients_at(losses, {place.impl()->node}, upstream, create_graph)[0];
}

}  // namespace

Tensor ctc_losses(const Tensor& log_probabilities, const Tensor& labels, const Tensor& frame_counts,
                  const Tensor& label_counts, CtcLossesOptions options) {
  const SpellingPtr spelling = spelling_of(log_probabilities, labels, frame_counts, label_counts, options.blank);
  const Tensor x = astype(log_probabilities, as_floating(log_probabilities.dtype())).contiguous();
  if (t_forward_level != 0) return in_operations(x, *spelling);
  const profile::Op profiled("ctc_losses", x, labels);
  const Forward forward = run_forward(x.detach(), *spelling);
  const Tensor result = astype(forward.losses.clone(), x.dtype());  // not what its own rule keeps
  return record("ctc_losses", result, From{x, [x = save(x), spelling, forward](const Tensor& g) {
                                             return derivatives_wanted() ? gradient_in_operations(x.get(), *spelling, g)
                                                                         : run_backward(x.get(), *spelling, forward, g);
                                           }});
}

std::vector<OpEntry> ctc_ops() {
  return {
      {"ctc_losses",
       "softmax",
       "-log of the probability that frames spell labels, over all alignments",
       {XTAPE_CASE(ctc_losses(log_softmax(x[0], 2), index_matrix({{1, 1}, {2, 1}}), index_vector({4, 3}),
                              index_vector({2, 2})),
                   any_value(4, 2, 3)),
        XTAPE_CASE(
            ctc_losses(x[0], index_matrix({{0, 2}, {1, 0}}), index_vector({3, 1}), index_vector({1, 0}), {.blank = 3}),
            any_value(3, 2, 4)),
        XTAPE_CASE(ctc_losses(x[0], index_matrix({{1, 2, 1}}), index_vector({5}), index_vector({3})),
                   any_value(5, 1, 3))}},
  };
}

}  // namespace xtape
