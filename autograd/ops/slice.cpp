#include <autograd/factories.hpp>
#include <autograd/kernels/strided.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/ops/slice.hpp>
#include <autograd/record.hpp>

#include <algorithm>
#include <numeric>

namespace xtape {

// --- parts

namespace {

// Slices worked out against a shape: for each axis of the source where it starts, how it steps, how many it takes.
struct Part {
  struct Axis {
    std::ptrdiff_t start = 0, step = 1;
    std::size_t count = 1;
    std::ptrdiff_t source = -1;  // -1: a new axis
    bool dropped = false;        // an index: takes one element and leaves no axis
  };
  std::vector<Axis> axes;

  // `count` places from `start` on along one axis, and the others whole.
  static Part along(const Shape& shape, std::size_t axis, std::ptrdiff_t start, std::size_t count) {
    Part part;
    for (std::size_t i = 0; i < shape.size(); ++i)
      part.axes.push_back({.count = shape[i], .source = static_cast<std::ptrdiff_t>(i)});
    part.axes[axis].start = start;
    part.axes[axis].count = count;
    return part;
  }

  Tensor of(const Tensor& x) const {
    Shape shape;
    Strides strides;
    std::ptrdiff_t offset = 0;
    for (const Axis& axis : axes) {
      const std::ptrdiff_t stride = axis.source < 0 ? 0 : x.strides()[static_cast<std::size_t>(axis.source)];
      offset += axis.start * stride;
      if (axis.dropped) continue;
      shape.push_back(axis.count);
      strides.push_back(axis.step * stride);
    }
    if (element_count(shape) == 0) offset = 0;
    return Tensor(TensorImpl::view(*x.impl(), shape, strides, offset));
  }
};

std::string on_axis(const Tensor& x, std::size_t axis) {
  return " on axis " + std::to_string(axis) + " of shape " + to_string(x.shape());
}

Part::Axis take_index(std::ptrdiff_t index, const Tensor& x, std::size_t axis) {
  const auto size = static_cast<std::ptrdiff_t>(x.shape()[axis]);
  if (index < -size || index >= size) {
    const std::string valid =
        size == 0 ? "has no elements" : "takes " + std::to_string(-size) + " to " + std::to_string(size - 1);
    throw IndexError("view: index " + std::to_string(index) + on_axis(x, axis) + ", which " + valid);
  }
  return {.start = index < 0 ? index + size : index, .source = static_cast<std::ptrdiff_t>(axis), .dropped = true};
}

template <class Range>
Part::Axis take_range(const Range& range, const Tensor& x, std::size_t axis) {
  Part::Axis taken{.step = static_cast<std::ptrdiff_t>(range.step_size()), .count = 0};
  taken.source = static_cast<std::ptrdiff_t>(axis);
  // xtensor gives a range that runs the wrong way, as from 0 to 4 by -1, a negative size.
  const auto count = static_cast<std::ptrdiff_t>(range.size());
  if (count <= 0) return taken;
  taken.count = static_cast<std::size_t>(count);
  taken.start = static_cast<std::ptrdiff_t>(range(0));
  const std::ptrdiff_t end = taken.start + (count - 1) * taken.step;
  const auto size = static_cast<std::ptrdiff_t>(x.shape()[axis]);
  if (std::min(taken.start, end) < 0 || std::max(taken.start, end) >= size) {
    throw IndexError("view: elements " + std::to_string(taken.start) + " to " + std::to_string(end) + on_axis(x, axis));
  }
  return taken;
}

// A slice is a variant of xtl's or of the standard library, by xtensor's version: get_if and visit are found by their
// argument.
Part::Axis take_slice(const xt::xstrided_slice<std::ptrdiff_t>& slice, const Tensor& x, std::size_t axis) {
  if (const auto* index = get_if<std::ptrdiff_t>(&slice)) return take_index(*index, x, axis);
  Part::Axis taken{.count = x.shape()[axis], .source = static_cast<std::ptrdiff_t>(axis)};
  visit(
      [&](const auto& s) {
        if constexpr (requires { s.get(x.size()); }) {
          if constexpr (std::integral<decltype(s.step())>) {
            if (s.step() == 0) throw IndexError("view: a range with step 0" + on_axis(x, axis));
          }
          taken = take_range(s.get(x.shape()[axis]), x, axis);
        } else if constexpr (requires {
                               s.step_size();
                               s(0);
                             }) {
          taken = take_range(s, x, axis);
        }
      },
      slice);
  return taken;
}

Part work_out(const Tensor& x, const Slices& slices) {
  const auto is_new = [](const auto& slice) { return get_if<xt::xnewaxis_tag>(&slice) != nullptr; };
  const auto is_ellipsis = [](const auto& slice) { return get_if<xt::xellipsis_tag>(&slice) != nullptr; };
  const auto news = static_cast<std::size_t>(std::count_if(slices.begin(), slices.end(), is_new));
  const auto ellipses = static_cast<std::size_t>(std::count_if(slices.begin(), slices.end(), is_ellipsis));
  const std::size_t named = slices.size() - news - ellipses;
  if (named > x.dimension() || ellipses > 1) {
    throw IndexError("view: " + std::to_string(named) + " slices and " + std::to_string(ellipses) +
                     " ellipses for a tensor of shape " + to_string(x.shape()));
  }
  Part part;
  std::size_t axis = 0;
  const auto take_all = [&](std::size_t count) {
    for (; count > 0; --count, ++axis)
      part.axes.push_back({.count = x.shape()[axis], .source = static_cast<std::ptrdiff_t>(axis)});
  };
  for (const auto& slice : slices) {
    if (is_new(slice)) {
      part.axes.push_back({});
    } else if (is_ellipsis(slice)) {
      take_all(x.dimension() - named);
    } else {
      part.axes.push_back(take_slice(slice, x, axis++));
    }
  }
  take_all(x.dimension() - axis);
  return part;
}

Tensor take_part(const Tensor& x, const Part& part);

// Zeros of `shape` with `values` in the given part: what take_part's gradient is.
Tensor place_part(const Tensor& values, const Shape& shape, const Part& part) {
  const profile::Op profiled("place", values);
  Tensor result = zeros(shape, {.dtype = values.dtype()});
  const Tensor target = part.of(result);
  kernels::strided_copy({values.raw_data(), values.dtype(), values.strides()},
                        {target.mutable_data(), target.dtype(), target.strides()}, target.shape());
  return record("place", result, From{values, [part](const Tensor& g) { return take_part(g, part); }});
}

// The gradient of a part's source.
struct PlacePart {
  Part part;
  Shape shape;
  Tensor operator()(const Tensor& g) const { return place_part(g, shape, part); }
  void add_to(const Tensor& gradient, const Tensor& g) const {
    const Tensor target = part.of(gradient);
    target.assign(target + g);
  }
};

Tensor take_part(const Tensor& x, const Part& part) {
  const profile::Op profiled("view", x);
  return record("view", part.of(x), From{x, PlacePart{part, x.shape()}});
}

}  // namespace

Tensor view(const Tensor& x, const Slices& slices) { return take_part(x, work_out(x, slices)); }

Tensor Tensor::element(std::initializer_list<std::ptrdiff_t> index) const {
  if (index.size() != dimension()) {
    throw IndexError("operator(): " + std::to_string(index.size()) + " indices for a tensor of shape " +
                     to_string(shape()) + "; give one per axis, or use view() for parts");
  }
  return view(*this, Slices(index.begin(), index.end()));
}

// --- joining

namespace {

void require_tensors(const Tensors& tensors, const char* op) {
  if (tensors.empty()) throw ShapeError(std::string(op) + ": no tensors given");
}

Tensor join(const char* op, const Tensors& tensors, std::ptrdiff_t axis) {
  require_tensors(tensors, op);
  const Tensor& first = tensors[0];
  const std::size_t along = normalize_axis(axis, first.dimension(), op);
  Shape shape = first.shape();
  shape[along] = 0;
  DType dtype = first.dtype();
  for (const Tensor& tensor : tensors) {
    Shape expected = first.shape();
    if (tensor.dimension() == first.dimension()) expected[along] = tensor.shape()[along];
    if (tensor.shape() != expected) {
      throw ShapeError(std::string(op) + ": shapes " + to_string(first.shape()) + " and " + to_string(tensor.shape()) +
                       " differ elsewhere than on axis " + std::to_string(along));
    }
    shape[along] += tensor.shape()[along];
    dtype = promote(dtype, tensor.dtype());
  }
  const profile::Op profiled(op, tensors);
  Tensor result = Tensor::uninitialized(shape, dtype);
  std::vector<Part> parts;
  std::ptrdiff_t start = 0;
  for (const Tensor& tensor : tensors) {
    Part part = Part::along(tensor.shape(), along, start, tensor.shape()[along]);
    const Tensor target = part.of(result);
    kernels::strided_copy({tensor.raw_data(), tensor.dtype(), tensor.strides()},
                          {target.mutable_data(), dtype, target.strides()}, tensor.shape());
    start += static_cast<std::ptrdiff_t>(tensor.shape()[along]);
    parts.push_back(std::move(part));
  }
  return record_list(op, result, tensors, [parts](const Tensor& g, std::size_t i) { return take_part(g, parts[i]); });
}

}  // namespace

Tensor concatenate(const Tensors& tensors, std::ptrdiff_t axis) { return join("concatenate", tensors, axis); }

Tensor stack(const Tensors& tensors, std::ptrdiff_t axis) {
  require_tensors(tensors, "stack");
  Tensors expanded;
  for (const Tensor& tensor : tensors) {
    if (tensor.shape() != tensors[0].shape()) {
      throw ShapeError("stack: shapes " + to_string(tensors[0].shape()) + " and " + to_string(tensor.shape()) +
                       " differ");
    }
    expanded.push_back(expand_dims(tensor, axis));
  }
  return join("stack", expanded, axis);
}

Tensor hstack(const Tensors& tensors) {
  require_tensors(tensors, "hstack");
  return join("hstack", tensors, tensors[0].dimension() == 1 ? 0 : 1);
}

Tensor vstack(const Tensors& tensors) {
  Tensors rows = tensors;
  for (Tensor& row : rows) row = row.dimension() == 1 ? expand_dims(row, 0) : row;
  return join("vstack", rows, 0);
}

// --- splitting

namespace {

Tensors split_in(const Tensor& x, std::span<const std::size_t> sizes, std::size_t along) {
  Tensors parts;
  std::ptrdiff_t start = 0;
  for (std::size_t size : sizes) {
    parts.push_back(take_part(x, Part::along(x.shape(), along, start, size)));
    start += static_cast<std::ptrdiff_t>(size);
  }
  return parts;
}

}  // namespace

Tensors split(const Tensor& x, std::size_t parts, std::ptrdiff_t axis) {
  const std::size_t along = normalize_axis(axis, x.dimension(), "split"), size = x.shape()[along];
  if (parts == 0 || size % parts != 0) {
    throw ShapeError("split: axis " + std::to_string(along) + " of shape " + to_string(x.shape()) +
                     " does not divide into " + std::to_string(parts) +
                     " equal parts; give a list of sizes, or use chunk()");
  }
  return split_in(x, std::vector<std::size_t>(parts, size / parts), along);
}

Tensors split(const Tensor& x, const std::vector<std::size_t>& sizes, std::ptrdiff_t axis) {
  const std::size_t along = normalize_axis(axis, x.dimension(), "split");
  const std::size_t total = std::accumulate(sizes.begin(), sizes.end(), std::size_t{0});
  if (total != x.shape()[along]) {
    throw ShapeError("split: sizes " + to_string(Shape(sizes.begin(), sizes.end())) + " add up to " +
                     std::to_string(total) + ", not to the size of axis " + std::to_string(along) + " of shape " +
                     to_string(x.shape()));
  }
  return split_in(x, sizes, along);
}

Tensors split(const Tensor& x, std::initializer_list<std::size_t> sizes, std::ptrdiff_t axis) {
  return split(x, std::vector<std::size_t>(sizes), axis);
}

Tensors chunk(const Tensor& x, std::size_t count, std::ptrdiff_t axis) {
  const std::size_t along = normalize_axis(axis, x.dimension(), "chunk"), size = x.shape()[along];
  if (count == 0) throw ShapeError("chunk: 0 parts asked for of shape " + to_string(x.shape()) + "; 1 or more fit");
  if (size == 0) return split(x, count, axis);
  const std::size_t width = (size + count - 1) / count;
  std::vector<std::size_t> sizes(size / width, width);
  if (size % width != 0) sizes.push_back(size % width);
  return split_in(x, sizes, along);
}

Tensors unbind(const Tensor& x, std::ptrdiff_t axis) {
  const std::size_t along = normalize_axis(axis, x.dimension(), "unbind");
  Tensors parts;
  for (std::size_t i = 0; i < x.shape()[along]; ++i) {
    Part part = Part::along(x.shape(), along, static_cast<std::ptrdiff_t>(i), 1);
    part.axes[along].dropped = true;
    parts.push_back(take_part(x, part));
  }
  return parts;
}

std::vector<OpEntry> slice_ops() {
  using namespace xt::placeholders;
  return {
      {"view",
       "slices and joins",
       "a part by slices",
       {XTAPE_CASE(view(x[0], {0, xt::range(0, 2)}), any_value(2, 3)),
        XTAPE_CASE(view(x[0], {xt::all(), xt::newaxis(), -1}), any_value(2, 3)),
        XTAPE_CASE(view(x[0], {xt::ellipsis(), xt::range(5, 0, -2)}), any_value(2, 6)),
        XTAPE_CASE(view(x[0], {xt::range(_, _, -1), xt::ellipsis(), xt::range(-3, _)}), any_value(3, 2, 4)),
        XTAPE_CASE(view(x[0], {xt::range(_, -1), xt::newaxis(), xt::range(1, _, 2)}), any_value(3, 4)),
        XTAPE_CASE(view(view(x[0], {xt::range(_, _, 2)}), {xt::range(_, 0, -1), xt::newaxis()}), any_value(5, 2)),
        XTAPE_CASE(view(broadcast_to(x[0], Shape{3, 2, 4}), {xt::range(0, 2), 1, xt::range(_, _, -3)}), any_value(4)),
        XTAPE_CASE(view(x[0], {xt::newaxis()}), any_value()), XTAPE_CASE(view(x[0], {1, 0}), any_value(2, 3)),
        XTAPE_CASE(view(x[0], {xt::range(1, 1)}), any_value(3, 2))},
       {},
       {},
       {"g at the elements taken, 0 elsewhere"}},
      {"concatenate",
       "slices and joins",
       "joined along an axis",
       {XTAPE_CASE(concatenate({x[0], x[1]}, 0), any_value(2, 3), any_value(1, 3)),
        XTAPE_CASE(concatenate({x[0], x[1], x[0]}, -1), any_value(2, 3), any_value(2, 0))},
       {},
       {},
       {"the part of g that came from this input"}},
      {"stack",
       "slices and joins",
       "joined along a new axis",
       {XTAPE_CASE(stack({x[0], x[1]}, 0), any_value(2, 3), any_value(2, 3)),
        XTAPE_CASE(stack({x[0], x[1]}, -1), any_value(2), any_value(2))},
       {},
       {},
       {"the slice of g that came from this input"}},
      {"hstack",
       "slices and joins",
       "joined side by side",
       {XTAPE_CASE(hstack({x[0], x[1]}), any_value(2, 3), any_value(2, 1)),
        XTAPE_CASE(hstack({x[0], x[1]}), any_value(2), any_value(3))}},
      {"vstack",
       "slices and joins",
       "joined below each other",
       {XTAPE_CASE(vstack({x[0], x[1]}), any_value(2, 3), any_value(3)),
        XTAPE_CASE(vstack({x[0], x[1]}), any_value(3), any_value(3))}},
      {"split",
       "slices and joins",
       "equal parts along an axis, or parts of given sizes",
       {XTAPE_CASE(split(x[0], 3, 1)[1], any_value(2, 6)),
        XTAPE_CASE(split(x[0], 2)[0] * split(x[0], 2)[1], any_value(4, 2)),
        XTAPE_CASE(split(x[0], {1, 0, 3}, -1)[2], any_value(2, 4))}},
      {"chunk",
       "slices and joins",
       "parts along an axis, the last one smaller",
       {XTAPE_CASE(chunk(x[0], 3)[0] * chunk(x[0], 3)[2], any_value(5, 2))}},
      {"unbind",
       "slices and joins",
       "the slices along an axis",
       {XTAPE_CASE(unbind(x[0])[0] * unbind(x[0])[1], any_value(3, 2)),
        XTAPE_CASE(unbind(x[0], -1)[1], any_value(2, 2, 3))}},
  };
}

}  // namespace xtape
