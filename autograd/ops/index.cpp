#include <autograd/factories.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/index.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/reduce.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/record.hpp>

#include <cstring>

namespace xtape {

namespace {

// Contiguous int64 indices, all within [0, size).
Tensor checked_indices(const Tensor& indices, std::size_t size, const char* op) {
  if (indices.dtype() != int64) {
    throw DtypeError(std::string(op) + ": indices must be int64, not " + to_string(indices.dtype()));
  }
  Tensor result = indices.contiguous();
  const auto* values = result.data<std::int64_t>();
  const auto limit = static_cast<std::int64_t>(size);
  bool negative = false;
  for (std::size_t i = 0; i < result.size(); ++i) {
    if (values[i] < -limit || values[i] >= limit) {
      throw IndexError(std::string(op) + ": index " + std::to_string(values[i]) + " at position " + std::to_string(i) +
                       " for an axis of size " + std::to_string(size));
    }
    negative = negative || values[i] < 0;
  }
  return negative ? where(result < 0, result + limit, result) : result;
}

struct Layout {
  std::size_t outer = 1, size = 1, inner = 1;
};

Layout layout_around(const Shape& shape, std::size_t axis) {
  Layout layout;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    (i < axis ? layout.outer : i == axis ? layout.size : layout.inner) *= shape[i];
  }
  return layout;
}

// Adds slices of `values` (outer, count, inner) to `target` (outer, size, inner) at checked indices.
void add_slices(const Tensor& target, const Tensor& indices, const Tensor& values, std::size_t axis) {
  const Layout layout = layout_around(target.shape(), axis);
  const auto* index = indices.data<std::int64_t>();
  visit_dtype(target.dtype(), [&]<class T>(TypeTag<T>) {
    auto* to = static_cast<T*>(target.mutable_data());
    const T* from = values.data<T>();
    for (std::size_t o = 0; o < layout.outer; ++o) {
      for (std::size_t i = 0; i < indices.size(); ++i) {
        T* row = to + (o * layout.size + static_cast<std::size_t>(index[i])) * layout.inner;
        for (std::size_t j = 0; j < layout.inner; ++j) row[j] = static_cast<T>(row[j] + *from++);
      }
    }
  });
}

Tensor take_slices(const Tensor& x, const Tensor& indices, std::size_t axis);

// Zeros of `shape` to which slices are added along `axis`: the gradient of take_slices.
Tensor put_slices(const Tensor& values, const Tensor& indices, const Shape& shape, std::size_t axis) {
  Tensor result = zeros(shape, {.dtype = values.dtype()});
  add_slices(result, indices, values.contiguous(), axis);
  return record("put_slices", result,
                From{values, [indices, axis](const Tensor& g) { return take_slices(g, indices, axis); }});
}

Tensor take_slices(const Tensor& x, const Tensor& indices, std::size_t axis) {
  const Tensor source = x.contiguous();
  Shape shape(x.shape().begin(), x.shape().begin() + static_cast<std::ptrdiff_t>(axis));
  for (std::size_t size : indices.shape()) shape.push_back(size);
  for (std::size_t i = axis + 1; i < x.dimension(); ++i) shape.push_back(x.shape()[i]);
  Tensor result = Tensor::uninitialized(shape, x.dtype());
  const Layout layout = layout_around(x.shape(), axis);
  const std::size_t row_bytes = layout.inner * item_bytes(x.dtype());
  const auto* index = indices.data<std::int64_t>();
  const auto* from = static_cast<const std::byte*>(source.raw_data());
  auto* to = static_cast<std::byte*>(result.mutable_data());
  for (std::size_t o = 0; o < layout.outer; ++o) {
    for (std::size_t i = 0; i < indices.size(); ++i, to += row_bytes) {
      std::memcpy(to, from + (o * layout.size + static_cast<std::size_t>(index[i])) * row_bytes, row_bytes);
    }
  }
  return record("take", result, From{x, [indices, shape = x.shape(), axis](const Tensor& g) {
                                       return put_slices(g, indices, shape, axis);
                                     }});
}

// Calls element(position in x, position in indices) for every index.
template <class F>
void for_each_index(const Shape& shape, const Tensor& indices, std::size_t axis, const F& element) {
  const Layout layout = layout_around(shape, axis);
  const std::size_t count = indices.shape()[axis];
  const auto* index = indices.data<std::int64_t>();
  std::size_t position = 0;
  for (std::size_t o = 0; o < layout.outer; ++o) {
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = 0; j < layout.inner; ++j, ++position) {
        element((o * layout.size + static_cast<std::size_t>(index[position])) * layout.inner + j, position);
      }
    }
  }
}

std::size_t check_along(const char* op, const Shape& shape, const Tensor& indices, std::ptrdiff_t axis) {
  const std::size_t along = normalize_axis(axis, shape.size(), op);
  Shape expected = shape;
  if (indices.dimension() == shape.size()) expected[along] = indices.shape()[along];
  if (indices.shape() != expected) {
    throw ShapeError(std::string(op) + ": indices of shape " + to_string(indices.shape()) + " for a tensor of shape " +
                     to_string(shape) + "; sizes may differ on axis " + std::to_string(along) + " only");
  }
  return along;
}

Tensor scatter_with(const char* name, bool add, const Tensor& x, std::ptrdiff_t axis, const Tensor& given,
                    const Tensor& source) {
  const std::size_t along = check_along(name, x.shape(), given, axis);
  if (source.shape() != given.shape()) {
    throw ShapeError(std::string(name) + ": a source of shape " + to_string(source.shape()) + " for indices of shape " +
                     to_string(given.shape()));
  }
  const Tensor indices = checked_indices(given, x.shape()[along], name);
  Tensor result = x.detach().clone();
  const Tensor values = astype(source.detach(), x.dtype()).contiguous();
  visit_dtype(x.dtype(), [&]<class T>(TypeTag<T>) {
    auto* to = static_cast<T*>(result.mutable_data());
    const T* from = values.data<T>();
    for_each_index(x.shape(), indices, along, [&](std::size_t at, std::size_t position) {
      to[at] = add ? static_cast<T>(to[at] + from[position]) : from[position];
    });
  });
  return record(name, result,
                From{x,
                     [indices, along, add](const Tensor& g) {
                       if (add) return g;
                       const Tensor none = zeros(indices.shape(), {.dtype = g.dtype()});
                       return scatter(g, static_cast<std::ptrdiff_t>(along), indices, none);
                     }},
                From{source, [indices, along, add, shape = x.shape()](const Tensor& g) {
                       const auto at = static_cast<std::ptrdiff_t>(along);
                       const Tensor taken = take_along_axis(g, indices, at);
                       if (add) return taken;
                       // What a later entry wrote over has no gradient.
                       const Tensor order =
                           reshape(arange(static_cast<double>(indices.size()), {.dtype = int64}), indices.shape());
                       const Tensor last = scatter(full(shape, -1, {.dtype = int64}), at, indices, order);
                       return where(equal(take_along_axis(last, indices, at), order), taken, 0.0);
                     }});
}

}  // namespace

Tensor take(const Tensor& x, const Tensor& indices, std::ptrdiff_t axis) {
  const std::size_t along = normalize_axis(axis, x.dimension(), "take");
  return take_slices(x, checked_indices(indices, x.shape()[along], "take"), along);
}

Tensor take_along_axis(const Tensor& x, const Tensor& given, std::ptrdiff_t axis) {
  const std::size_t along = check_along("take_along_axis", x.shape(), given, axis);
  const Tensor indices = checked_indices(given, x.shape()[along], "take_along_axis");
  const Tensor source = x.detach().contiguous();
  Tensor result = Tensor::uninitialized(indices.shape(), x.dtype());
  visit_dtype(x.dtype(), [&]<class T>(TypeTag<T>) {
    auto* to = static_cast<T*>(result.mutable_data());
    const T* from = source.data<T>();
    for_each_index(x.shape(), indices, along, [&](std::size_t at, std::size_t position) { to[position] = from[at]; });
  });
  return record("take_along_axis", result, From{x, [indices, along, shape = x.shape()](const Tensor& g) {
                                                  return scatter_add(zeros(shape, {.dtype = g.dtype()}),
                                                                     static_cast<std::ptrdiff_t>(along), indices, g);
                                                }});
}

Tensor gather(const Tensor& x, std::ptrdiff_t axis, const Tensor& indices) { return take_along_axis(x, indices, axis); }

Tensor scatter_add(const Tensor& x, std::ptrdiff_t axis, const Tensor& indices, const Tensor& source) {
  return scatter_with("scatter_add", true, x, axis, indices, source);
}

Tensor scatter(const Tensor& x, std::ptrdiff_t axis, const Tensor& indices, const Tensor& source) {
  return scatter_with("scatter", false, x, axis, indices, source);
}

Tensor one_hot(const Tensor& labels, std::size_t classes, DType dtype) {
  const Tensor indices = expand_dims(checked_indices(labels, classes, "one_hot"), -1);
  Shape shape = labels.shape();
  shape.push_back(classes);
  return scatter(zeros(shape, {.dtype = dtype}), -1, indices, ones(indices.shape(), {.dtype = dtype}));
}

Tensor embedding(const Tensor& weight, const Tensor& indices) {
  if (weight.dimension() != 2) {
    throw ShapeError("embedding: the weight has shape " + to_string(weight.shape()) + "; it must be (count, width)");
  }
  return take(weight, indices, 0);
}

Tensor masked_fill(const Tensor& x, const Tensor& mask, double value) { return where(mask, value, x); }

std::vector<OpEntry> index_ops() {
  return {
      {"take",
       "indexing",
       "slices along an axis",
       {XTAPE_CASE(take(x[0], index_vector({2, 0, 2, -1}), 0), any_value(3, 2)),
        XTAPE_CASE(take(x[0], index_matrix({{0, 1}, {1, 1}}), 1), any_value(2, 2, 3)),
        XTAPE_CASE(take(x[0], index_vector({}), 0), any_value(3))}},
      {"take_along_axis",
       "indexing",
       "one element per index",
       {XTAPE_CASE(take_along_axis(x[0], index_matrix({{0, 2, 2}, {1, 1, -1}}), 1), any_value(2, 3)),
        XTAPE_CASE(take_along_axis(x[0], index_matrix({{1, 0, 1}}), 0), any_value(2, 3))}},
      {"gather",
       "indexing",
       "take_along_axis with PyTorch's order of arguments",
       {XTAPE_CASE(gather(x[0], 0, index_matrix({{1, 0, 1}})), any_value(2, 3))}},
      {"scatter_add",
       "indexing",
       "added at indices",
       {XTAPE_CASE(scatter_add(x[0], 1, index_matrix({{0, 0}, {2, 1}}), x[1]), any_value(2, 3), any_value(2, 2)),
        XTAPE_CASE(scatter_add(x[0], 0, index_vector({1, 1, 0}), x[1]), any_value(2), any_value(3))}},
      {"scatter",
       "indexing",
       "written at indices",
       {XTAPE_CASE(scatter(x[0], 1, index_matrix({{0, 0}, {2, 1}}), x[1]), any_value(2, 3), any_value(2, 2))}},
      {"one_hot", "indexing", "1 at the label", {}},
      {"embedding",
       "indexing",
       "rows at indices",
       {XTAPE_CASE(embedding(x[0], index_matrix({{1, 1}, {0, 3}})), any_value(4, 2))}},
      {"masked_fill",
       "indexing",
       "a value where the mask holds",
       {XTAPE_CASE(masked_fill(x[0], Tensor(xt::xarray<bool>{true, false, true}), 7.0), any_value(2, 3))}},
  };
}

}  // namespace xtape
