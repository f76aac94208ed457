#include <autograd/kernels/index.hpp>
#include <autograd/ops/checked_index.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/mask.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/reduce.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/profile.hpp>

namespace xtape {

namespace {

void require_mask(const char* op, const Tensor& mask) {
  if (mask.dtype() != boolean) {
    throw DtypeError(std::string(op) + ": the mask is " + to_string(mask.dtype()) + "; it must be boolean");
  }
}

// The index along `axis` of each position in the flattened array, `step` apart in `output`.
void write_indices(const Tensor& positions, const Shape& shape, std::size_t axis, std::int64_t* output,
                   std::size_t step) {
  kernels::unravel_along(positions.data<std::int64_t>(), positions.size(), shape, axis, output, step);
}

}  // namespace

Tensor masked_fill(const Tensor& x, const Tensor& mask, const Operand& value) {
  require_mask("masked_fill", mask);
  if (!value.is_tensor()) return where(mask, value, x);
  if (value.tensor().dimension() != 0) {
    throw ShapeError("masked_fill: a value of shape " + to_string(value.tensor().shape()) +
                     "; it must be a number or have no axes (where() takes an array)");
  }
  return where(mask, astype(value.tensor(), x.dtype()), x);
}

Tensor masked_select(const Tensor& x, const Tensor& mask) {
  require_mask("masked_select", mask);
  const Shape shape = broadcast_shapes(x.shape(), mask.shape(), "masked_select");
  const Tensor positions = flatnonzero(broadcast_to(mask, shape));
  return take_slices("masked_select", flatten(broadcast_to(x, shape)), positions, 0);
}

Tensor flatnonzero(const Tensor& x) {
  const profile::Op profiled("flatnonzero", x);
  const Tensor values = x.detach().contiguous();
  Tensor positions =
      Tensor::uninitialized({static_cast<std::size_t>(count_nonzero(values).item<std::int64_t>())}, int64);
  visit_dtype(values.dtype(), [&]<class T>(TypeTag<T>) {
    kernels::nonzero_positions(values.data<T>(), positions.size(),
                               static_cast<std::int64_t*>(positions.mutable_data()));
  });
  return profiled.result(positions);
}

Tensors nonzero(const Tensor& x) {
  const profile::Op profiled("nonzero", x);
  const Tensor positions = flatnonzero(x);
  Tensors indices;
  for (std::size_t axis = 0; axis < x.dimension(); ++axis) {
    indices.push_back(profiled.result(Tensor::uninitialized(positions.shape(), int64)));
    write_indices(positions, x.shape(), axis, static_cast<std::int64_t*>(indices.back().mutable_data()), 1);
  }
  return indices;
}

Tensor argwhere(const Tensor& x) {
  const profile::Op profiled("argwhere", x);
  const Tensor positions = flatnonzero(x);
  Tensor rows = Tensor::uninitialized({positions.size(), x.dimension()}, int64);
  for (std::size_t axis = 0; axis < x.dimension(); ++axis) {
    write_indices(positions, x.shape(), axis, static_cast<std::int64_t*>(rows.mutable_data()) + axis, x.dimension());
  }
  return profiled.result(rows);
}

std::vector<OpEntry> mask_ops() {
  return {
      {"masked_fill",
       "masks",
       "a value where the mask holds",
       {XTAPE_CASE(masked_fill(x[0], Tensor(xt::xarray<bool>{true, false, true}), 7.0), any_value(2, 3)),
        XTAPE_CASE(masked_fill(x[0], Tensor(xt::xarray<bool>{true, false, true}), x[1]), any_value(2, 3), any_value()),
        XTAPE_CASE(masked_fill(x[0], Tensor(true), x[1]), any_value(), any_value())}},
      {"masked_select",
       "masks",
       "the elements where the mask holds",
       {XTAPE_CASE(masked_select(x[0], Tensor(xt::xarray<bool>{{true, false, true}, {false, true, true}})),
                   any_value(2, 3)),
        XTAPE_CASE(masked_select(x[0], Tensor(xt::xarray<bool>{true, false, true})), any_value(2, 3)),
        XTAPE_CASE(masked_select(x[0], Tensor(xt::xarray<bool>{{true, true, false}, {true, true, true}})),
                   any_value(3)),
        XTAPE_CASE(masked_select(x[0], Tensor(true)), any_value()),
        XTAPE_CASE(masked_select(x[0], Tensor(xt::xarray<bool>{false, false})), any_value(2))}},
      {"nonzero", "masks", "an index vector per axis of the non-zero elements", {}},
      {"argwhere", "masks", "a row of indices for each non-zero element", {}},
      {"flatnonzero", "masks", "positions of the non-zero elements in the flattened array", {}},
  };
}

}  // namespace xtape
