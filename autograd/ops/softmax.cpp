#include <autograd/factories.hpp>
#include <autograd/kernels/softmax.hpp>
#include <autograd/ops/index.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/ops/slice.hpp>
#include <autograd/ops/softmax.hpp>
#include <autograd/record.hpp>

namespace xtape {

namespace {

std::size_t row_count(const Tensor& rows) { return rows.size() == 0 ? 0 : rows.size() / rows.shape(-1); }

// Calls `run` on tensors whose last axis is `axis` of the given ones, contiguous, and turns its result back.
template <class F, class... Given>
Tensor along_rows(std::ptrdiff_t axis, const F& run, const Given&... given) {
  const bool last = (axis == -1) || ((axis + 1 == static_cast<std::ptrdiff_t>(given.dimension())) && ...);
  if (last) return run(given.contiguous()...);
  return swapaxes(run(swapaxes(given, axis, -1).contiguous()...), axis, -1).contiguous();
}

Tensor run_softmax(const char* op, const Tensor& x, std::ptrdiff_t axis, bool logarithm) {
  normalize_axis(axis, x.dimension(), op);
  const auto run = [&](const Tensor& rows) {
    Tensor result = Tensor::uninitialized(rows.shape(), rows.dtype());
    visit_floating(rows.dtype(), [&]<class T>(TypeTag<T>) {
      kernels::softmax(rows.data<T>(), row_count(rows), rows.shape(-1), logarithm,
                       static_cast<T*>(result.mutable_data()));
    });
    return result;
  };
  return along_rows(axis, run, astype(x, as_floating(x.dtype())));
}

// Gradient of softmax, or of its logarithm, from the result `y`.
Tensor softmax_gradient(const Tensor& g, const Tensor& y, std::ptrdiff_t axis, bool logarithm) {
  if (derivatives_wanted()) {
    return logarithm ? g - exp(y) * sum(g, Axes{axis}, keep_dims) : y * (g - sum(g * y, Axes{axis}, keep_dims));
  }
  const profile::Op profiled("softmax_gradient", g, y);
  const auto run = [&](const Tensor& upstream, const Tensor& result) {
    Tensor gradient = Tensor::uninitialized(result.shape(), result.dtype());
    visit_floating(result.dtype(), [&]<class T>(TypeTag<T>) {
      kernels::softmax_gradient(result.data<T>(), upstream.data<T>(), row_count(result), result.shape(-1), logarithm,
                                static_cast<T*>(gradient.mutable_data()));
    });
    return gradient;
  };
  return profiled.result(along_rows(axis, run, g, y));
}

}  // namespace

Tensor softmax(const Tensor& x, std::ptrdiff_t axis) {
  const profile::Op profiled("softmax", x);
  return record("softmax", run_softmax("softmax", x.detach(), axis, false),
                From{x, [axis](const Tensor& g, const Tensor& y) { return softmax_gradient(g, y, axis, false); }});
}

Tensor softmin(const Tensor& x, std::ptrdiff_t axis) { return softmax(-x, axis); }

Tensor log_softmax(const Tensor& x, std::ptrdiff_t axis) {
  const profile::Op profiled("log_softmax", x);
  return record("log_softmax", run_softmax("log_softmax", x.detach(), axis, true),
                From{x, [axis](const Tensor& g, const Tensor& y) { return softmax_gradient(g, y, axis, true); }});
}

namespace {

// The mask as the kernel walks it along the rows of `x`.
kernels::RowMask row_mask(const Tensor& x, const Tensor& mask, bool causal) {
  kernels::RowMask rows;
  rows.causal = causal;
  rows.outer = Shape(x.shape().begin(), x.shape().end() - 1);
  if (!mask.defined()) return rows;
  if (mask.dtype() != boolean) {
    throw DtypeError(std::string("masked_softmax: the mask is ") + to_string(mask.dtype()) +
                     "; it must be boolean, true where an element takes part");
  }
  if (!broadcasts_to(mask.shape(), x.shape())) {
    throw ShapeError("masked_softmax: a mask of shape " + to_string(mask.shape()) + " does not broadcast to " +
                     to_string(x.shape()));
  }
  const Strides strides = broadcast_strides(mask.shape(), mask.strides(), x.shape());
  rows.data = static_cast<const bool*>(mask.raw_data());
  rows.strides = Strides(strides.begin(), strides.end() - 1);
  rows.step = strides.back();
  return rows;
}

}  // namespace

Tensor masked_softmax(Tensor x, const Tensor& mask, bool causal) {
  if (x.dimension() < (causal ? 2u : 1u)) {
    throw ShapeError("masked_softmax: an input of shape " + to_string(x.shape()) +
                     (causal ? "; with a causal mask it must be (..., queries, keys)" : " has no axis"));
  }
  const DType dtype = as_floating(x.dtype());
  if (x.dtype() != dtype) x = astype(x, dtype);
  const kernels::RowMask rows = row_mask(x, mask, causal);
  const profile::Op profiled("masked_softmax", x, mask);
  const bool overwrite = x.impl()->exclusive();
  const Tensor input = overwrite ? x : x.detach().contiguous();
  const Tensor result =
      overwrite ? Tensor(TensorImpl::view(*x.impl(), x.shape(), x.strides())) : Tensor::uninitialized(x.shape(), dtype);
  visit_floating(dtype, [&]<class T>(TypeTag<T>) {
    kernels::masked_softmax(input.data<T>(), row_count(input), input.shape(-1), rows,
                            static_cast<T*>(result.mutable_data()));
  });
  if (overwrite) profile::count_bytes(2 * result.size() * item_bytes(dtype));
  return record("masked_softmax", result,
                From{x, [](const Tensor& g, const Tensor& y) { return softmax_gradient(g, y, -1, false); }});
}

namespace {

Tensor run_cross_entropy(const Tensor& scores, const Tensor& targets) {
  Tensor losses = Tensor::uninitialized(targets.shape(), scores.dtype());
  visit_floating(scores.dtype(), [&]<class T>(TypeTag<T>) {
    kernels::cross_entropy(scores.data<T>(), targets.data<std::int64_t>(), row_count(scores), scores.shape(-1),
                           static_cast<T*>(losses.mutable_data()));
  });
  return losses;
}

// d loss / d logits = softmax(logits) - one_hot(target), for each example, times its upstream gradient: one number, or
// one for each of `classes`.
Tensor score_gradient(const Tensor& upstream, const Tensor& x, const Tensor& classes, double scale) {
  const Tensor one = full(classes.shape(), -1.0, {.dtype = x.dtype()});
  return scatter_add(softmax(x, 1), 1, classes, one) * (upstream * scale);
}

Tensor score_gradient_by_rows(const Tensor& upstream, const Tensor& x, const Tensor& classes, double scale) {
  const profile::Op profiled("cross_entropy_gradient", upstream, x, classes);
  const bool one_number = upstream.dimension() == 0;
  const auto run = [&](const Tensor& scores, const Tensor& targets, const Tensor& g) {
    Tensor result = Tensor::uninitialized(scores.shape(), scores.dtype());
    visit_floating(scores.dtype(), [&]<class T>(TypeTag<T>) {
      kernels::cross_entropy_gradient(scores.data<T>(), targets.data<std::int64_t>(), row_count(scores),
                                      scores.shape(-1), g.data<T>(), one_number ? 0 : 1, scale,
                                      static_cast<T*>(result.mutable_data()));
    });
    return result;
  };
  if (one_number) {
    const auto run_shared = [&](const Tensor& scores, const Tensor& targets) { return run(scores, targets, upstream); };
    return profiled.result(along_rows(1, run_shared, x, classes));
  }
  return profiled.result(along_rows(1, run, x, classes, upstream));
}

}  // namespace

void check_classes(const char* op, const Tensor& scores, const Tensor& classes) {
  const auto count = static_cast<std::int64_t>(scores.shape(1));
  const Tensor values = classes.contiguous();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::int64_t number = values.data<std::int64_t>()[i];
    if (number >= 0 && number < count) continue;
    throw IndexError(std::string(op) + ": class " + std::to_string(number) + " for scores of " + std::to_string(count) +
                     " classes, shape " + to_string(scores.shape()));
  }
}

Tensor cross_entropy(const Tensor& logits, const Tensor& targets, Reduce reduce) {
  Shape expected = logits.shape();
  if (logits.dimension() >= 2) expected.erase(expected.begin() + 1);
  if (logits.dimension() < 2 || targets.shape() != expected) {
    throw ShapeError("cross_entropy: scores of shape " + to_string(logits.shape()) + " and targets of shape " +
                     to_string(targets.shape()) + "; they must be (N, C, ...) and (N, ...)");
  }
  if (targets.dtype() != int64) {
    throw DtypeError(std::string("cross_entropy: targets are class numbers, int64, not ") + to_string(targets.dtype()));
  }
  check_classes("cross_entropy", logits, targets);
  const profile::Op profiled("cross_entropy", logits, targets);
  const Tensor classes = expand_dims(targets, 1);
  Tensor losses =
      squeeze(along_rows(1, run_cross_entropy, astype(logits.detach(), as_floating(logits.dtype())), classes), Axes{1});
  const double scale = reduce == Reduce::mean ? 1.0 / static_cast<double>(targets.size()) : 1.0;
  if (reduce != Reduce::none) losses = sum(losses) * scale;
  return record("cross_entropy", losses,
                From{logits, [logits = save(logits), saved_classes = save(classes), scale, reduce](const Tensor& g) {
                       const Tensor upstream = reduce == Reduce::none ? expand_dims(g, 1) : g;
                       const auto gradient = derivatives_wanted() ? score_gradient : score_gradient_by_rows;
                       return gradient(upstream, logits.get(), saved_classes.get(), scale);
                     }});
}

namespace {

Tensor case_mask() { return Tensor(xt::xarray<bool>{{true, false, true}, {false, true, true}}); }

}  // namespace

std::vector<OpEntry> softmax_ops() {
  return {
      {"softmax",
       "softmax",
       "exp(x) / sum(exp(x)) along an axis",
       {XTAPE_CASE(softmax(x[0]), any_value(2, 3)), XTAPE_CASE(softmax(x[0], 0), any_value(20, 3)),
        XTAPE_CASE(softmax(x[0], 1), any_value(2, 3, 2)), XTAPE_CASE(softmax(x[0]), any_value(0, 3))},
       {},
       {},
       {"y * (g - sum(g * y))"}},
      {"softmin",
       "softmax",
       "softmax(-x)",
       {XTAPE_CASE(softmin(x[0]), any_value(2, 3)), XTAPE_CASE(softmin(x[0], 0), any_value(3, 2))}},
      {"masked_softmax",
       "softmax",
       "softmax over the elements that take part",
       {XTAPE_CASE(masked_softmax(x[0], case_mask()), any_value(2, 3)),
        XTAPE_CASE(masked_softmax(x[0], view(case_mask(), {xt::all(), xt::range(1, 2)})), any_value(2, 2, 3)),
        XTAPE_CASE(masked_softmax(x[0], {}, true), any_value(2, 3, 4)),
        XTAPE_CASE(masked_softmax(x[0], case_mask(), true), any_value(2, 2, 3)),
        XTAPE_CASE(masked_softmax(x[0] * 2.0, {}), any_value(4)),
        XTAPE_CASE(masked_softmax(x[0], {}, true), any_value(0, 3))}},
      {"log_softmax",
       "softmax",
       "log(softmax(x))",
       {XTAPE_CASE(log_softmax(x[0]), any_value(2, 37)), XTAPE_CASE(log_softmax(x[0], 0), any_value(2, 3))},
       {},
       {},
       {"g - exp(y) * sum(g)"}},
      {"cross_entropy",
       "softmax",
       "-log_softmax(scores)[target]",
       {XTAPE_CASE(cross_entropy(x[0], index_vector({1, 0, 2})), any_value(3, 4)),
        XTAPE_CASE(cross_entropy(x[0], index_vector({1, 0}), Reduce::none), any_value(2, 3)),
        XTAPE_CASE(cross_entropy(x[0], index_matrix({{1, 0}, {2, 2}}), Reduce::sum), any_value(2, 3, 2))},
       {},
       {},
       {"g * (softmax(x) - one_hot(target))"}},
  };
}

}  // namespace xtape
