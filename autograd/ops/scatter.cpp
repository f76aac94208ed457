#include <autograd/factories.hpp>
#include <autograd/kernels/index.hpp>
#include <autograd/ops/checked_index.hpp>
#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/index.hpp>
#include <autograd/ops/op_table.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/record.hpp>

namespace xtape {

// --- elements at checked indices

namespace {

// Writes or adds elements to `target`, in its dtype.
void set_elements(bool add, const Tensor& target, const Tensor& indices, const Tensor& elements, std::size_t axis) {
  const Tensor source = astype(elements.detach(), target.dtype()).contiguous();
  visit_dtype(target.dtype(), [&]<class T>(TypeTag<T>) {
    const auto kernel = add ? kernels::add_elements<T> : kernels::put_elements<T>;
    kernel(source.data<T>(), indices.data<std::int64_t>(), indices.shape()[axis],
           kernels::extent_around(target.shape(), axis), static_cast<T*>(target.mutable_data()));
  });
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

// A copy of x with elements written or added, and its checked indices.
struct Scattered {
  std::size_t along;
  Tensor indices, result;

  Scattered(const char* op, bool add, const Tensor& x, std::ptrdiff_t axis, const Tensor& given, const Tensor& source)
      : along(check_along(op, x.shape(), given, axis)) {
    if (source.shape() != given.shape()) {
      throw ShapeError(std::string(op) + ": a source of shape " + to_string(source.shape()) + " for indices of shape " +
                       to_string(given.shape()));
    }
    indices = checked_indices(given, x.shape()[along], op);
    result = x.detach().clone();
    set_elements(add, result, indices, source, along);
  }
};

}  // namespace

Tensor take_elements(const char* name, const Tensor& x, const Tensor& indices, std::size_t axis) {
  const profile::Op profiled(name, x, indices);
  const Tensor source = x.detach().contiguous();
  Tensor result = Tensor::uninitialized(indices.shape(), x.dtype());
  visit_dtype(x.dtype(), [&]<class T>(TypeTag<T>) {
    kernels::take_elements(source.data<T>(), kernels::extent_around(x.shape(), axis), indices.data<std::int64_t>(),
                           indices.shape()[axis], static_cast<T*>(result.mutable_data()));
  });
  profile::count_bytes(2 * result.size() * item_bytes(x.dtype()) + indices.size() * sizeof(std::int64_t));
  return record(name, result, From{x, [indices = save(indices), shape = x.shape(), axis](const Tensor& g) {
                                     return put_elements(g, indices.get(), shape, axis);
                                   }});
}

Tensor put_elements(const Tensor& elements, const Tensor& indices, const Shape& shape, std::size_t axis) {
  const profile::Op profiled("put_elements", elements, indices);
  Tensor result = zeros(shape, {.dtype = elements.dtype()});
  set_elements(true, result, indices, elements, axis);
  return record("put_elements", result, From{elements, [indices = save(indices), axis](const Tensor& g) {
                                               return take_elements("take_along_axis", g, indices.get(), axis);
                                             }});
}

Tensor take_along_axis(const Tensor& x, const Tensor& indices, std::ptrdiff_t axis) {
  const std::size_t along = check_along("take_along_axis", x.shape(), indices, axis);
  return take_elements("take_along_axis", x, checked_indices(indices, x.shape()[along], "take_along_axis"), along);
}

Tensor gather(const Tensor& x, std::ptrdiff_t axis, const Tensor& indices) { return take_along_axis(x, indices, axis); }

Tensor scatter_add(const Tensor& x, std::ptrdiff_t axis, const Tensor& indices, const Tensor& source) {
  const profile::Op profiled("scatter_add", x, indices, source);
  const Scattered added("scatter_add", true, x, axis, indices, source);
  return record("scatter_add", added.result, From{x, [](const Tensor& g) { return g; }},
                From{source, [indices = save(added.indices), along = added.along](const Tensor& g) {
                       return take_elements("take_along_axis", g, indices.get(), along);
                     }});
}

Tensor scatter(const Tensor& x, std::ptrdiff_t axis, const Tensor& indices, const Tensor& source) {
  const profile::Op profiled("scatter", x, indices, source);
  const Scattered put("scatter", false, x, axis, indices, source);
  const auto at = static_cast<std::ptrdiff_t>(put.along);
  return record("scatter", put.result,
                From{x,
                     [indices = save(put.indices), at](const Tensor& g) {
                       return scatter(g, at, indices.get(), zeros(indices.get().shape(), {.dtype = g.dtype()}));
                     }},
                From{source, [indices = save(put.indices), at, shape = x.shape()](const Tensor& g) {
                       // What a later entry wrote over has no gradient.
                       const Tensor& places = indices.get();
                       const Tensor order =
                           reshape(arange(static_cast<double>(places.size()), {.dtype = int64}), places.shape());
                       const Tensor last = scatter(full(shape, -1, {.dtype = int64}), at, places, order);
                       const Tensor kept = equal(take_along_axis(last, places, at), order);
                       return where(kept, take_along_axis(g, places, at), 0.0);
                     }});
}

Tensor one_hot(const Tensor& labels, std::size_t classes, DType dtype) {
  const profile::Op profiled("one_hot", labels);
  const Tensor indices = expand_dims(checked_indices(labels, classes, "one_hot"), -1);
  Shape shape = labels.shape();
  shape.push_back(classes);
  Tensor result = zeros(shape, {.dtype = dtype});
  set_elements(false, result, indices, ones(indices.shape(), {.dtype = dtype}), labels.dimension());
  return profiled.result(result);
}

std::vector<OpEntry> scatter_ops() {
  return {
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
  };
}

}  // namespace xtape
