#include <autograd/factories.hpp>
#include <autograd/kernels/softmax.hpp>
#include <autograd/ops/index.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/ops/softmax.hpp>
#include <autograd/record.hpp>

namespace xtape {

namespace {

Tensor run_softmax(const char* op, const Tensor& x, std::ptrdiff_t axis, bool logarithm) {
  const std::size_t along = normalize_axis(axis, x.dimension(), op);
  if (along + 1 != x.dimension()) {
    const Tensor moved = swapaxes(x, axis, -1);
    return swapaxes(run_softmax(op, moved, -1, logarithm), axis, -1).contiguous();
  }
  const Tensor input = astype(x, as_floating(x.dtype())).contiguous();
  Tensor result = Tensor::uninitialized(x.shape(), input.dtype());
  const std::size_t width = x.shape(-1);
  visit_dtype(input.dtype(), [&]<class T>(TypeTag<T>) {
    if constexpr (std::is_floating_point_v<T>) {
      kernels::softmax(input.data<T>(), width == 0 ? 0 : x.size() / width, width, logarithm,
                       static_cast<T*>(result.mutable_data()));
    }
  });
  return result;
}

}  // namespace

Tensor softmax(const Tensor& x, std::ptrdiff_t axis) {
  return record(
      "softmax", run_softmax("softmax", x.detach(), axis, false),
      From{x, [axis](const Tensor& g, const Tensor& y) { return y * (g - sum(g * y, Axes{axis}, keep_dims)); }});
}

Tensor log_softmax(const Tensor& x, std::ptrdiff_t axis) {
  return record(
      "log_softmax", run_softmax("log_softmax", x.detach(), axis, true),
      From{x, [axis](const Tensor& g, const Tensor& y) { return g - exp(y) * sum(g, Axes{axis}, keep_dims); }});
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
  const Tensor classes = expand_dims(targets, 1);
  const Tensor scores = logits.detach();
  const auto class_count = static_cast<std::int64_t>(logits.shape(1));
  const Tensor outside = logical_or(targets < 0, targets >= class_count);
  if (any(outside).item<bool>()) {
    const std::int64_t wrong = targets.item<std::int64_t>(argmax(outside).item<std::int64_t>());
    throw IndexError("cross_entropy: class " + std::to_string(wrong) + " for scores of " + std::to_string(class_count) +
                     " classes, shape " + to_string(logits.shape()));
  }
  Tensor losses = -squeeze(take_along_axis(log_softmax(scores, 1), classes, 1), Axes{1});
  const double scale = reduce == Reduce::mean ? 1.0 / static_cast<double>(targets.size()) : 1.0;
  if (reduce != Reduce::none) losses = sum(losses) * scale;
  // d loss / d logits = softmax(logits) - one_hot(target), for each example.
  return record("cross_entropy", losses, From{logits, [logits = save(logits), classes, scale, reduce](const Tensor& g) {
                                                const Tensor& x = logits.get();
                                                const Tensor one = full(classes.shape(), -1.0, {.dtype = x.dtype()});
                                                const Tensor difference = scatter_add(softmax(x, 1), 1, classes, one);
                                                return difference *
                                                       (reduce == Reduce::none ? expand_dims(g, 1) : g * scale);
                                              }});
}

std::vector<OpEntry> softmax_ops() {
  return {
      {"softmax",
       "softmax",
       "exp(x) / sum(exp(x)) along an axis",
       {XTAPE_CASE(softmax(x[0]), any_value(2, 3)), XTAPE_CASE(softmax(x[0], 0), any_value(20, 3)),
        XTAPE_CASE(softmax(x[0], 1), any_value(2, 3, 2)), XTAPE_CASE(softmax(x[0]), any_value(0, 3))}},
      {"log_softmax",
       "softmax",
       "log(softmax(x))",
       {XTAPE_CASE(log_softmax(x[0]), any_value(2, 37)), XTAPE_CASE(log_softmax(x[0], 0), any_value(2, 3))}},
      {"cross_entropy",
       "softmax",
       "-log_softmax(scores)[target]",
       {XTAPE_CASE(cross_entropy(x[0], index_vector({1, 0, 2})), any_value(3, 4)),
        XTAPE_CASE(cross_entropy(x[0], index_vector({1, 0}), Reduce::none), any_value(2, 3)),
        XTAPE_CASE(cross_entropy(x[0], index_matrix({{1, 0}, {2, 2}}), Reduce::sum), any_value(2, 3, 2))}},
  };
}

}  // namespace xtape
