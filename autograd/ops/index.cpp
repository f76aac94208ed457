#include <autograd/factories.hpp>
#include <autograd/kernels/index.hpp>
#include <autograd/ops/checked_index.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/index.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/record.hpp>

namespace xtape {

// --- slices at checked indices

Tensor checked_indices(const Tensor& indices, std::size_t size, const char* op) {
  if (indices.dtype() != int64) {
    throw DtypeError(std::string(op) + ": indices must be int64, not " + to_string(indices.dtype()));
  }
  const Tensor result = indices.contiguous();
  const auto* values = result.data<std::int64_t>();
  const auto limit = static_cast<std::int64_t>(size);
  std::int64_t least = 0, most = -1;
  for (std::size_t i = 0; i < result.size(); ++i) {
    least = std::min(least, values[i]);
    most = std::max(most, values[i]);
  }
  if (least < -limit || most >= limit) {
    std::size_t i = 0;
    while (values[i] >= -limit && values[i] < limit) ++i;
    throw IndexError(std::string(op) + ": index " + std::to_string(values[i]) + " at position " + std::to_string(i) +
                     " for an axis of size " + std::to_string(size));
  }
  return least < 0 ? where(result < 0, result + limit, result) : result;
}

namespace {

// Adds contiguous slices or elements to `target`, in its dtype.
void add_slices(const Tensor& target, const Tensor& indices, const Tensor& slices, std::size_t axis) {
  visit_dtype(target.dtype(), [&]<class T>(TypeTag<T>) {
    kernels::add_slices(slices.data<T>(), indices.data<std::int64_t>(), indices.size(),
                        kernels::extent_around(target.shape(), axis), static_cast<T*>(target.mutable_data()));
  });
}

}  // namespace

Tensor take_slices(const char* name, const Tensor& x, const Tensor& indices, std::size_t axis) {
  const profile::Op profiled(name, x, indices);
  const Tensor source = x.detach().contiguous();
  const Shape& whole = x.shape();
  Shape shape(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(axis));
  for (std::size_t size : indices.shape()) shape.push_back(size);
  for (std::size_t i = axis + 1; i < whole.size(); ++i) shape.push_back(whole[i]);
  Tensor result = Tensor::uninitialized(shape, x.dtype());
  kernels::take_slices(source.raw_data(), kernels::extent_around(whole, axis), item_bytes(x.dtype()),
                       indices.data<std::int64_t>(), indices.size(), result.mutable_data());
  profile::count_bytes(2 * result.size() * item_bytes(x.dtype()) + indices.size() * sizeof(std::int64_t));
  return record(name, result, From{x, [indices = save(indices), whole, axis](const Tensor& g) {
                                     return put_slices(g, indices.get(), whole, axis);
                                   }});
}

Tensor put_slices(const Tensor& slices, const Tensor& indices, const Shape& shape, std::size_t axis) {
  const profile::Op profiled("put_slices", slices, indices);
  Tensor result = zeros(shape, {.dtype = slices.dtype()});
  add_slices(result, indices, slices.detach().contiguous(), axis);
  return record("put_slices", result, From{slices, [indices = save(indices), axis](const Tensor& g) {
                                             return take_slices("take", g, indices.get(), axis);
                                           }});
}

Tensor take(const Tensor& x, const Tensor& indices, std::ptrdiff_t axis) {
  const std::size_t along = normalize_axis(axis, x.dimension(), "take");
  return take_slices("take", x, checked_indices(indices, x.shape()[along], "take"), along);
}

Tensor index_select(const Tensor& x, std::ptrdiff_t axis, const Tensor& indices) {
  const std::size_t along = normalize_axis(axis, x.dimension(), "index_select");
  if (indices.dimension() != 1) {
    throw ShapeError("index_select: indices of shape " + to_string(indices.shape()) +
                     "; they must be a vector (take() takes any shape)");
  }
  return take_slices("index_select", x, checked_indices(indices, x.shape()[along], "index_select"), along);
}

Tensor index_add(const Tensor& x, std::ptrdiff_t axis, const Tensor& given, const Tensor& source) {
  const std::size_t along = normalize_axis(axis, x.dimension(), "index_add");
  Shape expected = x.shape();
  expected[along] = given.size();
  if (given.dimension() != 1 || source.shape() != expected) {
    throw ShapeError("index_add: indices of shape " + to_string(given.shape()) + " and a source of shape " +
                     to_string(source.shape()) + " for a tensor of shape " + to_string(x.shape()) +
                     "; they must be a vector of indices, and as many slices along axis " + std::to_string(along));
  }
  const Tensor indices = checked_indices(given, x.shape()[along], "index_add");
  const profile::Op profiled("index_add", x, indices, source);
  const Tensor result = x.detach().clone();
  add_slices(result, indices, astype(source.detach(), x.dtype()).contiguous(), along);
  return record("index_add", result, From{x, [](const Tensor& g) { return g; }},
                From{source, [indices = save(indices), along](const Tensor& g) {
                       return take_slices("index_select", g, indices.get(), along);
                     }});
}

Tensor embedding(const Tensor& weight, const Tensor& given, EmbeddingOptions options) {
  if (weight.dimension() != 2) {
    throw ShapeError("embedding: the weight has shape " + to_string(weight.shape()) + "; it must be (count, width)");
  }
  const Tensor indices = checked_indices(given, weight.shape(0), "embedding");
  if (!options.padding_idx) return take_slices("embedding", weight, indices, 0);
  const profile::Op profiled("embedding", indices);
  const Tensor padding = checked_indices(*options.padding_idx, weight.shape(0), "embedding");
  const Tensor padded = expand_dims(equal(indices, padding), -1);
  return record("embedding", take_slices("embedding", weight.detach(), indices, 0),
                From{weight, [indices = save(indices), padded, shape = weight.shape()](const Tensor& g) {
                       return put_slices(where(padded, 0.0, g), indices.get(), shape, 0);
                     }});
}

// --- an index for each of the leading axes

namespace {

// The leading axes of x merged into one, and the places along it that the index tensors name together.
struct Places {
  Tensor merged, rows;
};

Places merge_indexed(const char* op, const Tensor& x, const Tensors& indices) {
  if (indices.empty() || indices.size() > x.dimension()) {
    throw IndexError(std::string(op) + ": " + std::to_string(indices.size()) + " index tensors for a tensor of shape " +
                     to_string(x.shape()) + "; give 1 to " + std::to_string(x.dimension()));
  }
  Tensor rows;
  for (std::size_t axis = 0; axis < indices.size(); ++axis) {
    const std::size_t size = x.shape()[axis];
    if (indices[axis].dtype() == boolean) {
      throw DtypeError(std::string(op) + ": index " + std::to_string(axis) +
                       " is boolean; masked_select() selects by masks, nonzero() gives their indices");
    }
    const Tensor along = checked_indices(indices[axis], size, op);
    if (axis > 0) broadcast_shapes(rows.shape(), along.shape(), op);
    rows = axis == 0 ? along : rows * static_cast<std::int64_t>(size) + along;
  }
  const auto count = static_cast<std::ptrdiff_t>(indices.size());
  Shape shape{element_count(Shape(x.shape().begin(), x.shape().begin() + count))};
  shape.insert(shape.end(), x.shape().begin() + count, x.shape().end());
  return {reshape(x, shape), rows};
}

}  // namespace

Tensor index(const Tensor& x, const Tensors& indices) {
  const Places places = merge_indexed("index", x, indices);
  return take_slices("index", places.merged, places.rows, 0);
}

Tensor index_put(const Tensor& x, const Tensors& indices, const Tensor& values, IndexPutOptions options) {
  const Places places = merge_indexed("index_put", x, indices);
  const Tensor rows = flatten(places.rows);
  Shape shape = places.rows.shape(), flat = places.merged.shape();
  shape.insert(shape.end(), flat.begin() + 1, flat.end());
  if (!broadcasts_to(values.shape(), shape)) {
    throw ShapeError("index_put: values of shape " + to_string(values.shape()) + " do not broadcast to " +
                     to_string(shape) + ", the shape of what is indexed");
  }
  const std::size_t length = flat[0];
  flat[0] = rows.size();
  Tensor source = reshape(broadcast_to(astype(values, x.dtype()), shape), flat), target = places.merged;
  if (!options.accumulate) {
    // The last index of each row, -1 where none is: it alone writes, to a row that was cleared.
    const Tensor order = arange(static_cast<double>(rows.size()), {.dtype = int64});
    const Tensor last = scatter(full({length}, -1, {.dtype = int64}), 0, rows, order);
    const auto by_rows = [&flat](const Tensor& truth) {
      Shape column(flat.size(), 1);
      column[0] = truth.size();
      return reshape(truth, column);
    };
    const Tensor zero = zeros({}, {.dtype = x.dtype()});
    source = where(by_rows(equal(take(last, rows), order)), source, zero);
    target = where(by_rows(last < 0), target, zero);
  }
  return reshape(index_add(target, 0, rows, source), x.shape());
}

std::vector<OpEntry> index_ops() {
  return {
      {"take",
       "indexing",
       "slices along an axis",
       {XTAPE_CASE(take(x[0], index_vector({2, 0, 2, -1}), 0), any_value(3, 2)),
        XTAPE_CASE(take(x[0], index_matrix({{0, 1}, {1, 1}}), 1), any_value(2, 2, 3)),
        XTAPE_CASE(take(x[0], index_vector({1, 1, 0}), -1), any_value(2, 2)),
        XTAPE_CASE(take(x[0], Tensor(1)), any_value(3, 2)), XTAPE_CASE(take(x[0], index_vector({}), 0), any_value(3))},
       {},
       {},
       {"the slices of g, added where their indices point"}},
      {"index_select",
       "indexing",
       "take() with PyTorch's order of arguments",
       {XTAPE_CASE(index_select(x[0], 1, index_vector({2, 0, 2})), any_value(2, 3))}},
      {"index_add",
       "indexing",
       "slices added at indices",
       {XTAPE_CASE(index_add(x[0], 0, index_vector({2, 0, 2}), x[1]), any_value(3, 2), any_value(3, 2)),
        XTAPE_CASE(index_add(x[0], -1, index_vector({1, -1}), x[1]), any_value(2, 3), any_value(2, 2))}},
      {"embedding",
       "indexing",
       "rows at indices",
       {XTAPE_CASE(embedding(x[0], index_matrix({{1, 1}, {0, 3}})), any_value(4, 2)),
        XTAPE_CASE(embedding(x[0], index_vector({})), any_value(4, 2))},
       {},
       {},
       {"the rows of g, added where their indices point"}},
      {"index",
       "indexing",
       "x[i, j, ...] by index tensors that broadcast",
       {XTAPE_CASE(index(x[0], {index_vector({0, 1, 1, 0}), index_vector({2, 0, 0, -1})}), any_value(2, 3)),
        XTAPE_CASE(index(x[0], {index_matrix({{0}, {1}}), index_vector({2, 0, 2})}), any_value(2, 3, 2)),
        XTAPE_CASE(index(x[0], {index_vector({1, 1})}), any_value(2, 3)),
        XTAPE_CASE(index(x[0], {Tensor(1), Tensor(-1)}), any_value(2, 3))}},
      {"index_put",
       "indexing",
       "written, or added, at index tensors that broadcast",
       {XTAPE_CASE(index_put(x[0], {index_vector({0, 1, 0}), index_vector({2, 0, 2})}, x[1]), any_value(2, 3),
                   any_value(3)),
        XTAPE_CASE(index_put(x[0], {index_vector({0, 1, 0})}, x[1], {.accumulate = true}), any_value(2, 3),
                   any_value(3)),
        XTAPE_CASE(index_put(x[0], {index_vector({1, 1})}, x[1]), any_value(2, 3), any_value())}},
  };
}

}  // namespace xtape
