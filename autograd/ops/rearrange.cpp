#include <autograd/kernels/strided.hpp>
#include <autograd/ops/index.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/rearrange.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/record.hpp>

#include <algorithm>
#include <numeric>

namespace xtape {

// --- order

Tensor flip(const Tensor& x, const Axes& axes) {
  const profile::Op profiled("flip", x);
  const std::vector<bool> flipped = axes.mask(x.dimension(), "flip");
  Strides strides = x.strides();
  std::ptrdiff_t offset = 0;
  for (std::size_t axis = 0; axis < x.dimension(); ++axis) {
    if (!flipped[axis] || x.size() == 0) continue;
    offset += static_cast<std::ptrdiff_t>(x.shape()[axis] - 1) * strides[axis];
    strides[axis] = -strides[axis];
  }
  return record("flip", Tensor(TensorImpl::view(*x.impl(), x.shape(), strides, offset)),
                From{x, [axes](const Tensor& g) { return flip(g, axes); }});
}

Tensor rot90(const Tensor& x, std::ptrdiff_t times, const Axes& axes) {
  axes.mask(x.dimension(), "rot90");
  if (axes.values().size() != 2) {
    throw ShapeError("rot90: " + std::to_string(axes.values().size()) + " axes given; a plane has two");
  }
  const std::ptrdiff_t first = axes.values()[0], second = axes.values()[1];
  switch ((times % 4 + 4) % 4) {
    case 0:
      return x;
    case 1:
      return swapaxes(flip(x, {second}), first, second);
    case 2:
      return flip(x, axes);
    default:
      return flip(swapaxes(x, first, second), {second});
  }
}

namespace {

// Shifts per axis, each in [0, size).
Tensor roll_all(const Tensor& x, const std::vector<std::size_t>& shifts) {
  const profile::Op profiled("roll", x);
  Tensor result = Tensor::uninitialized(x.shape(), x.dtype());
  const auto bytes = static_cast<std::ptrdiff_t>(item_bytes(x.dtype()));
  // Along a rolled axis there are two blocks: the front, which moves on, and the end, which enters before it.
  Shape block = x.shape();
  const auto copy_blocks = [&](const auto& again, std::size_t axis, std::ptrdiff_t from, std::ptrdiff_t to) -> void {
    if (axis == x.dimension()) {
      kernels::strided_copy({static_cast<const std::byte*>(x.raw_data()) + from * bytes, x.dtype(), x.strides()},
                            {static_cast<std::byte*>(result.mutable_data()) + to * bytes, x.dtype(), result.strides()},
                            block);
      return;
    }
    const std::size_t shift = shifts[axis], front = x.shape()[axis] - shift;
    const std::ptrdiff_t in = x.strides()[axis], out = result.strides()[axis];
    block[axis] = front;
    again(again, axis + 1, from, to + static_cast<std::ptrdiff_t>(shift) * out);
    if (shift == 0) return;
    block[axis] = shift;
    again(again, axis + 1, from + static_cast<std::ptrdiff_t>(front) * in, to);
  };
  copy_blocks(copy_blocks, 0, 0, 0);
  return record("roll", result, From{x, [shifts](const Tensor& g) {
                                       std::vector<std::size_t> back = shifts;
                                       for (std::size_t axis = 0; axis < back.size(); ++axis) {
                                         if (back[axis] != 0) back[axis] = g.shape()[axis] - back[axis];
                                       }
                                       return roll_all(g, back);
                                     }});
}

}  // namespace

Tensor roll(const Tensor& x, const std::vector<std::ptrdiff_t>& shifts, const Axes& axes) {
  if (shifts.size() != axes.values().size()) {
    throw ShapeError("roll: " + std::to_string(shifts.size()) + " shifts for " + std::to_string(axes.values().size()) +
                     " axes");
  }
  std::vector<std::size_t> totals(x.dimension());
  for (std::size_t i = 0; i < shifts.size(); ++i) {
    const std::size_t axis = normalize_axis(axes.values()[i], x.dimension(), "roll");
    const auto size = static_cast<std::ptrdiff_t>(x.shape()[axis]);
    if (size == 0) continue;
    const std::ptrdiff_t total = static_cast<std::ptrdiff_t>(totals[axis]) + shifts[i] % size;
    totals[axis] = static_cast<std::size_t>((total + size) % size);
  }
  return roll_all(x, totals);
}

Tensor roll(const Tensor& x, std::ptrdiff_t shift, const Axes& axes) {
  if (!axes.given()) return reshape(roll(reshape(x, {-1}), shift, {0}), x.shape());
  return roll(x, std::vector<std::ptrdiff_t>(axes.values().size(), shift), axes);
}

// --- repetition

namespace {

void require_counts(const char* op, const std::vector<std::ptrdiff_t>& counts) {
  for (std::ptrdiff_t count : counts) {
    if (count < 0) throw ShapeError(std::string(op) + ": " + std::to_string(count) + " times; 0 or more fit");
  }
}

}  // namespace

Tensor repeat(const Tensor& x, std::ptrdiff_t count, std::ptrdiff_t axis) {
  require_counts("repeat", {count});
  const std::size_t along = normalize_axis(axis, x.dimension(), "repeat");
  const Tensor single = expand_dims(x, static_cast<std::ptrdiff_t>(along) + 1);
  Shape repeated = single.shape(), flat = x.shape();
  repeated[along + 1] = static_cast<std::size_t>(count);
  flat[along] *= repeated[along + 1];
  return reshape(broadcast_to(single, repeated), flat);
}

Tensor repeat(const Tensor& x, const std::vector<std::ptrdiff_t>& counts, std::ptrdiff_t axis) {
  require_counts("repeat", counts);
  const std::size_t along = normalize_axis(axis, x.dimension(), "repeat");
  if (counts.size() != x.shape()[along]) {
    throw ShapeError("repeat: " + std::to_string(counts.size()) + " counts for axis " + std::to_string(along) +
                     " of shape " + to_string(x.shape()));
  }
  const std::ptrdiff_t total = std::accumulate(counts.begin(), counts.end(), std::ptrdiff_t{0});
  const Tensor places = Tensor::uninitialized({static_cast<std::size_t>(total)}, int64);
  auto* place = static_cast<std::int64_t*>(places.mutable_data());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    place = std::fill_n(place, counts[i], static_cast<std::int64_t>(i));
  }
  return take(x, places, axis);
}

Tensor tile(const Tensor& x, const std::vector<std::ptrdiff_t>& repetitions) {
  require_counts("tile", repetitions);
  const std::size_t axes = std::max(repetitions.size(), x.dimension());
  // Each axis that is repeated gets one in front of it that counts the repetitions.
  Shape single, repeated, result;
  for (std::size_t i = 0; i < axes; ++i) {
    const std::size_t lead = axes - x.dimension(), unnamed = axes - repetitions.size();
    const std::size_t size = i < lead ? 1 : x.shape()[i - lead];
    const std::size_t times = i < unnamed ? 1 : static_cast<std::size_t>(repetitions[i - unnamed]);
    if (times != 1) {
      single.push_back(1);
      repeated.push_back(times);
    }
    single.push_back(size);
    repeated.push_back(size);
    result.push_back(times * size);
  }
  return reshape(broadcast_to(reshape(x, single), repeated), result);
}

std::vector<OpEntry> rearrange_ops() {
  return {
      {"flip",
       "rearranging",
       "reversed along axes",
       {XTAPE_CASE(flip(x[0]), any_value(2, 3)), XTAPE_CASE(flip(x[0], {-1}), any_value(2, 3, 2)),
        XTAPE_CASE(flip(flip(x[0], {0}), {0, 1}), any_value(3, 2)), XTAPE_CASE(flip(x[0]), any_value()),
        XTAPE_CASE(flip(x[0]), any_value(2, 0))},
       {},
       {},
       {"g, turned around"}},
      {"rot90",
       "rearranging",
       "rotated by 90 degrees in a plane",
       {XTAPE_CASE(rot90(x[0]), any_value(2, 3)), XTAPE_CASE(rot90(x[0], 2, {0, 2}), any_value(2, 3, 2)),
        XTAPE_CASE(rot90(x[0], -1, {-1, 0}), any_value(2, 3)), XTAPE_CASE(rot90(x[0], 4), any_value(2, 2))}},
      {"roll",
       "rearranging",
       "moved on along axes, from the end to the front",
       {XTAPE_CASE(roll(x[0], 2), any_value(2, 3)), XTAPE_CASE(roll(x[0], -1, -1), any_value(2, 3)),
        XTAPE_CASE(roll(x[0], {1, 5, 1}, {0, 2, 0}), any_value(3, 2, 4)), XTAPE_CASE(roll(x[0], 3), any_value()),
        XTAPE_CASE(roll(x[0], 1, 1), any_value(2, 0))},
       {},
       {},
       {"g, rolled back"}},
      {"repeat",
       "rearranging",
       "every element several times",
       {XTAPE_CASE(repeat(x[0], 3, 0), any_value(2, 2)), XTAPE_CASE(repeat(x[0], 2, -1), any_value(2, 3)),
        XTAPE_CASE(repeat(x[0], 0, 1), any_value(2, 3)), XTAPE_CASE(repeat(x[0], {2, 0, 1}, 1), any_value(2, 3, 2))}},
      {"tile",
       "rearranging",
       "the whole array several times",
       {XTAPE_CASE(tile(x[0], {2, 3}), any_value(2, 2)), XTAPE_CASE(tile(x[0], {2}), any_value(2, 3)),
        XTAPE_CASE(tile(x[0], {2, 1, 2}), any_value(3)), XTAPE_CASE(tile(x[0], {3}), any_value()),
        XTAPE_CASE(tile(x[0], {2, 0}), any_value(2, 3))}},
  };
}

}  // namespace xtape
