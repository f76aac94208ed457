#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/pad.hpp>
#include <autograd/ops/reduce.hpp>
#include <autograd/ops/slice.hpp>
#include <autograd/record.hpp>

#include <algorithm>
#include <array>
#include <limits>

namespace xtape {

namespace {

using Widths = std::vector<PadWidth>;

// `count` places along one axis from `start` on, each `step` behind the one before: a view without history.
Tensor strip(const Tensor& x, std::size_t axis, std::ptrdiff_t start, std::ptrdiff_t count, std::ptrdiff_t step = 1) {
  Shape shape = x.shape();
  Strides strides = x.strides();
  const std::ptrdiff_t stride = strides[axis];
  shape[axis] = static_cast<std::size_t>(count);
  strides[axis] = step * stride;
  return Tensor(TensorImpl::view(*x.impl(), shape, strides, element_count(shape) == 0 ? 0 : start * stride));
}

// The part of a padded array without the margins of the axes from `first` on.
Tensor without_margins(Tensor padded, const Widths& widths, std::size_t first) {
  for (std::size_t axis = first; axis < widths.size(); ++axis) {
    const auto [before, behind] = widths[axis];
    padded = strip(padded, axis, before, static_cast<std::ptrdiff_t>(padded.shape()[axis]) - before - behind);
  }
  return padded;
}

// A margin of an axis and where its values come from, in places of the padded axis: every one `step` behind the last.
struct Margin {
  std::ptrdiff_t start, width;
  std::ptrdiff_t source, step;
};

std::array<Margin, 2> margins(PadMode mode, PadWidth width, std::ptrdiff_t padded_size) {
  const auto [before, behind] = width;
  const std::ptrdiff_t first = before, end = padded_size - behind;
  switch (mode) {
    case PadMode::reflect:
      return {Margin{0, before, first + before, -1}, Margin{end, behind, end - 2, -1}};
    case PadMode::symmetric:
      return {Margin{0, before, first + before - 1, -1}, Margin{end, behind, end - 1, -1}};
    case PadMode::wrap:
      return {Margin{0, before, end - before, 1}, Margin{end, behind, first, 1}};
    case PadMode::edge:
    case PadMode::constant:
      break;
  }
  return {Margin{0, before, first, 0}, Margin{end, behind, end - 1, 0}};
}

// Calls function(part, margin) for both margins of an axis, where they are not empty. `part` is the padded array
// without the margins of the axes behind that one: these come later, and cover the corners.
template <class F>
void for_each_margin(const Tensor& padded, const Widths& widths, PadMode mode, std::size_t axis, const F& function) {
  const Tensor part = without_margins(padded, widths, axis + 1);
  for (const Margin& margin : margins(mode, widths[axis], static_cast<std::ptrdiff_t>(part.shape()[axis]))) {
    if (margin.width > 0) function(part, margin);
  }
}

Tensor pad_by(const Tensor& x, const Widths& widths, PadMode mode, const Tensor& value);

// The reverse of pad_by for the modes that repeat elements: the margins of `g` are added to where they came from.
Tensor fold_margins(const Tensor& g, const Widths& widths, PadMode mode) {
  const profile::Op profiled("fold_margins", g);
  const Tensor total = g.detach().clone();
  for (std::size_t axis = widths.size(); axis-- > 0;) {
    for_each_margin(total, widths, mode, axis, [&](const Tensor& part, const Margin& margin) {
      Tensor values = strip(part, axis, margin.start, margin.width);
      if (margin.step == 0) values = sum(values, {static_cast<std::ptrdiff_t>(axis)}, keep_dims);
      const Tensor source = strip(part, axis, margin.source, margin.step == 0 ? 1 : margin.width, margin.step);
      source.assign(source + values);
    });
  }
  return record("fold_margins", without_margins(total, widths, 0),
                From{g, [widths, mode](const Tensor& h) { return pad_by(h, widths, mode, Tensor()); }});
}

Tensor pad_by(const Tensor& x, const Widths& widths, PadMode mode, const Tensor& value) {
  const profile::Op profiled("pad", x);
  Shape shape = x.shape();
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    shape[axis] += static_cast<std::size_t>(widths[axis].first + widths[axis].second);
  }
  const Tensor result = Tensor::uninitialized(shape, x.dtype());
  without_margins(result, widths, 0).assign(x.detach());
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    for_each_margin(result, widths, mode, axis, [&](const Tensor& part, const Margin& margin) {
      const bool constant = mode == PadMode::constant;
      strip(part, axis, margin.start, margin.width)
          .assign(constant ? value : strip(part, axis, margin.source, margin.width, margin.step));
    });
  }
  return record("pad", result, From{x, [widths, mode](const Tensor& g) {
                                      if (mode != PadMode::constant) return fold_margins(g, widths, mode);
                                      Slices centre;
                                      for (std::size_t axis = 0; axis < widths.size(); ++axis) {
                                        const auto size = static_cast<std::ptrdiff_t>(g.shape()[axis]);
                                        centre.push_back(xt::range(widths[axis].first, size - widths[axis].second));
                                      }
                                      return view(g, centre);
                                    }});
}

void check_widths(const Tensor& x, const Widths& widths, PadMode mode) {
  if (widths.size() != x.dimension()) {
    throw ShapeError("pad: " + std::to_string(widths.size()) + " (before, behind) pairs for the " +
                     std::to_string(x.dimension()) + " axes of shape " + to_string(x.shape()));
  }
  for (std::size_t axis = 0; axis < widths.size(); ++axis) {
    const auto [before, behind] = widths[axis];
    const auto size = static_cast<std::ptrdiff_t>(x.shape()[axis]);
    const std::ptrdiff_t any = std::numeric_limits<std::ptrdiff_t>::max();
    std::ptrdiff_t widest = any;
    if (mode == PadMode::reflect) widest = std::max<std::ptrdiff_t>(size - 1, 0);
    if (mode == PadMode::symmetric || mode == PadMode::wrap) widest = size;
    if (mode == PadMode::edge && size == 0) widest = 0;
    if (std::min(before, behind) >= 0 && std::max(before, behind) <= widest) continue;
    throw ShapeError("pad: widths (" + std::to_string(before) + ", " + std::to_string(behind) + ") on axis " +
                     std::to_string(axis) + " of shape " + to_string(x.shape()) + "; in this mode each must be " +
                     (widest == any ? "0 or more" : "0 to " + std::to_string(widest)));
  }
}

}  // namespace

Tensor pad(const Tensor& x, const std::vector<PadWidth>& widths, PadOptions options) {
  check_widths(x, widths, options.mode);
  return pad_by(x, widths, options.mode, Tensor(options.value));
}

std::vector<OpEntry> pad_ops() {
  return {
      {"pad",
       "rearranging",
       "with margins: a constant, reflected, symmetric, edge or wrapped",
       {XTAPE_CASE(pad(x[0], {{1, 1}, {0, 2}}), any_value(2, 3)),
        XTAPE_CASE(pad(x[0], {{2, 0}}, {.value = -1.5}), any_value(3)),
        XTAPE_CASE(pad(x[0], {{0, 1}, {1, 0}}, {.value = 2.0}), any_value(0, 2)),
        XTAPE_CASE(pad(x[0], {{1, 2}, {2, 1}}, {.mode = PadMode::reflect}), any_value(3, 3)),
        XTAPE_CASE(pad(x[0], {{0, 0}, {1, 0}, {0, 1}}, {.mode = PadMode::reflect}), any_value(2, 2, 3)),
        XTAPE_CASE(pad(x[0], {{2, 1}, {0, 3}}, {.mode = PadMode::symmetric}), any_value(2, 3)),
        XTAPE_CASE(pad(x[0], {{3, 1}, {1, 2}}, {.mode = PadMode::edge}), any_value(2, 2)),
        XTAPE_CASE(pad(x[0], {{2, 1}, {1, 3}}, {.mode = PadMode::wrap}), any_value(2, 3)),
        XTAPE_CASE(pad(x[0], {}, {.mode = PadMode::wrap}), any_value())},
       {},
       {},
       {"g without the margin"}},
  };
}

}  // namespace xtape
